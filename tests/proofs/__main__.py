"""`python -m tests.proofs FILE…`: what the tests of one or several runs prove, by id."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from tests.proofs.wanted import WANTED

Proofs: TypeAlias = Mapping[str, Mapping[str, str]]
"""By id: outcome by test."""


def by_id(runs: Iterable[Mapping[str, Mapping[str, Any]]]) -> Proofs:
    """A test with several cases stands there once, with the worst outcome of them."""
    proofs: dict[str, dict[str, str]] = {}
    for run in runs:
        for case, told in run.items():
            for one in told["ids"]:
                test = case.partition("[")[0]
                tests = proofs.setdefault(one, {})
                tests[test] = _worse(tests.get(test), told["outcome"])
    return dict(sorted(proofs.items(), key=lambda proof: _place(proof[0])))


def lines(proofs: Proofs) -> Iterable[str]:
    """The listing, with what is missing at its end."""
    for one, tests in proofs.items():
        yield f"{one:5} {_verdict(tests.values()):7} {WANTED.get(one, '')}".rstrip()
        for test, outcome in sorted(tests.items()):
            yield f"      {outcome:7} {test}"
    missing = [one for one in WANTED if one not in proofs]
    told = Counter(_verdict(tests.values()) for tests in proofs.values())
    yield f"PROOFS ids={len(proofs)} failed={told['failed']} missing={len(missing)}"
    for one in missing:
        yield f"  no test names {one}: {WANTED[one]}"


def main(files: Sequence[str]) -> int:
    """Failed tests are no business of the listing's exit code: pytest has told of them."""
    runs = [json.loads(Path(file).read_text()) for file in files if Path(file).exists()]
    print("\n".join(lines(by_id(runs))))
    return 0


def _worse(one: str | None, other: str) -> str:
    return other if one in (None, "passed", "skipped") and other != "skipped" else one or other


def _verdict(outcomes: Iterable[str]) -> str:
    seen = set(outcomes)
    return next((one for one in ("failed", "passed") if one in seen), "skipped")


def _place(one: str) -> tuple[str, int]:
    kind, _, number = one.partition("-")
    return kind, int(number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
