"""Counts 盘点: what lies there against what the book says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest
from services.inventory.domain.documents import (
    Document,
    Line,
    Status,
    approval_missing,
    changed,
    moved_on,
)


class CountNotComplete(DomainError):
    """Not every line is counted yet.

    zh: 尚有未盘点的商品。
    请先录入 skus 中商品的实盘数量。

    Enter what was counted of each of `skus` first.
    """


class HeldGoodsMissing(DomainError):
    """Less was counted than orders hold.

    zh: 实盘数量少于已为订单保留的数量。
    请先取消 lines 中商品的订单，再过账。

    Cancel orders of these `lines`, then post again.
    """


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the book says of a SKU now."""

    on_hand: int
    reserved: int

    @property
    def free(self) -> int:
        """Not held for orders."""
        return self.on_hand - self.reserved


def lines_of(shelves: Mapping[str, Shelf]) -> tuple[Line, ...]:
    """The sheet: what is expected is kept, and not shown to those who count."""
    return tuple(
        Line(line_no, sku, None, expected=shelf.on_hand)
        for line_no, (sku, shelf) in enumerate(sorted(shelves.items()), 1)
    )


def enter(
    before: Document, user_id: UUID, counted: Mapping[str, int], shelves: Mapping[str, Shelf]
) -> Document | DomainError:
    """Keep what was counted, beside the book of this moment; counted again, it replaces.

    An approval is void then. Refused: DocumentMovedOn, InvalidRequest for what is not on the sheet.
    """
    if before.status not in {Status.DRAFT, Status.COUNTED}:
        return moved_on(before)
    if unknown := sorted(counted.keys() - {line.sku for line in before.lines}):
        return InvalidRequest(*(("/lines", f"{sku} is not on this sheet.") for sku in unknown))
    lines = tuple(
        _counted(line, counted[line.sku], shelves[line.sku]) if line.sku in counted else line
        for line in before.lines
    )
    known = user_id in before.author_ids
    return changed(
        replace(
            before,
            status=Status.DRAFT if _uncounted(lines) else Status.COUNTED,
            lines=lines,
            author_ids=before.author_ids if known else (*before.author_ids, user_id),
            approved_by=None,
        )
    )


def post(
    before: Document,
    user_id: UUID,
    reason: str | None,
    shelves: Mapping[str, Shelf],
    limit: int,
    now: datetime,
) -> Document | DomainError:
    """The book follows the differences, and only them: what moved meanwhile stays moved.

    Refused: DocumentMovedOn, CountNotComplete, InvalidRequest for a difference without a reason,
    ApprovalNeeded, HeldGoodsMissing.
    """
    if before.status is Status.DRAFT:
        return CountNotComplete(number=before.number, skus=_uncounted(before.lines))
    if before.status is not Status.COUNTED:
        return moved_on(before)
    differing = sum(abs(line.difference) for line in before.lines)
    if differing and not reason:
        return InvalidRequest(("/reason", "Say why the count differs from the book."))
    if refusal := approval_missing(before, differing, limit) or _missing(before, shelves):
        return refusal
    return changed(
        replace(before, status=Status.POSTED, reason=reason, posted_by=user_id, posted_at=now)
    )


def _counted(line: Line, quantity: int, shelf: Shelf) -> Line:
    return replace(line, quantity=quantity, book=shelf.on_hand)


def _missing(document: Document, shelves: Mapping[str, Shelf]) -> HeldGoodsMissing | None:
    short = [
        {"sku": line.sku, "difference": line.difference, "free": free}
        for line in document.lines
        if line.difference < 0 and (free := shelves[line.sku].free) + line.difference < 0
    ]
    return HeldGoodsMissing(number=document.number, lines=short) if short else None


def _uncounted(lines: tuple[Line, ...]) -> list[str]:
    return [line.sku for line in lines if line.quantity is None]
