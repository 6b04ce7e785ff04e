"""The gate of the contracts: what changed since the last release, whether it may, who goes first.

`baseline.json` says what was released: every schema, and a digest of every golden example. It is a
file and not a tag, so that a clone without history compares the same. `python -m contracts.gate`
compares; `--release` moves the baseline, if nothing is forbidden, and `--retired TYPE` takes a type
out of it whose last reader has moved.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from contracts.compat import Schema, breaks
from contracts.generate import messages
from contracts.message import Message
from contracts.topics import TOPICS

HERE = Path(__file__).parent
BASELINE = HERE / "baseline.json"


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was released last."""

    schemas: dict[str, Schema]
    """By message type."""
    examples: dict[str, str]
    """SHA-256 by path in `examples/`."""


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


def changed_examples(old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    """Golden examples are added, never edited: yields those that are not as they were."""
    yield from (path for path, digest in sorted(old.items()) if new.get(path) != digest)


def released() -> Baseline:
    return Baseline(**json.loads(BASELINE.read_text("utf-8")))


def current() -> Baseline:
    """What the models and the examples are now."""
    examples = {
        str(path.relative_to(HERE / "examples")): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((HERE / "examples").rglob("*.json"))
    }
    return Baseline({one.type: one.model_json_schema() for one in messages()}, examples)


def without(baseline: Baseline, retired: Sequence[str]) -> Baseline:
    """The baseline as if these types had never been."""
    return Baseline(
        {name: schema for name, schema in baseline.schemas.items() if name not in retired},
        {
            path: digest
            for path, digest in baseline.examples.items()
            if Path(path).parts[0] not in retired
        },
    )


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m contracts.gate", description=__doc__)
    parser.add_argument("--release", action="store_true", help="move the baseline to what is now")
    parser.add_argument("--retired", action="append", default=[], metavar="TYPE")
    asked = parser.parse_args(arguments)
    base, now = without(released(), asked.retired), current()
    findings = compare(base.schemas, {message.type: message for message in messages()})
    findings.faults += [
        f"examples/{path}: golden examples are never edited"
        for path in changed_examples(base.examples, now.examples)
    ]
    for line in findings.rollout:
        sys.stdout.write(f"roll out {line}\n")
    for line in findings.faults:
        sys.stderr.write(f"FORBIDDEN {line}\n")
    if asked.release and not findings.faults:
        document = json.dumps(asdict(now), indent=1, sort_keys=True, ensure_ascii=False)
        BASELINE.write_text(document + "\n", "utf-8")
    told = f"{len(base.schemas)} released types, {len(base.examples)} examples"
    sys.stdout.write(f"contracts against {told}: {len(findings.faults)} faults\n")
    return 1 if findings.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
