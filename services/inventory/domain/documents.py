"""Documents of the warehouse that people write in two steps: drafted, then posted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError
from services.inventory.domain.fulfilment import Place
from services.inventory.domain.stocking import series


class Kind(StrEnum):
    """Issue 其他出库单, transfer 调拨单, count 盘点单, expected inbound 预到货单."""

    ISSUE = "ISSUE"
    TRANSFER = "TRANSFER"
    COUNT = "COUNT"
    ARRIVAL = "ARRIVAL"


PREFIXES = {Kind.ISSUE: "LY", Kind.TRANSFER: "DB", Kind.COUNT: "PD", Kind.ARRIVAL: "YD"}


class Status(StrEnum):
    """Nothing moves before POSTED, but that a transfer leaves its warehouse with IN_TRANSIT.

    What is EXPECTED comes in part by part, and is POSTED when all of it did, or it is closed.
    """

    DRAFT = "DRAFT"
    COUNTED = "COUNTED"
    EXPECTED = "EXPECTED"
    IN_TRANSIT = "IN_TRANSIT"
    POSTED = "POSTED"
    CANCELLED = "CANCELLED"


POSSIBLE: Mapping[tuple[Kind, Status], tuple[str, ...]] = {
    (Kind.ISSUE, Status.DRAFT): ("approve", "post", "cancel"),
    (Kind.TRANSFER, Status.DRAFT): ("ship", "cancel"),
    (Kind.TRANSFER, Status.IN_TRANSIT): ("receive",),
    (Kind.COUNT, Status.DRAFT): ("enter", "cancel"),
    (Kind.COUNT, Status.COUNTED): ("enter", "approve", "post", "cancel"),
    (Kind.ARRIVAL, Status.EXPECTED): ("receive", "reschedule", "close"),
}
"""What can be done with a document, whoever asks; nothing where it is not named."""


class DocumentMovedOn(DomainError):
    """The document is not in a state that allows this.

    zh: 单据的当前状态不允许此操作。
    请刷新后查看 current_status 与 allowed_actions。

    Load it again; `current_status` says where it is, and `allowed_actions` what can be done.
    """


class ApprovalNeeded(DomainError):
    """So much needs the approval of another person.

    zh: 数量较大，须由另一人批准。
    请由非制单人批准（approve）后再过账；从 approval_quantity 起须批准。

    Somebody who did not write it must approve it first; from `approval_quantity` on this is so.
    """


class AnotherPersonNeeded(DomainError):
    """Who wrote or sent this may not also approve or write off.

    zh: 制单与批准、发货与报损不能由同一人完成。
    请由另一位有权限的人员操作。

    Another person with the right to do so must do it.
    """

    status = 403


class TooLittleAvailable(DomainError):
    """Less is available than leaves: what is held for orders cannot be taken.

    zh: 可用库存不足，已为订单保留的货物不能动用。
    请按 lines 中的可用数量减少，或先释放订单的保留。

    `lines` says how much is available of each SKU; take less, or free what orders hold.
    """


@dataclass(frozen=True, slots=True)
class Line:
    """Base units. `quantity` is what leaves, or what was counted (None: not yet).

    Of what is expected, `received` has come so far; of a transfer, it arrived in the end.
    Of a count, `expected` was on hand when it was drafted, and `book` when the line was counted.
    """

    line_no: int
    sku: str
    quantity: int | None
    expected: int | None = None
    book: int | None = None
    received: int | None = None

    @property
    def leaves(self) -> int:
        return self.quantity or 0

    @property
    def difference(self) -> int:
        """What was counted beyond the book of that moment; what moves before and after is not."""
        return 0 if self.quantity is None or self.book is None else self.quantity - self.book


@dataclass(frozen=True, slots=True)
class Document:
    """`author_ids` drafted or counted it: none of them approves it."""

    document_id: UUID
    kind: Kind
    number: str
    warehouse_id: UUID
    status: Status
    lines: tuple[Line, ...]
    author_ids: tuple[UUID, ...]
    drafted_at: datetime
    note: str
    reason: str | None = None
    to_warehouse_id: UUID | None = None
    approved_by: UUID | None = None
    posted_by: UUID | None = None
    posted_at: datetime | None = None
    received_by: UUID | None = None
    received_at: datetime | None = None
    inbound_id: UUID | None = None
    source: str | None = None
    expected_on: date | None = None
    closing: str | None = None
    version: int = 1

    @property
    def destination(self) -> UUID:
        """Where the goods of a transfer go to."""
        return self.to_warehouse_id or self.warehouse_id

    @property
    def places(self) -> list[Place]:
        return [(self.warehouse_id, line.sku) for line in self.lines]


def series_of(kind: Kind, warehouse_code: str, now: datetime) -> str:
    """Series of its numbers, by kind, warehouse and month: `LY-GZ-2611`."""
    return series(f"{PREFIXES[kind]}-{warehouse_code}", now)


def moved_on(document: Document) -> DocumentMovedOn:
    return DocumentMovedOn(number=document.number, current_status=document.status)


def approve(before: Document, user_id: UUID) -> Document | DomainError:
    """Another person agrees. Refused: DocumentMovedOn, AnotherPersonNeeded."""
    if "approve" not in POSSIBLE.get((before.kind, before.status), ()) or before.approved_by:
        return moved_on(before)
    if user_id in before.author_ids:
        return AnotherPersonNeeded(number=before.number)
    return changed(replace(before, approved_by=user_id))


def cancel(before: Document) -> Document | DomainError:
    """Nothing comes of it; its number stays used. Refused: DocumentMovedOn."""
    if "cancel" not in POSSIBLE.get((before.kind, before.status), ()):
        return moved_on(before)
    return changed(replace(before, status=Status.CANCELLED))


def approval_missing(document: Document, quantity: int, limit: int) -> ApprovalNeeded | None:
    """Why so much cannot be posted yet; `limit` is the first quantity that needs approval."""
    if quantity < limit or document.approved_by:
        return None
    return ApprovalNeeded(number=document.number, quantity=quantity, approval_quantity=limit)


def shortage(document: Document, available: Mapping[Place, int]) -> TooLittleAvailable | None:
    """Why so much cannot leave the warehouse."""
    short = [
        {"sku": line.sku, "quantity": line.leaves, "available": free}
        for line in document.lines
        if (free := available.get((document.warehouse_id, line.sku), 0)) < line.leaves
    ]
    return TooLittleAvailable(number=document.number, lines=short) if short else None


def changed(after: Document) -> Document:
    """The next version."""
    return replace(after, version=after.version + 1)
