"""Messages owned by the inventory service."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from contracts.message import Command, Count, Event, OrderReply, Part, Quantity, Sku


class InventoryCommand(Command):
    topic = "inventory.commands"
    keyed_by = "order_id"

    order_id: UUID


class Demand(Part):
    line_no: int = Field(ge=1)
    sku: Sku
    quantity: Quantity


class ReserveStock(InventoryCommand):
    """Hold every line of an order, or nothing: softly for a limited time, or firmly at once.

    With `firm` it is answered as FirmReservation is, with a refusal as ever.
    """

    type = "inventory.reserve-stock.v1"

    number: str
    dealer_id: UUID
    warehouse_id: UUID
    lines: tuple[Demand, ...] = Field(min_length=1)
    firm: bool = Field(default=False, description="Nothing but the stock stands in the way.")
    release: bool = Field(default=False, description="Of a firm one: the warehouse may start.")


class FirmReservation(InventoryCommand):
    """Make the reservation last; with `release`, let the warehouse start on it too."""

    type = "inventory.firm-reservation.v1"

    release: bool


class ReleaseToWarehouse(InventoryCommand):
    """The payment gate is open: let the warehouse start on a firm reservation."""

    type = "inventory.release-to-warehouse.v1"


class CancelFulfilment(InventoryCommand):
    """Give back whatever is held for an order, unless goods have left; nothing held is fine.

    Picked goods are given back when somebody confirms that he put them back. A reservation that
    arrives later is refused.
    """

    type = "inventory.cancel-fulfilment.v1"


class StockReserved(OrderReply):
    """Every line of the order is held, softly."""

    type = "inventory.stock-reserved.v1"


class StockRefused(OrderReply):
    """At least one line cannot be held; nothing is held."""

    type = "inventory.stock-refused.v1"

    reason: str = Field(description="short, unknown-warehouse or released.")
    short: tuple[str, ...] = Field(description="SKUs with too little available; may be empty.")


class ReservationExpired(OrderReply):
    """Nobody confirmed in time: the soft reservation is given back, and will not come again."""

    type = "inventory.reservation-expired.v1"


class ReservationFirmed(OrderReply):
    """The reservation lasts; the warehouse waits for the payment gate."""

    type = "inventory.reservation-firmed.v1"


class ReservationLost(OrderReply):
    """Asked to firm up or to release what is not held any more."""

    type = "inventory.reservation-lost.v1"


class ShipmentStatus(StrEnum):
    """Forward only (E-19)."""

    READY = "READY"
    IN_TRANSIT = "IN_TRANSIT"
    DELIVERED = "DELIVERED"
    RECEIVED = "RECEIVED"


class LineProgress(Part):
    """Of the ordered quantity of a line: how far it came. Each counts the next ones too."""

    line_no: int = Field(ge=1)
    picked: Count
    shipped: Count
    delivered: Count
    received: Count


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


class PutBackAwaited(OrderReply):
    """Asked to cancel after picking: the goods are given back when somebody put them back."""

    type = "inventory.put-back-awaited.v1"


class FulfilmentCancelled(OrderReply):
    """Nothing is held for the order, nothing left the warehouse, and nothing will."""

    type = "inventory.fulfilment-cancelled.v1"


class FulfilmentCancelDeclined(OrderReply):
    """Too late: goods have left the warehouse. Nothing was given back."""

    type = "inventory.fulfilment-cancel-declined.v1"


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


class OutboundPosted(ShipmentEvent):
    """Goods left the stock."""

    type = "inventory.outbound-posted.v1"

    lines: tuple[ShipmentLine, ...] = Field(min_length=1)
    direct: bool = Field(
        default=False, description="From a DIRECT warehouse: nobody dispatches or delivers it."
    )


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


class InboundPosted(Event):
    """Goods arrived in a warehouse."""

    type = "inventory.inbound-posted.v1"
    topic = "inventory.events"
    keyed_by = "inbound_id"

    inbound_id: UUID
    number: str
    warehouse_id: UUID
    lines: tuple[Demand, ...] = Field(min_length=1)


class DocumentEvent(Event):
    """Keyed by the document that somebody in the warehouse wrote."""

    topic = "inventory.events"
    keyed_by = "document_id"

    document_id: UUID
    number: str
    warehouse_id: UUID


class StockIssued(DocumentEvent):
    """Goods left a warehouse without an order."""

    type = "inventory.stock-issued.v1"

    reason: str
    lines: tuple[Demand, ...] = Field(min_length=1)


class TransferShipped(DocumentEvent):
    """Goods are on their way from one warehouse to another, and in neither."""

    type = "inventory.transfer-shipped.v1"

    to_warehouse_id: UUID
    lines: tuple[Demand, ...] = Field(min_length=1)


class TransferReceived(DocumentEvent):
    """A transfer is over; what arrived came in by an inbound note."""

    type = "inventory.transfer-received.v1"

    to_warehouse_id: UUID
    lost: tuple[Demand, ...] = Field(description="What was sent and did not arrive.")


class CountDifference(Part):
    line_no: int = Field(ge=1)
    sku: Sku
    difference: int = Field(description="Base units counted beyond the book; less is negative.")


class StockCounted(DocumentEvent):
    """A count was posted: the book follows what was found."""

    type = "inventory.stock-counted.v1"

    reason: str | None
    lines: tuple[CountDifference, ...] = Field(description="Only what differs.")


class ThresholdEvent(Event):
    """Keyed by the threshold of a SKU in a warehouse: an alert and its end stay in order."""

    topic = "inventory.events"
    keyed_by = "threshold_id"

    threshold_id: UUID
    warehouse_id: UUID
    sku: Sku
    available: Count


class StockRanLow(ThresholdEvent):
    """Too little is available; told once, until it recovers."""

    type = "inventory.stock-ran-low.v1"

    warehouse: str = Field(description="Name of the warehouse.")
    name: str = Field(description="Name of the product.")
    low_below: Count


class StockRecovered(ThresholdEvent):
    """Enough is available again."""

    type = "inventory.stock-recovered.v1"
