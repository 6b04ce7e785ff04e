"""Expected inbounds 预到货单: announced, received in one or several parts, closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest
from services.inventory.domain.documents import Document, Line, Status, changed, moved_on
from services.inventory.domain.stocking import Inbound, InboundLine


class ArrivalReason(StrEnum):
    """Why goods come in; those of our own warehouses come by a transfer."""

    PURCHASE = "PURCHASE"
    RETURN = "RETURN"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Part:
    """Some of a line, in one bin and of one lot."""

    line_no: int
    quantity: int
    bin: str = ""
    lot: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What arrived now; None: all that is still to come. `note` says why more."""

    user_id: UUID
    parts: Sequence[Part] | None
    note: str


def receive(before: Document, received: Received, now: datetime) -> Document | DomainError:
    """Some of it is there; the rest stays expected. Refused: DocumentMovedOn, InvalidRequest."""
    if before.status is not Status.EXPECTED:
        return moved_on(before)
    arrived: Counter[int] = Counter()
    for part in parts_of(before, received):
        arrived[part.line_no] += part.quantity
    if refusal := _refusal(before, arrived, received.note):
        return refusal
    lines = tuple(
        replace(line, received=(line.received or 0) + arrived.get(line.line_no, 0))
        for line in before.lines
    )
    after = changed(replace(before, lines=lines))
    return after if _to_come(after) else _over(after, received.user_id, now)


def reschedule(before: Document, expected_on: date) -> Document | DomainError:
    """It comes on another day. Refused: DocumentMovedOn."""
    if before.status is not Status.EXPECTED:
        return moved_on(before)
    return changed(replace(before, expected_on=expected_on))


def close(before: Document, user_id: UUID, reason: str, now: datetime) -> Document | DomainError:
    """What has not come is not waited for any more. Refused: DocumentMovedOn."""
    if before.status is not Status.EXPECTED:
        return moved_on(before)
    after = changed(replace(before, closing=reason))
    if any(line.received for line in before.lines):
        return _over(after, user_id, now)
    return replace(after, status=Status.CANCELLED)


def parts_of(before: Document, received: Received) -> Sequence[Part]:
    """What arrived, where nothing is said: all that is still to come."""
    if received.parts is not None:
        return received.parts
    return [Part(line_no, quantity) for line_no, quantity in _to_come(before).items()]


def arrival(before: Document, inbound_id: UUID, received: Received) -> Inbound:
    """The inbound note by which what arrived comes in."""
    skus = {line.line_no: line.sku for line in before.lines}
    lines = tuple(
        InboundLine(skus[part.line_no], part.quantity, part.bin, part.lot, part.expires_on)
        for part in parts_of(before, received)
        if part.quantity
    )
    return Inbound(
        inbound_id,
        before.warehouse_id,
        before.source or "",
        received.user_id,
        lines,
        before.document_id,
        received.note,
    )


def _refusal(before: Document, arrived: Mapping[int, int], note: str) -> DomainError | None:
    known = {line.line_no for line in before.lines}
    if unknown := sorted(arrived.keys() - known):
        return InvalidRequest(*(("/lines", f"There is no line {no}.") for no in unknown))
    if not any(arrived.values()):
        return InvalidRequest(("/lines", "Nothing arrived: give a quantity, or close it."))
    to_come = _to_come(before)
    more = any(quantity > to_come.get(no, 0) for no, quantity in arrived.items())
    if more and not note:
        return InvalidRequest(("/note", "Say why more arrived than was expected."))
    return None


def _to_come(document: Document) -> dict[int, int]:
    """What is still expected, by line number."""
    return {line.line_no: rest for line in document.lines if (rest := _rest(line)) > 0}


def _rest(line: Line) -> int:
    return line.leaves - (line.received or 0)


def _over(document: Document, user_id: UUID, now: datetime) -> Document:
    return replace(document, status=Status.POSTED, posted_by=user_id, posted_at=now)
