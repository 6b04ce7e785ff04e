"""What each answer of a participant adds to the facts of an order.

An answer that brings nothing new (late, again, or about something that is settled) leaves the
order as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from contracts.billing import (
    CreditAdjusted,
    CreditAdjustmentRefused,
    CreditHeld,
    CreditRefused,
    CreditReleased,
    InvoiceRefused,
    OrderFundsChanged,
    ShipmentInvoiced,
)
from contracts.catalog import OrderPriced, PricingRefused
from contracts.inventory import (
    AmendmentRefused,
    FulfilmentAdvanced,
    FulfilmentCancelDeclined,
    FulfilmentCancelled,
    LineCount,
    LineProgress,
    PartnerNotReady,
    PutBackAwaited,
    RemainderNotClosed,
    ReservationAmended,
    ReservationExpired,
    ReservationFirmed,
    ReservationLost,
    ShipmentProgress,
    StockRefused,
    StockReserved,
)
from contracts.message import OrderReply
from contracts.orders import Hold
from services.orders.domain import amending, closing
from services.orders.domain.amending import with_price
from services.orders.domain.holds import by_rule, holding
from services.orders.domain.lines import Line, Shipment
from services.orders.domain.order import Credit, Ending, Order, Stock, changed


def absorb(order: Order, reply: OrderReply) -> Order:
    """The order with what the reply says; the same order when that is nothing new."""
    return ABSORBED[type(reply)](order, reply)


def _priced(order: Order, reply: OrderPriced) -> Order:
    if reply.amendment:
        asked = order.amending is not None and order.amending.number == reply.amendment
        return amending.priced(order, reply.lines) if asked else order
    if order.priced:
        return order
    if order.expected_total_minor is not None and reply.total_minor > order.expected_total_minor:
        return _abandoned(order, "price-changed")
    prices = {line.line_no: line for line in reply.lines}
    lines = tuple(with_price(line, prices[line.line_no]) for line in order.lines)
    return changed(order, lines=lines, total_minor=reply.total_minor)


def _pricing_refused(order: Order, reply: PricingRefused) -> Order:
    if reply.amendment:
        priced = order.amending is not None and order.amending.total_minor is not None
        return order if priced else amending.refused(order, reply.amendment, reply.reason)
    return order if order.priced else _abandoned(order, reply.reason)


def _credit_held(order: Order, _: CreditHeld) -> Order:
    if order.credit is Credit.RELEASED:
        return order
    return changed(order, credit=Credit.HELD)


def _credit_refused(order: Order, reply: CreditRefused) -> Order:
    """Over the limit stops at a hold; an account that is not there yet is asked for again."""
    if reply.reason != "over-limit" or order.credit is not Credit.UNKNOWN:
        return order
    holds = holding(order.holds, by_rule(Hold.CREDIT))
    return changed(order, credit=Credit.REFUSED, holds=holds)


def _credit_released(order: Order, reply: CreditReleased) -> Order:
    if order.credit is Credit.RELEASED:
        return order
    return changed(order, credit=Credit.RELEASED, returned_minor=reply.returned_minor)


def _credit_adjusted(order: Order, reply: CreditAdjusted) -> Order:
    if not order.adjusted < reply.revision <= order.adjustment:
        return order
    return changed(order, adjusted=reply.revision, reason=order.reason if order.ending else None)


def _credit_adjustment_refused(order: Order, reply: CreditAdjustmentRefused) -> Order:
    """Refuses the amendment that wants more; less can be refused only for people to look at."""
    if reply.revision != order.adjustment or order.adjusted == order.adjustment:
        return order
    if order.amending and order.account_total_minor != order.total_minor:
        return amending.refused(order, order.amending.number, reply.reason)
    if order.progress.stuck or order.progress.at != "adjust_credit":
        return order
    return changed(order, progress=order.progress.on_the_desk(), reason=reply.reason)


def _funds_changed(order: Order, reply: OrderFundsChanged) -> Order:
    if reply.revision <= order.funds_revision:
        return order
    return changed(order, funds_revision=reply.revision, covered_minor=reply.covered_minor)


def _invoiced(order: Order, reply: ShipmentInvoiced) -> Order:
    shipments = tuple(
        replace(shipment, invoice_number=reply.invoice_number)
        if shipment.shipment_id == reply.shipment_id
        else shipment
        for shipment in order.shipments
    )
    return changed(order, shipments=shipments, reason=None)


def _invoice_refused(order: Order, reply: InvoiceRefused) -> Order:
    """Goods have left, so nothing is undone: it goes on being asked, and shows on the saga desk."""
    shipment = order.to_invoice
    if shipment is None or shipment.shipment_id != reply.shipment_id or order.progress.stuck:
        return order
    return changed(order, progress=order.progress.on_the_desk(), reason=reply.reason)


def _stock_reserved(order: Order, reply: StockReserved) -> Order:
    """Told again when goods came for what was backordered."""
    if order.stock not in {Stock.UNKNOWN, Stock.SOFT}:
        return order
    return _held(order, Stock.SOFT, reply.backordered)


def _held(order: Order, stock: Stock, backordered: tuple[LineCount, ...]) -> Order:
    return changed(order, stock=stock, lines=amending.with_backorders(order.lines, backordered))


def _stock_refused(order: Order, reply: StockRefused) -> Order:
    if order.stock is not Stock.UNKNOWN or reply.reason == "released":
        return order
    return _abandoned(order, "out-of-stock" if reply.reason == "short" else reply.reason)


def _reservation_expired(order: Order, _: ReservationExpired) -> Order:
    if order.stock is not Stock.SOFT:
        return order
    return _abandoned(changed(order, stock=Stock.RELEASED), "not-confirmed-in-time", Ending.EXPIRED)


def _reservation_firmed(order: Order, reply: ReservationFirmed) -> Order:
    """Told again when goods came before the warehouse may start; then its pictures count."""
    if order.stock is Stock.RELEASED or order.released:
        return order
    return _held(order, Stock.FIRM, reply.backordered)


def _reservation_amended(order: Order, reply: ReservationAmended) -> Order:
    return amending.applied(order, reply.amendment, reply.backordered)


def _amendment_refused(order: Order, reply: AmendmentRefused) -> Order:
    return amending.refused(order, reply.amendment, reply.reason)


def _remainder_not_closed(order: Order, _: RemainderNotClosed) -> Order:
    return closing.picker_is_busy(order)


def _reservation_lost(order: Order, _: ReservationLost) -> Order:
    if order.stock is Stock.RELEASED or order.shipped:
        return order
    return _abandoned(changed(order, stock=Stock.RELEASED), "not-confirmed-in-time", Ending.EXPIRED)


def _partner_not_ready(order: Order, reply: PartnerNotReady) -> Order:
    """The goods are held firmly; the order waits until somebody says that he can be told."""
    if order.released or order.ending or order.stock is Stock.RELEASED:
        return order
    held = _held(order, Stock.FIRM, reply.backordered)
    holds = holding(held.holds, by_rule(Hold.PARTNER))
    return held if holds is held.holds else changed(held, holds=holds)


def _fulfilment_advanced(order: Order, reply: FulfilmentAdvanced) -> Order:
    """The warehouse has the order, so a hold that is still there came too late to stop it."""
    if reply.revision <= order.fulfilment_revision or order.stock is Stock.RELEASED:
        return order
    progress = {line.line_no: line for line in reply.lines}
    lines = tuple([_moved(line, progress.get(line.line_no)) for line in order.lines])
    done = all(line.picked == line.kept for line in lines)
    return changed(
        order,
        holds=(),
        stock=Stock.FIRM,
        released=True,
        started=reply.started,
        fulfilment_revision=reply.revision,
        lines=lines,
        shipments=_shipments(order, reply),
        closing=closing.moved_on(order.closing, done=done),
        **closing.totalled(lines),
    )


def _moved(line: Line, progress: LineProgress | None) -> Line:
    """A line that an amendment took away or brings is not in every picture."""
    if progress is None:
        return line
    return changed(
        line,
        picked=progress.picked,
        shipped=progress.shipped,
        delivered=progress.delivered,
        received=progress.received,
        backordered=progress.backordered,
        closed=progress.closed,
    )


def _shipments(order: Order, reply: FulfilmentAdvanced) -> tuple[Shipment, ...]:
    """Known ones in their places, which the shares of their invoices follow; new ones last."""
    places = {one.shipment_id: place for place, one in enumerate(order.shipments)}
    told = sorted(reply.shipments, key=lambda one: places.get(one.shipment_id, len(places)))
    known = {one.shipment_id: one for one in order.shipments}
    return tuple(_shipment(one, known.get(one.shipment_id)) for one in told)


def _shipment(reply: ShipmentProgress, known: Shipment | None) -> Shipment:
    return Shipment(
        reply.shipment_id,
        reply.number,
        reply.status,
        {line.line_no: line.quantity for line in reply.lines},
        known.invoice_number if known else None,
    )


def _fulfilment_cancelled(order: Order, _: FulfilmentCancelled) -> Order:
    return changed(order, stock=Stock.RELEASED)


def _put_back_awaited(order: Order, _: PutBackAwaited) -> Order:
    return changed(order, put_back_awaited=True)


def _cancel_declined(order: Order, _: FulfilmentCancelDeclined) -> Order:
    """Goods have left: the order goes on to its ordinary end."""
    return changed(order, ending=None, reason=None)


def _abandoned(order: Order, reason: str, ending: Ending = Ending.REJECTED) -> Order:
    if order.ending:
        return order
    return changed(order, ending=ending, reason=reason)


ABSORBED: Mapping[type[OrderReply], Callable[[Order, Any], Order]] = {
    OrderPriced: _priced,
    PricingRefused: _pricing_refused,
    CreditHeld: _credit_held,
    CreditRefused: _credit_refused,
    CreditReleased: _credit_released,
    CreditAdjusted: _credit_adjusted,
    CreditAdjustmentRefused: _credit_adjustment_refused,
    OrderFundsChanged: _funds_changed,
    ShipmentInvoiced: _invoiced,
    InvoiceRefused: _invoice_refused,
    StockReserved: _stock_reserved,
    StockRefused: _stock_refused,
    ReservationExpired: _reservation_expired,
    ReservationFirmed: _reservation_firmed,
    ReservationAmended: _reservation_amended,
    AmendmentRefused: _amendment_refused,
    RemainderNotClosed: _remainder_not_closed,
    ReservationLost: _reservation_lost,
    PartnerNotReady: _partner_not_ready,
    FulfilmentAdvanced: _fulfilment_advanced,
    PutBackAwaited: _put_back_awaited,
    FulfilmentCancelled: _fulfilment_cancelled,
    FulfilmentCancelDeclined: _cancel_declined,
}
"""Every answer that the saga may get, and what it means."""
