"""Whose work an order is, and what a person sees of its state (domain §5.4)."""

from __future__ import annotations

from contracts.dealers import TermsKind
from contracts.inventory import ShipmentStatus
from services.orders.domain.lines import Amendment
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
    Status.CLOSED_SHORT: ("短缺关闭", "Closed short"),
}
"""Display status in Chinese and English where the stored state alone decides it."""


def queue_of_holds(order: Order) -> str:
    """The role that may release the first of the holds."""
    return order.holds[0].owner


def queue_of_fulfilment(order: Order) -> str:
    """Picker, warehouse, delivery or the dealer himself, by how far the goods are.

    When all of it waits for goods that are owed, it is the salesperson's: he may give them up.
    """
    if any(line.to_pick for line in order.lines):
        return "PCK"
    if any(line.picked > line.shipped for line in order.lines):
        return "WHS"
    on_the_way = {ShipmentStatus.READY, ShipmentStatus.IN_TRANSIT}
    if any(shipment.status in on_the_way for shipment in order.shipments):
        return "DLV"
    received = all(line.received == line.shipped for line in order.lines)
    return "SAL" if order.backordered and received else "DLR"


def display_status(order: Order) -> tuple[str, str]:
    """What the dealer sees, in Chinese and in English."""
    if order.status in DISPLAY:
        return DISPLAY[order.status]
    if not order.released and not order.payment_gate_open:
        return "待收款", "To be paid"
    return _goods_status(order)


def _goods_status(order: Order) -> tuple[str, str]:
    statuses = {shipment.status for shipment in order.shipments}
    if any(line.to_pick for line in order.lines):
        return ("配货中", "Being picked") if order.started else ("待配货", "To be picked")
    if any(line.picked > line.shipped for line in order.lines):
        return "待出库", "To be shipped"
    if ShipmentStatus.READY in statuses:
        return "待配送", "To be dispatched"
    if any(line.received < line.shipped for line in order.lines):
        return "待收货", "On its way"
    return _owed(order) if order.backordered else ("已收货", "Received")


def _owed(order: Order) -> tuple[str, str]:
    owed = order.backordered
    if order.shipped:
        return f"部分发货(欠 {owed} 件)", f"Partly shipped ({owed} owed)"
    return f"待到货(欠 {owed} 件)", f"Waiting for goods ({owed} owed)"


def amendment_state(order: Order, amendment: Amendment) -> str:
    """PENDING, APPLIED, REFUSED; WITHDRAWN when the order ended before it was decided."""
    if amendment.applied:
        return "APPLIED"
    if amendment.refused is not None:
        return "REFUSED"
    return "WITHDRAWN" if order.progress.ended else "PENDING"


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
    """NOT_STARTED, ALLOCATED, BACKORDERED, PICKING, and PICKED or SHIPPED, also PARTIALLY so."""
    if order.shipments:
        return "SHIPPED" if order.all_shipped else "PARTIALLY_SHIPPED"
    if order.all_picked:
        return "PICKED"
    if any(line.picked for line in order.lines):
        return "PARTIALLY_PICKED"
    if order.backordered and not any(line.to_pick for line in order.lines):
        return "BACKORDERED"
    if order.started:
        return "PICKING"
    return "ALLOCATED" if order.released else "NOT_STARTED"
