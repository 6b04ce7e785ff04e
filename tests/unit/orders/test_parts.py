"""P-17: an order that goes from two warehouses is one picture to the saga."""

from chassis.ids import uuid7
from contracts.billing import IssueInvoice
from contracts.inventory import (
    FulfilmentAdvanced,
    LineProgress,
    ShipmentLine,
    ShipmentProgress,
    ShipmentStatus,
)
from services.orders import saga
from services.orders.domain.order import Status
from tests.builders.orders import NOON, ON_CREDIT, confirmed, invoiced

READY, RECEIVED = ShipmentStatus.READY, ShipmentStatus.RECEIVED


def pictured(order, revision, *shipments):
    """Of ten of one line; `shipments` in the order of their warehouses: id, quantity, status."""
    shipped = sum(quantity for _, quantity, _ in shipments)
    received = sum(quantity for _, quantity, status in shipments if status is RECEIVED)
    return FulfilmentAdvanced(
        order_id=order.order_id,
        revision=revision,
        started=True,
        lines=(
            LineProgress(
                line_no=1, picked=shipped, shipped=shipped, delivered=received, received=received
            ),
        ),
        shipments=tuple(
            ShipmentProgress(
                shipment_id=shipment_id,
                number="CK-1",
                status=status,
                lines=(ShipmentLine(line_no=1, sku="SKU-1", quantity=quantity),),
            )
            for shipment_id, quantity, status in shipments
        ),
    )


def test_two_warehouses_send_in_any_order_and_each_shipment_is_invoiced_once():
    """P-17, E-17: the away part leaves first; its revisions add to those of the home part."""
    order, home, away = confirmed(ON_CREDIT), uuid7(), uuid7()
    invoices = []
    for revision, *shipments in (
        (2,),
        (5, (away, 6, READY)),
        (9, (home, 4, READY), (away, 6, RECEIVED)),
        (8, (away, 6, RECEIVED)),
        (11, (home, 4, RECEIVED), (away, 6, RECEIVED)),
    ):
        order, messages = saga.take(order, pictured(order, revision, *shipments), NOON)
        for ask in [one for one in messages if isinstance(one, IssueInvoice)]:
            invoices.append((ask.shipment_id, ask.lines[0].gross_minor))
            order, _ = saga.take(order, invoiced(order, ask.shipment_id), NOON)

    assert invoices == [(away, 60_000), (home, 40_000)]
    assert (order.status, order.fulfilment_revision) == (Status.COMPLETED, 11)
