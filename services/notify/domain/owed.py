"""Goods that are owed: which lines, how much, until when, and who is reminded of them (F-74)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

from chassis.clock import BUSINESS_TIME
from contracts import inventory, orders
from contracts.message import Message
from services.notify.domain.news import Fact, Telling
from services.notify.domain.works import ENDED

OVER: tuple[type[Message], ...] = (
    orders.OrderShipped,
    orders.OrderReceived,
    orders.OrderCompleted,
    *ENDED,
)
"""After these the order owes nothing."""
MOVING: tuple[type[Message], ...] = (
    orders.OrderLinesBackordered,
    orders.OrderLinesShortClosed,
    orders.OrderAmended,
    inventory.OutboundPosted,
    *OVER,
)
"""What changes how much is owed."""
TEMPLATE = "owed_goods"
LISTED_MAX = 30
"""Lines that a reminder names; of more it says how many."""

Place = tuple[UUID, int]
"""An order and a line of it."""


@dataclass(frozen=True, slots=True)
class OwedLine:
    """Quantities in base units. Older messages than the newest that counted change nothing."""

    order_id: UUID
    line_no: int
    number: str
    sku: str
    dealer_id: UUID
    salesperson_id: UUID | None
    warehouse_id: UUID | None
    ordered: int
    shipped: int
    waiting: int
    """Was not there when that was told last."""
    since: datetime
    told_by: UUID
    shipped_by: UUID

    @property
    def owed(self) -> int:
        """What was missing leaves last: it is owed until all of the line has left."""
        return max(0, min(self.waiting, self.ordered - self.shipped))


class Picker(NamedTuple):
    """Somebody who picks, and where; None: everywhere."""

    user_id: UUID
    warehouse_ids: Collection[UUID] | None


class Reader(NamedTuple):
    """Who is reminded, as the rows of messages name him."""

    user_id: UUID | None
    dealer_id: UUID | None = None


def move(known: Mapping[Place, OwedLine], facts: Iterable[Fact]) -> dict[Place, OwedLine]:
    """What is owed after these events, of the orders that they are about."""
    lines = dict(known)
    for fact in facts:
        MOVES.get(type(fact.event), _end)(lines, fact)
    return {place: line for place, line in lines.items() if line.owed}


def _end(lines: dict[Place, OwedLine], fact: Fact) -> None:
    for place in [place for place in lines if place[0] == fact.event.order_id]:
        del lines[place]


def _close(lines: dict[Place, OwedLine], fact: Fact) -> None:
    for line in fact.event.lines:
        _lessen(lines, fact, line.line_no, line.quantity)


def _amend(lines: dict[Place, OwedLine], fact: Fact) -> None:
    for line in fact.event.lines:
        if known := lines.get((fact.event.order_id, line.line_no)):
            _lessen(lines, fact, line.line_no, known.ordered - line.quantity)


def _owe(lines: dict[Place, OwedLine], fact: Fact) -> None:
    event = fact.event
    for line in event.lines:
        known = lines.get((event.order_id, line.line_no))
        if known and known.told_by >= fact.message_id:
            continue
        lines[event.order_id, line.line_no] = OwedLine(
            event.order_id,
            line.line_no,
            event.number,
            line.sku,
            event.dealer_id,
            event.salesperson_id,
            event.warehouse_id,
            max(line.ordered, line.quantity),
            line.shipped,
            line.quantity,
            known.since if known else fact.at,
            told_by=fact.message_id,
            shipped_by=fact.message_id,
        )


def _lessen(lines: dict[Place, OwedLine], fact: Fact, line_no: int, less: int) -> None:
    """What is not wanted any more is what was missing, first; `less` may be negative: more."""
    known = lines.get((fact.event.order_id, line_no))
    if known and known.told_by < fact.message_id:
        lines[fact.event.order_id, line_no] = replace(
            known,
            ordered=known.ordered - less,
            waiting=max(0, known.waiting - max(0, less)),
            told_by=fact.message_id,
        )


def _ship(lines: dict[Place, OwedLine], fact: Fact) -> None:
    """One that left before the shortage was told stands in what was told, if it was known."""
    left: dict[int, int] = {}
    for line in fact.event.lines:
        left[line.line_no] = left.get(line.line_no, 0) + line.quantity
    for line_no, quantity in left.items():
        known = lines.get((fact.event.order_id, line_no))
        if known and known.shipped_by < fact.message_id:
            lines[fact.event.order_id, line_no] = replace(
                known, shipped=known.shipped + quantity, shipped_by=fact.message_id
            )


MOVES: Mapping[type[Message], Callable[[dict[Place, OwedLine], Fact], None]] = {
    orders.OrderLinesBackordered: _owe,
    orders.OrderLinesShortClosed: _close,
    orders.OrderAmended: _amend,
    inventory.OutboundPosted: _ship,
}
"""All others of MOVING end what is owed."""


def reminders(
    lines: Collection[OwedLine],
    pickers: Iterable[Picker],
    *,
    dealers: bool,
    day: date,
    now: datetime,
) -> list[Telling]:
    """One for each salesperson, picker and (if asked) dealer to whom something is owed."""
    mine: dict[Reader, list[OwedLine]] = {}
    for line in lines:
        if line.salesperson_id:
            mine.setdefault(Reader(line.salesperson_id), []).append(line)
        if dealers:
            mine.setdefault(Reader(None, line.dealer_id), []).append(line)
    for picker in pickers:
        places = picker.warehouse_ids
        there = [line for line in lines if places is None or line.warehouse_id in places]
        if there:
            mine[Reader(picker.user_id)] = there
    return [_reminder(reader, own, day, now) for reader, own in mine.items()]


def _reminder(reader: Reader, lines: Collection[OwedLine], day: date, now: datetime) -> Telling:
    """The same day, the same reader: the same message, however often it is made."""
    event_id = uuid5(NAMESPACE_OID, f"owed goods {day} {reader.user_id or reader.dealer_id}")
    ordered = sorted(lines, key=lambda line: (line.since, line.number, line.line_no))
    listed = [
        f"{line.number} {line.sku} ×{line.owed} ({line.since.astimezone(BUSINESS_TIME):%m-%d})"
        for line in ordered[:LISTED_MAX]
    ]
    more = [f"… +{len(ordered) - LISTED_MAX}"] if len(ordered) > LISTED_MAX else []
    parameters = {
        "orders": len({line.order_id for line in lines}),
        "lines": len(lines),
        "quantity": sum(line.owed for line in lines),
        "list": "; ".join(listed + more),
    }
    return Telling(TEMPLATE, reader.user_id, Fact(reader, event_id, now), parameters)
