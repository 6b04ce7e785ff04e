"""Holds that rules put and end: a manager's approval, a stopped dealer, and time."""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.dealers import Shortage
from contracts.orders import Hold
from services.orders.domain.holds import Held, by_rule, dated, holding, without
from services.orders.domain.order import Ending, Order, changed


def noticed(before: Order | None, order: Order, now: datetime) -> Order:
    """The order with what follows at once from its new facts; it was `before`, if it was.

    A total that has risen above what the terms allow asks for a manager's approval, also when it
    was approved before at a lower one. More that is owed asks the salesperson, where the terms
    say so.
    """
    if _asks_approval(before, order):
        order = changed(order, holds=holding(order.holds, by_rule(Hold.APPROVAL)))
    if _asks_about_shortage(before, order):
        order = changed(order, holds=holding(order.holds, by_rule(Hold.STOCK)))
    if order.holds and (holds := dated(order.holds, now)) != order.holds:
        return changed(order, holds=holds)
    return order


def _asks_approval(before: Order | None, order: Order) -> bool:
    least = order.terms.approval_min_minor
    if not least or order.total_minor is None or order.released or order.ending:
        return False
    total_minor = before.total_minor if before else None
    return order.total_minor >= least and order.total_minor > (total_minor or 0)


def _asks_about_shortage(before: Order | None, order: Order) -> bool:
    if order.terms.shortage is not Shortage.ASK or order.released or order.ending:
        return False
    return order.backordered > (before.backordered if before else 0)


def follow_dealer(order: Order, *, stopped: bool) -> Order:
    """Hold an order of a stopped dealer that the warehouse does not have; let the others go on.

    F-50. The same order where that is so already.
    """
    if order.progress.ended or order.ending or order.released:
        return order
    if stopped:
        holds = holding(order.holds, by_rule(Hold.DEALER))
    else:
        holds = without(order.holds, Hold.DEALER)
    return order if holds is order.holds else changed(order, holds=holds)


def due_at(order: Order) -> datetime | None:
    """When time changes the order, if nothing else does before."""
    if order.progress.ended or order.ending:
        return None
    ends = [held.until for held in order.holds if held.until]
    if pay_by := _pay_by(order):
        ends.append(pay_by)
    return min(ends, default=None)


def elapsed(order: Order, now: datetime) -> Order:
    """What time has changed: a hold is over, or nobody paid (P-22). The same order: nothing."""
    if order.progress.ended or order.ending:
        return order
    over = [held.kind for held in order.holds if _over(held, now)]
    for kind in over:
        order = changed(order, holds=without(order.holds, kind))
    if (pay_by := _pay_by(order)) and pay_by <= now:
        return changed(order, ending=Ending.EXPIRED, reason="not-paid-in-time")
    return order


def _over(held: Held, now: datetime) -> bool:
    return held.until is not None and held.until <= now


def _pay_by(order: Order) -> datetime | None:
    """Only who pays online has so long; a transfer is waited for, and so is the rest of a part."""
    hours = order.terms.pay_within_hours
    if not hours or order.confirmed_at is None or order.released or order.covered_minor:
        return None
    return None if order.payment_gate_open else order.confirmed_at + timedelta(hours=hours)
