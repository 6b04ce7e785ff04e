"""Giving up what remains of an order (S-2 step 10): the part that left is kept, and ends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.errors import DomainError
from services.orders.domain.amending import not_now
from services.orders.domain.lines import Closing, Line
from services.orders.domain.order import Order, changed


class NothingShipped(DomainError):
    """Nothing of the order has left: there is no part to keep.

    zh: 订单尚无货物出库，不能关闭剩余部分。
    请改为取消订单。

    Cancel the order instead.
    """


class NothingToClose(DomainError):
    """Everything that was ordered is picked or has left.

    zh: 订单货物已全部配货或出库，没有可关闭的剩余部分。
    """


def close_remainder(
    order: Order, reason: str, asked_by: UUID, now: datetime
) -> Order | DomainError:
    """Give up what is neither picked nor shipped.

    AmendmentPending, RemainderClosed, NothingShipped, NothingToClose.
    """
    if refusal := not_now(order):
        return refusal
    if not order.shipped:
        return NothingShipped()
    if order.all_picked:
        return NothingToClose()
    return changed(order, closing=Closing(asked_by, now, reason))


def closable(order: Order) -> bool:
    """Whether there is a rest that can be given up."""
    return order.shipped and not order.all_picked and not not_now(order)


def picker_is_busy(order: Order) -> Order:
    """Inventory cannot close the rest now: it is asked again when it tells that something moved."""
    closing = order.closing
    if closing is None or closing.waits or order.all_picked:
        return order
    return changed(order, closing=replace(closing, waits=True))


def moved_on(closing: Closing | None, *, done: bool) -> Closing | None:
    """The warehouse told something new: whoever waits for the picker asks again."""
    if closing is None or not closing.waits or done:
        return closing
    return replace(closing, waits=False, asks=closing.asks + 1)


def totalled(lines: Sequence[Line]) -> Mapping[str, object]:
    """The total without what is closed of the lines, where something is."""
    if not any(line.closed for line in lines):
        return {}
    return {"total_minor": sum(line.kept_gross_minor or 0 for line in lines)}
