"""The file of a history: one JSON line when a request begins, one when it ends."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

Facts = dict[str, Any]


class Outcome(StrEnum):
    """What a client knows of its request."""

    OK = "ok"
    FAIL = "fail"
    """It did not happen, and never will."""
    UNKNOWN = "unknown"
    """It happened once, or not at all: no answer came, or none that says so."""


@dataclass(slots=True)
class Operation:
    """One request; times are seconds of the machine's monotonic clock, one for all processes."""

    id: str
    client: str
    op: str
    asked: Facts
    began: float
    outcome: Outcome = Outcome.UNKNOWN
    ended: float | None = None
    """None when nobody wrote its end: the client was killed, so the outcome is unknown."""
    answered: Facts = field(default_factory=dict)


class History:
    """Appends to the file, each line by one write, so that a killed client leaves whole lines.

    Any number of processes may write the same file.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def close(self) -> None:
        os.close(self._file)

    def invoke(self, client: str, op: str, **facts: Any) -> str:
        """A request is about to be sent; the id that its end is to name."""
        operation_id = uuid4().hex
        self._write("invoke", operation_id, {"client": client, "op": op, "facts": facts})
        return operation_id

    def ok(self, operation_id: str, **facts: Any) -> None:
        self._write(Outcome.OK, operation_id, {"facts": facts})

    def fail(self, operation_id: str, **facts: Any) -> None:
        self._write(Outcome.FAIL, operation_id, {"facts": facts})

    def unknown(self, operation_id: str, **facts: Any) -> None:
        self._write(Outcome.UNKNOWN, operation_id, {"facts": facts})

    def _write(self, kind: str, operation_id: str, rest: Facts) -> None:
        stamp = {"kind": kind, "id": operation_id, "wall": time.time(), "mono": time.monotonic()}
        os.write(self._file, orjson.dumps({**stamp, **rest}, default=str) + b"\n")


def read(path: Path | str) -> list[Operation]:
    """All requests, in the order in which they began."""
    operations: dict[str, Operation] = {}
    for line in _lines(Path(path)):
        if line["kind"] == "invoke":
            operations[line["id"]] = Operation(
                line["id"], line["client"], line["op"], line["facts"], line["mono"]
            )
        else:
            operation = operations[line["id"]]
            operation.outcome, operation.ended = Outcome(line["kind"]), line["mono"]
            operation.answered = line["facts"]
    return sorted(operations.values(), key=lambda operation: operation.began)


def _lines(path: Path) -> Iterator[Facts]:
    """Whole lines; a last one without an end was cut off by the machine."""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield orjson.loads(line)
