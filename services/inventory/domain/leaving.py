"""Goods that leave a warehouse without an order: given away, used up, or for another warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest
from services.inventory.domain import stowage
from services.inventory.domain.documents import (
    AnotherPersonNeeded,
    Document,
    Kind,
    Status,
    approval_missing,
    changed,
    moved_on,
    shortage,
)
from services.inventory.domain.fulfilment import Pick, Place
from services.inventory.domain.stocking import Inbound, InboundLine
from services.inventory.domain.stowage import Fit


class IssueReason(StrEnum):
    """Why goods leave without an order."""

    SAMPLE = "SAMPLE"
    DAMAGE = "DAMAGE"
    INTERNAL_USE = "INTERNAL_USE"
    GIFT = "GIFT"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What arrived of a transfer, by line number; None: all of it. `note` says why less."""

    user_id: UUID
    inbound_id: UUID
    quantities: Mapping[int, int] | None
    note: str


def post_issue(
    before: Document, user_id: UUID, available: Mapping[Place, int], limit: int, now: datetime
) -> Document | DomainError:
    """The goods leave. Refused: DocumentMovedOn, ApprovalNeeded, TooLittleAvailable."""
    if before.status is not Status.DRAFT:
        return moved_on(before)
    quantity = sum(line.leaves for line in before.lines)
    if refusal := approval_missing(before, quantity, limit) or shortage(before, available):
        return refusal
    return changed(replace(before, status=Status.POSTED, posted_by=user_id, posted_at=now))


def ship_transfer(
    before: Document, user_id: UUID, available: Mapping[Place, int], now: datetime
) -> Document | DomainError:
    """The goods are on their way, in neither warehouse (F-25).

    Refused: DocumentMovedOn, TooLittleAvailable.
    """
    if before.status is not Status.DRAFT:
        return moved_on(before)
    if refusal := shortage(before, available):
        return refusal
    return changed(replace(before, status=Status.IN_TRANSIT, posted_by=user_id, posted_at=now))


def receive_transfer(before: Document, receipt: Receipt, now: datetime) -> Document | DomainError:
    """What arrived is in the other warehouse; what did not is lost, and somebody else says so.

    Refused: DocumentMovedOn, InvalidRequest, AnotherPersonNeeded.
    """
    if before.status is not Status.IN_TRANSIT:
        return moved_on(before)
    arrived = receipt.quantities or {}
    if refusal := _receipt_refusal(before, receipt, arrived):
        return refusal
    lines = tuple(
        replace(line, received=arrived.get(line.line_no, line.leaves)) for line in before.lines
    )
    return changed(
        replace(
            before,
            status=Status.POSTED,
            lines=lines,
            note=receipt.note or before.note,
            received_by=receipt.user_id,
            received_at=now,
            inbound_id=receipt.inbound_id if any(line.received for line in lines) else None,
        )
    )


def arrival(after: Document, sent: Mapping[int, Sequence[Pick]]) -> Inbound | None:
    """The inbound note by which a received transfer comes in; None: nothing arrived.

    `sent` are the lots that left, by line number, where they are known: the first of them arrived.
    """
    if not (after.inbound_id and after.received_by):
        return None
    lines = tuple(
        InboundLine(line.sku, part.quantity, lot=part.lot)
        for line in after.lines
        if line.received
        for part in stowage.arrived(sent.get(line.line_no, ()), line.received)
    )
    return Inbound(after.inbound_id, after.destination, after.number, after.received_by, lines)


def fits(document: Document, day: date) -> Sequence[Fit]:
    """What may leave by it, of what is kept by lot; conditions that are tried in this order."""
    if document.kind is Kind.COUNT:
        return (lambda one: one.lot_unknown, lambda _: True)
    if document.reason == IssueReason.EXPIRED:
        return (lambda one: one.expires_on is None or not stowage.good(one, day),)
    return (stowage.takes(day),)


def _receipt_refusal(
    before: Document, receipt: Receipt, arrived: Mapping[int, int]
) -> DomainError | None:
    sent = {line.line_no: line.leaves for line in before.lines}
    faults = [
        ("/lines", f"Of line {line_no}, {sent.get(line_no, 0)} was sent.")
        for line_no, quantity in sorted(arrived.items())
        if quantity > sent.get(line_no, -1)
    ]
    if faults:
        return InvalidRequest(*faults)
    if all(quantity == sent[line_no] for line_no, quantity in arrived.items()):
        return None
    if not receipt.note:
        return InvalidRequest(("/note", "Say why less arrived than was sent."))
    if receipt.user_id == before.posted_by:
        return AnotherPersonNeeded(number=before.number)
    return None
