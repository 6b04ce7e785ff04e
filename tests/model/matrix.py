"""Every state of an order × every message and decision: handled, ignored with a reason, refused.

A state is where the saga stands and what a person sees of it. Every order that a walk met is tried,
so a pair may be handled in one and ignored in another; what no reason explains is a fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contracts import billing, catalog, inventory
from contracts.generate import messages
from contracts.message import OrderReply
from contracts.orders import Hold, TimeOutOrder
from services.orders import saga
from services.orders.domain.holds import kinds
from services.orders.domain.order import Credit, Order, Stock
from tests.model import participants
from tests.model.explore import DECISIONS, NOON
from tests.model.participants import ORDER_ID, QUANTITY, SHIPMENT_IDS, TOTAL_MINOR, Books

Reason = tuple[str, Callable[[Order, Any], bool]]
State = tuple[str, str, str]

LAST_REVISION = 99


@dataclass(slots=True)
class Matrix:
    """How each pair of a state and a message ended, over all orders in that state."""

    states: set[State] = field(default_factory=set)
    inputs: set[str] = field(default_factory=set)
    pairs: Counter[str] = field(default_factory=Counter)
    """Pairs in which at least one order ended so."""
    reasons: Counter[str] = field(default_factory=Counter)
    """How often something was ignored, by reason."""
    faults: list[str] = field(default_factory=list)


def fill(orders: Iterable[Order]) -> Matrix:
    """Try everything on every order."""
    matrix = Matrix()
    ended: set[tuple[State, str, str]] = set()
    for order in orders:
        state = order.progress.phase.value, order.progress.at, order.status.value
        matrix.states.add(state)
        for name, outcome in _tried(order, matrix):
            ended.add((state, name, outcome))
            matrix.inputs.add(name)
    matrix.pairs.update(outcome for _, _, outcome in ended)
    matrix.pairs["in all"] = len({(state, name) for state, name, _ in ended})
    return matrix


def _tried(order: Order, matrix: Matrix) -> Iterable[tuple[str, str]]:
    for reply in SPECIMENS:
        yield reply.type, _answer(order, reply, matrix)
    timer = TimeOutOrder(order_id=ORDER_ID, step=order.progress.at, attempt=LAST_REVISION)
    late = saga.time_out(order, timer, NOON) == (order, [])
    if not late:
        matrix.faults.append(f"a timer that is over moves an order at {order.progress.at}")
    yield timer.type, "ignored"
    for name, decide in DECISIONS.items():
        yield name, "handled" if isinstance(decide(order), Order) else "refused"


def _answer(order: Order, reply: OrderReply, matrix: Matrix) -> str:
    after, said = saga.take(order, reply, NOON)
    if (after, said) != (order, []):
        return "handled"
    why = next((why for why, holds in REASONS[type(reply)] if holds(order, reply)), None)
    if why is None:
        matrix.faults.append(f"{reply.type} is ignored at {order.progress} without a reason")
    else:
        matrix.reasons[why] += 1
    return "ignored"


def unhandled() -> list[str]:
    """Answers of the contract that the matrix has no specimen or no reason for."""
    replies = {one for one in messages() if issubclass(one, OrderReply)}
    tried = {type(one) for one in SPECIMENS}
    return sorted(one.type for one in replies - (tried & REASONS.keys()))


def _specimens() -> Iterable[OrderReply]:
    """Every answer that a participant may give, in its kinds."""
    for outcome in participants.take(Books(), _ASK_PRICE):
        yield from outcome.answers
    yield billing.CreditHeld(order_id=ORDER_ID)
    for reason in ("over-limit", "no-account", "released"):
        yield billing.CreditRefused(order_id=ORDER_ID, reason=reason)
    yield billing.CreditReleased(order_id=ORDER_ID, returned_minor=0)
    for revision in (1, LAST_REVISION):
        yield billing.OrderFundsChanged(
            order_id=ORDER_ID, revision=revision, covered_minor=TOTAL_MINOR
        )
    for shipment_id in (*SHIPMENT_IDS, UUID(int=99)):
        yield billing.ShipmentInvoiced(
            order_id=ORDER_ID,
            shipment_id=shipment_id,
            invoice_id=UUID(int=4),
            invoice_number="FP-1",
            gross_minor=TOTAL_MINOR,
        )
        yield billing.InvoiceRefused(
            order_id=ORDER_ID, shipment_id=shipment_id, reason="more-than-ordered"
        )
    yield from _specimens_of_changes()
    yield inventory.StockReserved(order_id=ORDER_ID)
    for reason in ("short", "unknown-warehouse", "released"):
        yield inventory.StockRefused(order_id=ORDER_ID, reason=reason, short=())
    yield inventory.ReservationExpired(order_id=ORDER_ID)
    yield inventory.ReservationFirmed(order_id=ORDER_ID)
    yield inventory.ReservationLost(order_id=ORDER_ID)
    for revision in (1, LAST_REVISION):
        books = Books(stock="RECEIVED", shipments=(QUANTITY,), revision=revision)
        yield participants.picture(books)
    yield inventory.PartnerNotReady(order_id=ORDER_ID, reason="no-adapter")
    yield inventory.PutBackAwaited(order_id=ORDER_ID)
    yield inventory.FulfilmentCancelled(order_id=ORDER_ID)
    yield inventory.FulfilmentCancelDeclined(order_id=ORDER_ID)


def _specimens_of_changes() -> Iterable[OrderReply]:
    for revision in (1, LAST_REVISION):
        yield billing.CreditAdjusted(order_id=ORDER_ID, revision=revision)
        yield billing.CreditAdjustmentRefused(
            order_id=ORDER_ID, revision=revision, reason="over-limit"
        )
    for amendment in (1, LAST_REVISION):
        yield inventory.ReservationAmended(order_id=ORDER_ID, amendment=amendment)
        yield inventory.AmendmentRefused(
            order_id=ORDER_ID, amendment=amendment, reason="being-picked"
        )
    yield inventory.RemainderNotClosed(order_id=ORDER_ID)


_ASK_PRICE = catalog.PriceOrder(
    order_id=ORDER_ID,
    dealer_id=UUID(int=5),
    at=NOON,
    lines=(catalog.LineAsk(line_no=1, sku="A", quantity=QUANTITY),),
)
SPECIMENS = tuple(_specimens())

ABANDONED: Reason = ("the order is on its way back already", lambda order, _: bool(order.ending))
ANSWERED: Reason = ("inventory answered before", lambda order, _: order.stock is not Stock.UNKNOWN)
GIVEN_BACK: Reason = ("the goods were given back", lambda order, _: order.stock is Stock.RELEASED)
NOT_SOFT: Reason = ("nothing is reserved softly", lambda order, _: order.stock is not Stock.SOFT)
PRICED: Reason = ("the price is fixed", lambda order, _: order.priced)
TO_ASK_AGAIN: Reason = (
    "to be asked again at the next deadline",
    lambda _, reply: reply.reason != "over-limit",
)
FINAL: Reason = ("it says that a give-back won", lambda _, reply: reply.reason == "released")
NOT_THIS_AMENDMENT: Reason = (
    "no such amendment is being checked",
    lambda order, reply: order.amending is None or order.amending.number != reply.amendment,
)
NOT_AWAITED: Reason = (
    "billing follows already, or was never asked so",
    lambda order, reply: not order.adjusted < reply.revision <= order.adjustment,
)
OLDER_FUNDS: Reason = (
    "an older count of the money",
    lambda order, reply: reply.revision <= order.funds_revision,
)
OLDER_PICTURE: Reason = (
    "an older picture of the warehouse",
    lambda order, reply: reply.revision <= order.fulfilment_revision,
)

REASONS: dict[type[OrderReply], tuple[Reason, ...]] = {
    catalog.OrderPriced: (PRICED,),
    catalog.PricingRefused: (PRICED, ABANDONED),
    billing.CreditHeld: (
        ("the credit is held", lambda order, _: order.credit is Credit.HELD),
        ("the credit was released for good", lambda order, _: order.credit is Credit.RELEASED),
    ),
    billing.CreditRefused: (
        TO_ASK_AGAIN,
        ("billing answered before", lambda order, _: order.credit is not Credit.UNKNOWN),
    ),
    billing.CreditReleased: (
        ("the credit is released", lambda order, _: order.credit is Credit.RELEASED),
    ),
    billing.CreditAdjusted: (NOT_AWAITED,),
    billing.CreditAdjustmentRefused: (
        NOT_AWAITED,
        (
            "the order wants another total by now",
            lambda order, reply: reply.revision != order.adjustment,
        ),
        ("it is on the saga desk already", lambda order, _: order.progress.stuck),
        ("nobody is asking", lambda order, _: order.progress.at != "adjust_credit"),
    ),
    billing.OrderFundsChanged: (OLDER_FUNDS,),
    billing.ShipmentInvoiced: (
        (
            "no such shipment is known, or it has its invoice",
            lambda order, reply: all(
                one.invoice_number
                for one in order.shipments
                if one.shipment_id == reply.shipment_id
            ),
        ),
    ),
    billing.InvoiceRefused: (
        ("it is on the saga desk already", lambda order, _: order.progress.stuck),
        (
            "it is not the shipment that is to be invoiced",
            lambda order, reply: (
                order.to_invoice is None or order.to_invoice.shipment_id != reply.shipment_id
            ),
        ),
    ),
    inventory.StockReserved: (ANSWERED,),
    inventory.StockRefused: (ANSWERED, FINAL, ABANDONED),
    inventory.ReservationExpired: (NOT_SOFT,),
    inventory.ReservationFirmed: (NOT_SOFT,),
    inventory.ReservationAmended: (
        NOT_THIS_AMENDMENT,
        (
            "it is not priced yet, so nobody asked",
            lambda order, _: order.amending is not None and order.amending.total_minor is None,
        ),
    ),
    inventory.AmendmentRefused: (NOT_THIS_AMENDMENT,),
    inventory.RemainderNotClosed: (
        ("nobody closes the remainder", lambda order, _: order.closing is None),
        (
            "it waits for the picker already",
            lambda order, _: bool(order.closing and order.closing.waits),
        ),
        ("there is no remainder", lambda order, _: order.all_picked),
    ),
    inventory.ReservationLost: (
        GIVEN_BACK,
        ("goods have left", lambda order, _: order.shipped),
    ),
    inventory.FulfilmentAdvanced: (OLDER_PICTURE, GIVEN_BACK),
    inventory.PartnerNotReady: (
        ABANDONED,
        GIVEN_BACK,
        ("the warehouse has it", lambda order, _: order.released),
        ("it waits for the partner", lambda order, _: Hold.PARTNER in kinds(order.holds)),
    ),
    inventory.PutBackAwaited: (
        ("somebody has them to put back", lambda order, _: order.put_back_awaited),
    ),
    inventory.FulfilmentCancelled: (GIVEN_BACK,),
    inventory.FulfilmentCancelDeclined: (
        ("nobody wants it undone any more", lambda order, _: order.ending is None),
    ),
}
"""Why an answer may change nothing, by the facts of the order alone."""
