"""The gate of the contracts: what changed since a revision, whether it may, who rolls out first.

`python -m contracts.gate [--base REVISION]`; without one the newest tag, else the last commit.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contracts.compat import Schema, breaks
from contracts.generate import messages
from contracts.message import Message
from contracts.topics import TOPICS

HERE = Path(__file__).parent
SCHEMAS, EXAMPLES = "contracts/schemas", "contracts/examples"


@dataclass(slots=True)
class Findings:
    """`faults` forbid the change; `rollout` says in which order to bring it out."""

    faults: list[str] = field(default_factory=list)
    rollout: list[str] = field(default_factory=list)


def compare(old: dict[str, Schema], new: dict[str, type[Message]]) -> Findings:
    """Compare schemas by message type with the models of today."""
    findings = Findings()
    for name in sorted(old.keys() - new.keys()):
        findings.faults.append(f"{name}: removed; a type lives until its last reader has moved")
    for name, model in sorted(new.items()):
        schema = model.model_json_schema()
        if name not in old:
            findings.rollout.append(_order(name, model, "new type"))
        elif faults := list(breaks(old[name], schema)):
            findings.faults += [f"{name}: {fault}; make a new version instead" for fault in faults]
        elif old[name] != schema:
            findings.rollout.append(_order(name, model, "fields added"))
    return findings


def _order(name: str, model: type[Message], what: str) -> str:
    topic = TOPICS[model.topic]
    readers = ", ".join(topic.consumers) or "nobody"
    return f"{name} ({what}): first its readers {readers}, then {', '.join(topic.producers)}"


def changed_examples(base: str) -> Iterator[str]:
    """Golden examples are added, never edited: yields those of `base` that are not as they were."""
    shown = _git("diff", "--name-only", "--diff-filter=MDR", base, "--", EXAMPLES)
    yield from shown.split()


def schemas_of(base: str) -> dict[str, Schema]:
    """Schemas by message type as committed in `base`; empty when it had none."""
    names = _git("ls-tree", "--name-only", base, f"{SCHEMAS}/").split()
    return {Path(name).stem: json.loads(_git("show", f"{base}:{name}")) for name in names}


def _base() -> str:
    tag = subprocess.run(
        ["git", "describe", "--tags", "--abbrev=0"],
        cwd=HERE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return tag.stdout.strip() or "HEAD"


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=HERE.parent, capture_output=True, text=True, check=True
    )
    return done.stdout


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m contracts.gate", description=__doc__)
    parser.add_argument("--base", default=None)
    base = parser.parse_args(arguments).base or _base()
    findings = compare(schemas_of(base), {message.type: message for message in messages()})
    findings.faults += [
        f"{name}: golden examples are never edited" for name in changed_examples(base)
    ]
    for line in findings.rollout:
        sys.stdout.write(f"roll out {line}\n")
    for line in findings.faults:
        sys.stderr.write(f"FORBIDDEN {line}\n")
    sys.stdout.write(f"contracts against {base}: {len(findings.faults)} faults\n")
    return 1 if findings.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
