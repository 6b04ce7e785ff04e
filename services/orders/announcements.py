"""Which events tell the difference between an order before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from contracts import orders as said
from contracts.orders import OrderEvent
from services.orders.domain.holds import kinds
from services.orders.domain.order import Ending, Order, Status

Announcement = tuple[type[OrderEvent], dict[str, Any]]
"""An event and the facts it tells beside those that all events of an order have."""


def announce(before: Order, after: Order) -> list[OrderEvent]:
    """The events, in the order in which they happened; each takes the next version."""
    said_now = [one for difference in DIFFERENCES for one in difference(before, after)]
    return [
        event(
            order_id=after.order_id,
            version=before.version + place,
            number=after.number,
            dealer_id=after.dealer_id,
            salesperson_id=after.salesperson_id,
            **facts,
        )
        for place, (event, facts) in enumerate(said_now, 1)
    ]


def _holds(before: Order, after: Order) -> Iterator[Announcement]:
    if after.holds is before.holds:
        return
    were, are = kinds(before.holds), kinds(after.holds)
    for held in after.holds:
        if held.kind not in were:
            facts = {"hold": held.kind, "owner": held.owner, "reason": held.reason}
            yield said.OrderHeld, facts
    for kind in sorted(were - are):
        yield said.OrderHoldReleased, {"hold": kind}


def _promise(before: Order, after: Order) -> Iterator[Announcement]:
    if after.confirmed and not before.confirmed:
        yield (
            said.OrderConfirmed,
            {
                "total_minor": after.total,
                "automatic": after.confirmed_by is None,
                "due_before_release_minor": after.due_before_release_minor,
            },
        )
    elif _reached(Status.PENDING_CONFIRMATION, before, after):
        yield said.OrderChecksPassed, {"total_minor": after.total}


def _amendment(before: Order, after: Order) -> Iterator[Announcement]:
    amendment = after.amendment
    if amendment is None or amendment is before.amendment or amendment.pending:
        return
    if amendment.refused is not None:
        facts = {"amendment": amendment.number, "reason": amendment.refused}
        yield said.OrderAmendmentRefused, facts
        return
    yield (
        said.OrderAmended,
        {
            "amendment": amendment.number,
            "amended_by": amendment.asked_by,
            "lines": tuple(
                said.LineAmounts(
                    line_no=line.line_no,
                    sku=line.sku,
                    quantity=line.quantity,
                    gross_minor=line.gross_minor or 0,
                )
                for line in amendment.lines
            ),
            "previous_total_minor": amendment.previous_total_minor,
            "total_minor": after.total,
        },
    )


def _shortage(before: Order, after: Order) -> Iterator[Announcement]:
    if after.lines is before.lines or not (after.backordered or after.closed_short):
        return
    known = {line.line_no: line for line in before.lines}
    owed = [
        said.BackorderedLine(
            line_no=line.line_no,
            sku=line.sku,
            quantity=line.backordered,
            ordered=line.kept,
            shipped=line.shipped,
        )
        for line in after.lines
        if line.backordered > (known[line.line_no].backordered if line.line_no in known else 0)
    ]
    if owed:
        facts = {"lines": tuple(owed), "warehouse_id": after.warehouse_id}
        yield said.OrderLinesBackordered, facts
    closed = [
        said.LineQuantity(
            line_no=line.line_no, sku=line.sku, quantity=line.closed - known[line.line_no].closed
        )
        for line in after.lines
        if line.closed and line.closed > known[line.line_no].closed
    ]
    if closed:
        reason = after.closing.reason if after.closing else ""
        given_up = {"reason": reason, "lines": tuple(closed), "total_minor": after.total}
        yield said.OrderLinesShortClosed, given_up


def _payment(before: Order, after: Order) -> Iterator[Announcement]:
    if not (before.confirmed and after.confirmed and after.due_before_release_minor):
        return
    if after.payment_gate_open and not before.payment_gate_open:
        yield said.OrderPaymentGateOpened, {"covered_minor": after.covered_minor}


def _fulfilment(before: Order, after: Order) -> Iterator[Announcement]:
    """Of several stages at once (a virtual warehouse) only the furthest is news.

    Nothing of it is told before the promise: goods may have left for an order that somebody tried
    to cancel while its answer was on the way.
    """
    stages: Sequence[tuple[Callable[[Order], bool], type[OrderEvent]]] = (
        (lambda order: order.started and order.all_received, said.OrderReceived),
        (lambda order: order.started and order.all_shipped, said.OrderShipped),
        (lambda order: order.started, said.OrderFulfilmentStarted),
    )
    for reached, event in stages:
        if after.confirmed and reached(after):
            if not (before.confirmed and reached(before)):
                yield event, {}
            return


def _cancelling(before: Order, after: Order) -> Iterator[Announcement]:
    if after.ending is Ending.CANCELLED and before.ending is None:
        yield said.OrderCancelRequested, {"reason": after.reason}
    if before.ending is not None and after.ending is None:
        yield said.OrderCancelDeclined, {}


def _stuck(before: Order, after: Order) -> Iterator[Announcement]:
    if after.progress.stuck and not before.progress.stuck:
        reason = after.reason or f"no answer to {after.progress.attempt} asks"
        yield said.SagaStuck, {"step": after.progress.at, "reason": reason}


def _end(before: Order, after: Order) -> Iterator[Announcement]:
    if before.progress.ended or not after.progress.ended:
        return
    match after.status:
        case Status.COMPLETED | Status.CLOSED_SHORT:
            yield (
                said.OrderCompleted,
                {"total_minor": after.total, "closed_short": after.closed_short},
            )
        case Status.CANCELLED:
            facts = {"reason": after.reason, "returned_minor": after.returned_minor}
            yield said.OrderCancelled, facts
        case Status.EXPIRED:
            yield said.OrderExpired, {"reason": after.reason}
        case _:
            yield said.OrderRejected, {"reason": after.reason}


def _reached(status: Status, before: Order, after: Order) -> bool:
    return after.status is status and before.status is not status


DIFFERENCES: Sequence[Callable[[Order, Order], Iterator[Announcement]]] = (
    _holds,
    _amendment,
    _promise,
    _shortage,
    _payment,
    _fulfilment,
    _cancelling,
    _stuck,
    _end,
)
