"""How far the warehouse is with an order: the picture for the saga, and the order's story."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from contracts.message import Count, Event, OrderReply, Part, Quantity, Sku


class ShipmentStatus(StrEnum):
    """Forward only (E-19)."""

    READY = "READY"
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"
    RECEIVED = "RECEIVED"


class LineProgress(Part):
    """Of the ordered quantity of a line: how far it came.

    `picked` counts `shipped` too, and so on; `backordered` and `closed` are no part of `picked`.
    """

    line_no: int = Field(ge=1)
    picked: Count
    shipped: Count
    delivered: Count
    received: Count
    backordered: Count = Field(default=0, description="Wanted, and not there yet.")
    closed: Count = Field(default=0, description="Given up: it will never leave.")


class ShipmentLine(Part):
    line_no: int = Field(ge=1)
    sku: Sku
    quantity: Quantity


class ShipmentProgress(Part):
    shipment_id: UUID
    number: str = Field(description="Number of the outbound note 出库单.")
    status: ShipmentStatus
    lines: tuple[ShipmentLine, ...] = Field(min_length=1)


class FulfilmentAdvanced(OrderReply):
    """How far the warehouse is with an order: always the whole picture, so the newest suffices."""

    type = "inventory.fulfilment-advanced.v1"

    revision: int = Field(ge=1, description="The reader keeps the highest.")
    started: bool = Field(description="Picking has begun.")
    lines: tuple[LineProgress, ...]
    shipments: tuple[ShipmentProgress, ...]


class FulfilmentEvent(Event):
    """Keyed by the order, for the order's story."""

    topic = "inventory.events"
    keyed_by = "order_id"

    order_id: UUID
    number: str = Field(description="The order's number.")
    dealer_id: UUID
    warehouse_id: UUID


class PickTaskCreated(FulfilmentEvent):
    """The warehouse may start on the order."""

    type = "inventory.pick-task-created.v1"

    pick_task_id: UUID
    pick_number: str


class PickStarted(FulfilmentEvent):
    """A picker began."""

    type = "inventory.pick-started.v1"

    pick_task_id: UUID


class ShortLine(Part):
    line_no: int = Field(ge=1)
    sku: Sku
    quantity: Quantity
    reason: str = Field(description="NOT_FOUND or DAMAGED.")


class PickShort(FulfilmentEvent):
    """The book promised goods that the picker did not find: somebody should count the SKU."""

    type = "inventory.pick-short.v1"

    pick_task_id: UUID
    lines: tuple[ShortLine, ...] = Field(min_length=1)


class BackorderAllocated(FulfilmentEvent):
    """Goods came for what was backordered: they are held for the order."""

    type = "inventory.backorder-allocated.v1"

    lines: tuple[ShipmentLine, ...] = Field(min_length=1)


class PickCompleted(FulfilmentEvent):
    """The goods are picked and wait for outbound."""

    type = "inventory.pick-completed.v1"

    pick_task_id: UUID


class PutBackRequested(FulfilmentEvent):
    """The order was cancelled after picking: the goods must go back to their bins."""

    type = "inventory.put-back-requested.v1"

    pick_task_id: UUID


class PutBackConfirmed(FulfilmentEvent):
    """The goods of a cancelled order are back in their bins."""

    type = "inventory.put-back-confirmed.v1"

    pick_task_id: UUID


class ShipmentEvent(FulfilmentEvent):
    shipment_id: UUID
    shipment_number: str = Field(description="Number of the outbound note 出库单.")


class ShippedLot(Part):
    line_no: int = Field(ge=1)
    sku: Sku
    lot: str
    quantity: Quantity


class OutboundPosted(ShipmentEvent):
    """Goods left the stock."""

    type = "inventory.outbound-posted.v1"

    lines: tuple[ShipmentLine, ...] = Field(min_length=1)
    direct: bool = Field(
        default=False, description="From a DIRECT warehouse: nobody dispatches or delivers it."
    )
    lots: tuple[ShippedLot, ...] = Field(default=(), description="Of what is kept by lot.")


class ShipmentDispatched(ShipmentEvent):
    """The goods are on their way."""

    type = "inventory.shipment-dispatched.v1"

    mode: str = Field(description="OWN_FLEET, CARRIER or PICKUP.")
    tracking_number: str | None = None


class ShipmentDelivered(ShipmentEvent):
    """The goods were handed over."""

    type = "inventory.shipment-delivered.v1"


class ShipmentReceived(ShipmentEvent):
    """The dealer has the goods."""

    type = "inventory.shipment-received.v1"
