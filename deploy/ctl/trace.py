"""One order through all services, from the click to the last consumer: who, what, how long."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chassis.telemetry import names

NS_PER_MS = 1_000_000
TOLD = (names.URL_PATH, names.HTTP_STATUS, names.ACTOR, names.OUTCOME)
"""Attributes worth a word, where a span has them."""


@dataclass(slots=True)
class Span:
    """One piece of work, with those that it caused."""

    trace_id: str
    span_id: str
    parent_id: str | None
    service: str
    name: str
    start_ns: int
    end_ns: int
    failed: bool
    attributes: Mapping[str, object]
    children: list[Span] = field(default_factory=list)

    @property
    def order_id(self) -> object:
        return self.attributes.get(names.ORDER_ID)


def read(folder: Path) -> list[Span]:
    """Every span that the processes of the suite have written; a torn last line is left out."""
    return [
        Span(**{name: row[name] for name in Span.__dataclass_fields__ if name != "children"})
        for path in sorted(folder.glob("*.jsonl"))
        for row in _rows(path)
    ]


def forest(spans: Sequence[Span], order_id: str) -> list[Span]:
    """The traces in which the order occurs, as trees; roots and children by time."""
    traces = {span.trace_id for span in spans if span.order_id == order_id}
    mine = sorted((s for s in spans if s.trace_id in traces), key=lambda span: span.start_ns)
    by_id = {span.span_id: span for span in mine}
    roots: list[Span] = []
    for span in mine:
        above = by_id.get(span.parent_id or "")
        (above.children if above else roots).append(span)
    return roots


def told(roots: Sequence[Span], people: Mapping[str, str]) -> Iterator[str]:
    """One line per span: when it began, how long it took, where, what. `people`: name by id."""
    began = min((root.start_ns for root in roots), default=0)
    yield "    at ms      ms  service"
    for root in roots:
        yield from _lines(root, began, 0, people)


def _lines(span: Span, began: int, depth: int, people: Mapping[str, str]) -> Iterator[str]:
    at, took = (span.start_ns - began) / NS_PER_MS, (span.end_ns - span.start_ns) / NS_PER_MS
    words = [_word(name, span.attributes[name], people) for name in TOLD if name in span.attributes]
    failed = ["FAILED"] if span.failed else []
    what = " ".join([span.name, *words, *failed])
    yield f"{at:9.1f} {took:7.1f}  {span.service:<10}{'  ' * depth}{what}"
    for child in span.children:
        yield from _lines(child, began, depth + 1, people)


def _word(name: str, value: object, people: Mapping[str, str]) -> str:
    if name == names.ACTOR:
        return people.get(str(value).removeprefix("user:"), str(value))
    return str(value)


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    for line in path.read_text().splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue
