"""Whose work an order is, and what a person sees of its state (domain §5.4)."""

from __future__ import annotations

from contracts.dealers import TermsKind
from contracts.inventory import ShipmentStatus
from services.orders.domain.actions import HOLD_OWNERS
from services.orders.domain.order import Order, Status

DISPLAY = {
    Status.CANCELLED: ("已取消", "Cancelled"),
    Status.REJECTED: ("已拒绝", "Rejected"),
    Status.EXPIRED: ("已过期", "Expired"),
    Status.CANCELLING: ("取消中", "Being cancelled"),
    Status.ON_HOLD: ("挂起", "On hold"),
    Status.SUBMITTED: ("校验中", "Being checked"),
    Status.PENDING_CONFIRMATION: ("待确认", "To be confirmed"),
    Status.COMPLETED: ("已完成", "Completed"),
}
"""Display status in Chinese and English where the stored state alone decides it."""


def queue_of_holds(order: Order) -> str:
    """The role that may release the first of the holds."""
    return HOLD_OWNERS[min(order.holds)]


def queue_of_fulfilment(order: Order) -> str:
    """Picker, warehouse, delivery or the dealer himself, by how far the goods are."""
    picked = all(line.picked == line.quantity for line in order.lines)
    if not order.all_shipped:
        return "WHS" if picked else "PCK"
    on_the_way = {ShipmentStatus.READY, ShipmentStatus.IN_TRANSIT}
    return "DLV" if any(s.status in on_the_way for s in order.shipments) else "DLR"


def display_status(order: Order) -> tuple[str, str]:
    """What the dealer sees, in Chinese and in English."""
    if order.status in DISPLAY:
        return DISPLAY[order.status]
    if not order.released and not order.payment_gate_open:
        return "待收款", "To be paid"
    return _goods_status(order)


def _goods_status(order: Order) -> tuple[str, str]:
    statuses = {shipment.status for shipment in order.shipments}
    if not order.started:
        return "待配货", "To be picked"
    if not order.all_shipped:
        picked = all(line.picked == line.quantity for line in order.lines)
        return ("待出库", "To be shipped") if picked else ("配货中", "Being picked")
    if ShipmentStatus.READY in statuses:
        return "待配送", "To be dispatched"
    if order.all_received:
        return "已收货", "Received"
    return "待收货", "On its way"


def payment_status(order: Order) -> str:
    """UNPAID, PARTIALLY_PAID, PAID, ON_CREDIT or REFUNDED."""
    if order.returned_minor:
        return "REFUNDED"
    if order.priced and order.total and order.covered_minor >= order.total:
        return "PAID"
    if order.covered_minor:
        return "PARTIALLY_PAID"
    return "ON_CREDIT" if order.terms.kind is TermsKind.CREDIT else "UNPAID"


def fulfilment_status(order: Order) -> str:
    """NOT_STARTED, ALLOCATED, PICKING, PARTIALLY_PICKED, PICKED, PARTIALLY_SHIPPED or SHIPPED."""
    if order.shipments:
        return "SHIPPED" if order.all_shipped else "PARTIALLY_SHIPPED"
    if all(line.picked == line.quantity for line in order.lines):
        return "PICKED"
    if any(line.picked for line in order.lines):
        return "PARTIALLY_PICKED"
    if order.started:
        return "PICKING"
    return "ALLOCATED" if order.released else "NOT_STARTED"
