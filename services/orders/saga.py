"""The life of an order as one table: what is asked of whom, and where it waits for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chassis import saga
from chassis.saga import Gate, Saga, Step
from contracts import billing, catalog, inventory
from contracts.dealers import Shortage
from contracts.message import Message, OrderReply
from contracts.orders import OrderSubmitted, TimeOutOrder
from services.orders.announcements import announce
from services.orders.domain.facts import absorb
from services.orders.domain.holding import elapsed, noticed
from services.orders.domain.invoicing import invoice_lines
from services.orders.domain.lines import Amendment
from services.orders.domain.order import Credit, Order, Stock, changed
from services.orders.domain.work import queue_of_fulfilment, queue_of_holds


def _invoice(order: Order) -> billing.IssueInvoice:
    shipment = order.to_invoice
    assert shipment is not None, "asked to invoice an order without a shipment to invoice"
    return billing.IssueInvoice(
        order_id=order.order_id,
        number=order.number,
        dealer_id=order.dealer_id,
        shipment_id=shipment.shipment_id,
        lines=invoice_lines(order, shipment),
    )


def _amend_price(order: Order) -> catalog.PriceOrder:
    amendment = _pending(order)
    return catalog.PriceOrder(
        order_id=order.order_id,
        dealer_id=order.dealer_id,
        at=amendment.asked_at,
        lines=tuple(
            catalog.LineAsk(line_no=line.line_no, sku=line.sku, quantity=line.quantity)
            for line in amendment.lines
            if line.quantity
        ),
        amendment=amendment.number,
        beside=tuple(
            catalog.LineAsk(line_no=line.line_no, sku=line.sku, quantity=line.kept)
            for line in order.lines
            if line.kept and line.line_no not in {one.line_no for one in amendment.lines}
        ),
    )


def _adjust_credit(order: Order) -> billing.AdjustCredit:
    """What was approved over the limit was so for the total of then."""
    total = order.account_total_minor
    assert total is not None, "asked to adjust the account of an order without a price"
    return billing.AdjustCredit(
        order_id=order.order_id,
        dealer_id=order.dealer_id,
        revision=order.adjustment,
        total_minor=total,
        credit_minor=order.credit_of(total),
        approved_over_limit=order.over_limit_approved and total == order.total,
    )


def _amend_stock(order: Order) -> inventory.AmendReservation:
    amendment = _pending(order)
    return inventory.AmendReservation(
        order_id=order.order_id,
        amendment=amendment.number,
        lines=tuple(
            inventory.AmendedDemand(line_no=line.line_no, sku=line.sku, quantity=line.quantity)
            for line in amendment.lines
        ),
    )


def _pending(order: Order) -> Amendment:
    assert order.amending is not None, "asked about an amendment of an order that has none"
    return order.amending


def _amendment_number(order: Order) -> str:
    return str(order.amending.number) if order.amending else ""


LIFECYCLE: Saga[Order] = Saga(
    abandoned=lambda order: order.ending is not None,
    rows=(
        Step(
            name="price",
            ask=lambda order: catalog.PriceOrder(
                order_id=order.order_id,
                dealer_id=order.dealer_id,
                at=order.submitted_at,
                lines=tuple(
                    catalog.LineAsk(line_no=line.line_no, sku=line.sku, quantity=line.quantity)
                    for line in order.lines
                ),
            ),
            done=lambda order: order.priced,
        ),
        Step(
            name="hold_credit",
            ask=lambda order: billing.HoldCredit(
                order_id=order.order_id,
                number=order.number,
                dealer_id=order.dealer_id,
                total_minor=order.total,
                credit_minor=order.credit_minor,
                approved_over_limit=order.over_limit_approved,
            ),
            done=lambda order: order.credit in {Credit.HELD, Credit.REFUSED},
            undo=lambda order: billing.ReleaseCredit(
                order_id=order.order_id, dealer_id=order.dealer_id
            ),
            undone=lambda order: order.credit is Credit.RELEASED,
        ),
        Step(
            name="reserve_stock",
            ask=lambda order: inventory.ReserveStock(
                order_id=order.order_id,
                number=order.number,
                dealer_id=order.dealer_id,
                warehouse_id=order.warehouse_id,
                lines=tuple(
                    inventory.Demand(line_no=line.line_no, sku=line.sku, quantity=line.quantity)
                    for line in order.lines
                ),
                firm=_begins_at_once(order),
                release=_begins_at_once(order) and order.payment_gate_open,
                shortage=_shortage(order),
                priority=order.terms.priority,
            ),
            done=lambda order: order.stock in {Stock.SOFT, Stock.FIRM},
            undo=lambda order: inventory.CancelFulfilment(order_id=order.order_id),
            undone=lambda order: order.stock is Stock.RELEASED,
            with_people=lambda order: order.put_back_awaited,
        ),
        Step(
            name="amend_price",
            ask=_amend_price,
            done=lambda order: not order.amending or order.amending.total_minor is not None,
            about=_amendment_number,
        ),
        Step(  # leads back here whenever the order wants another total than billing knows
            name="adjust_credit",
            ask=_adjust_credit,
            done=lambda order: order.adjusted == order.adjustment,
            about=lambda order: str(order.adjustment),
        ),
        Step(
            name="amend_stock",
            ask=_amend_stock,
            done=lambda order: not order.amending,
            about=_amendment_number,
        ),
        Gate(
            name="holds",
            open=lambda order: not order.holds,
            queue=queue_of_holds,
        ),
        Gate(
            name="confirmation",
            open=lambda order: order.confirmed,
            queue=lambda _: "SAL",
        ),
        Step(
            name="firm_up",
            ask=lambda order: inventory.FirmReservation(
                order_id=order.order_id, release=order.payment_gate_open
            ),
            done=lambda order: order.stock is Stock.FIRM,
        ),
        Gate(
            name="payment",
            open=lambda order: order.released or order.payment_gate_open,
            queue=lambda _: "FIN",
        ),
        Step(
            name="release",
            ask=lambda order: inventory.ReleaseToWarehouse(order_id=order.order_id),
            done=lambda order: order.released,
        ),
        Step(  # before `fulfilment`: a shipment is invoiced when it left, not when all have
            name="invoice",
            ask=_invoice,
            done=lambda order: order.to_invoice is None,
            about=lambda order: str(order.to_invoice.shipment_id) if order.to_invoice else "",
        ),
        Step(
            name="close_remainder",
            ask=lambda order: inventory.CloseRemainder(order_id=order.order_id),
            done=lambda order: order.closing is None or order.all_picked,
            about=lambda order: str(order.closing.asks) if order.closing else "",
            with_people=lambda order: order.closing is not None and order.closing.waits,
        ),
        Gate(
            name="fulfilment",
            open=lambda order: order.all_received,
            queue=queue_of_fulfilment,
        ),
        Gate(
            name="settlement",
            open=lambda order: order.settled,
            queue=lambda _: "FIN",
        ),
    ),
)

Moved = tuple[Order, list[Message]]
"""The order after something happened to it, and what to say; nothing when it changed nothing."""


def start(order: Order, now: datetime) -> Moved:
    """An order was accepted."""
    submitted = changed(order, version=1)
    event = OrderSubmitted(
        order_id=order.order_id,
        version=1,
        number=order.number,
        dealer_id=order.dealer_id,
        salesperson_id=order.salesperson_id,
        placed_by=order.placed_by,
        on_behalf=order.on_behalf,
        warehouse_id=order.warehouse_id,
        terms=order.terms,
        lines=tuple(
            catalog.LineAsk(line_no=line.line_no, sku=line.sku, quantity=line.quantity)
            for line in order.lines
        ),
    )
    after, messages = go_on(submitted, noticed(None, submitted, now), now)
    return after, [event, *messages]


def take(order: Order, reply: OrderReply, now: datetime) -> Moved:
    """A participant answered."""
    return go_on(order, absorb(order, reply), now)


def go_on(before: Order, after: Order, now: datetime) -> Moved:
    """Go where the facts of `after` lead, and announce what is new since `before`."""
    if after is not before:
        after = noticed(before, _accounted(before, after), now)
    progress, commands = saga.advance(LIFECYCLE, after.progress, after, now)
    if after is before and progress is before.progress:
        return before, []
    moved = changed(after, progress=progress)
    if progress.at == "confirmation" and _confirms_itself(moved):
        confirmed = changed(moved, confirmed_at=now)
        progress, commands = saga.advance(LIFECYCLE, confirmed.progress, confirmed, now)
        moved = changed(confirmed, progress=progress)
    return _announced(before, moved, commands)


def _accounted(before: Order, after: Order) -> Order:
    """Another total than before: billing is to follow it."""
    if after is before or before.account_total_minor in {None, after.account_total_minor}:
        return after
    return changed(after, adjustment=after.adjustment + 1)


def time_out(order: Order, timer: TimeOutOrder, now: datetime) -> Moved:
    """A deadline passed; void when the saga has moved on since the timer was set."""
    if (after := elapsed(order, now)) is not order:
        return go_on(order, after, now)
    if (timer.step, timer.attempt) != (order.progress.at, order.progress.attempt):
        return order, []
    progress, commands = saga.time_out(LIFECYCLE, order.progress, order, now)
    if progress is order.progress:
        return order, []
    return _announced(order, changed(order, progress=progress), commands)


def ask_again(order: Order, now: datetime) -> Moved:
    """Somebody repaired what was in the way; nothing where no answer is awaited."""
    progress, commands = saga.ask_again(LIFECYCLE, order.progress, order, now)
    if not commands:
        return order, []
    return _announced(order, changed(order, progress=progress), commands)


def _announced(before: Order, moved: Order, commands: Sequence[Message]) -> Moved:
    events = announce(before, moved)
    if not events:
        return moved, [*commands]
    return changed(moved, version=before.version + len(events)), [*events, *commands]


def queue(order: Order) -> str | None:
    """The role in whose work queue the order stands; None while it goes on by itself."""
    if order.progress.ended or not order.progress.at:
        return None
    row = LIFECYCLE.rows[LIFECYCLE.index(order.progress.at)]
    return row.queue(order) if isinstance(row, Gate) else None


def _confirms_itself(order: Order) -> bool:
    """Nobody has to be asked: then only the stock stands in the way, and holding it is firm."""
    return not order.holds and order.total <= order.terms.auto_confirm_max_minor


def _begins_at_once(order: Order) -> bool:
    """Where people are to be asked about what is short, it is held softly first."""
    return order.terms.shortage is not Shortage.ASK and _confirms_itself(order)


def _shortage(order: Order) -> Shortage:
    """What inventory is to do: it does not ask people, the order does."""
    shortage = order.terms.shortage
    return Shortage.SHIP_PARTIAL if shortage is Shortage.ASK else shortage
