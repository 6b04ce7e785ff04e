"""What must hold in every state, and at every rest."""

from __future__ import annotations

from collections.abc import Callable

from chassis.saga import Gate, Phase, Step
from services.orders import saga
from services.orders.domain.order import Credit, Order, Status, Stock
from tests.model.participants import LEFT, Books

Check = Callable[[Order, Books], bool]


def broken(order: Order, books: Books) -> str:
    """What is wrong with a state; empty when nothing is."""
    return next((fault for fault, found in WRONG.items() if found(order, books)), "")


def _undone(order: Order) -> bool:
    return order.progress.phase is Phase.UNDONE


def _completed(order: Order) -> bool:
    return order.status in {Status.COMPLETED, Status.CLOSED_SHORT}


WRONG: dict[str, Check] = {
    "goods left an order that is undone": lambda order, books: (
        _undone(order) and books.stock in LEFT
    ),
    "an undone order holds stock": lambda order, books: _undone(order) and books.reserved,
    "an undone order holds credit": lambda order, books: _undone(order) and books.credit == "HELD",
    "an undone order keeps money": lambda order, books: _undone(order) and books.covered > 0,
    "a completed order is not received": lambda order, books: (
        _completed(order) and books.stock != "RECEIVED"
    ),
    "a completed order is not invoiced to the cent": lambda order, books: (
        _completed(order) and books.invoiced_minor != order.total
    ),
    "goods left before the gate was open": lambda order, books: (
        books.stock in LEFT
        and not order.ending
        and order.priced
        and order.due_before_release_minor > 0
        and books.covered == 0
    ),
    "credit was held twice": lambda _, books: books.held_times > 1,
    "stock was reserved twice": lambda _, books: books.reserved_times > 1,
    "more was invoiced than billing knows of": lambda _, books: books.invoiced_minor > books.total,
    "a completed order comes to something else than billing knows": lambda order, books: (
        _completed(order) and books.total != order.total
    ),
    "a piece of a line is nowhere, or twice": lambda order, _: any(
        min(line.to_pick, line.kept - line.shipped, line.picked - line.shipped) < 0
        for line in order.lines
    ),
    "invoiced without a held credit": lambda _, books: (
        bool(books.invoices) and books.credit != "HELD"
    ),
    "invoiced what has not left": lambda _, books: len(books.invoices) > len(books.shipments),
    "money came or went that nobody paid": lambda _, books: (
        books.covered + books.returned != books.paid
    ),
    "more covers an order than it comes to": lambda _, books: books.covered > books.total,
}
"""Absences: what no state may show."""


def unrest(order: Order, books: Books) -> str:
    """What is wrong with a state that nothing moves by itself.

    It must be an end or somebody's work; and what the order believes must be so.
    """
    return _nobodys(order) or next(
        (fault for fault, agrees in BELIEFS.items() if not agrees(order, books)), ""
    )


def _nobodys(order: Order) -> str:
    if order.progress.ended:
        return ""
    row = saga.LIFECYCLE.rows[saga.LIFECYCLE.index(order.progress.at)]
    if isinstance(row, Gate):
        return "" if row.queue(order) else f"waits at {row.name} in nobody's queue"
    if isinstance(row, Step) and row.with_people(order):
        return ""
    return f"waits at {order.progress.at} for nobody"


STOCKS = {
    Stock.UNKNOWN: {"NONE", "REFUSED"},
    Stock.SOFT: {"SOFT"},
    Stock.FIRM: {"FIRM", "WAREHOUSE", "PICKED", "PUT_BACK"} | LEFT,
    Stock.RELEASED: {"GONE", "REFUSED"},
}
CREDITS = {
    Credit.UNKNOWN: {"NONE"},
    Credit.REFUSED: {"NONE"},
    Credit.HELD: {"HELD"},
    Credit.RELEASED: {"RELEASED"},
}


def _cancelling(order: Order) -> bool:
    """What it held is being given back: its own record of it is not kept any more."""
    return order.ending is not None


BELIEFS: dict[str, Check] = {
    "the order has another picture of its stock than inventory": lambda order, books: (
        books.stock in STOCKS[order.stock] or (_cancelling(order) and books.stock == "PUT_BACK")
    ),
    "the order has another picture of its credit than billing": lambda order, books: (
        books.credit in CREDITS[order.credit]
    ),
    "the order counts other money than billing": lambda order, books: (
        order.covered_minor == books.covered
        and (order.credit is not Credit.RELEASED or order.returned_minor == books.returned)
    ),
    "the order has an older picture of the warehouse": lambda order, books: (
        _cancelling(order) or _seen(order) == _there(books)
    ),
    "the order has other lines than inventory holds": lambda order, books: (
        _cancelling(order)
        or order.stock is Stock.UNKNOWN
        or [(line.quantity, line.backordered) for line in order.lines]
        == [(books.quantity, books.backordered)]
    ),
    "the order comes to something else than billing knows": lambda order, books: (
        order.credit is not Credit.HELD or _cancelling(order) or order.total == books.total
    ),
    "the order knows of other invoices than billing": lambda order, books: (
        {one.shipment_id for one in order.shipments if one.invoice_number}
        == {shipment_id for shipment_id, _ in books.invoices}
    ),
    "goods left and nobody is asked to invoice them": lambda _, books: (
        len(books.invoices) == len(books.shipments)
    ),
}
"""What an order believes when no news is on its way, held against the books."""


def _seen(order: Order) -> tuple[bool, int, int, int, int, int]:
    (line,) = order.lines
    shipments = len(order.shipments)
    return order.released, line.picked, line.shipped, line.received, line.closed, shipments


def _there(books: Books) -> tuple[bool, int, int, int, int, int]:
    received = books.kept if books.stock == "RECEIVED" else 0
    released = books.stock in {"WAREHOUSE", "PICKED", "PUT_BACK"} | LEFT
    sent, shipments = sum(books.shipments), len(books.shipments)
    return released, books.picked, sent, received, books.closed, shipments
