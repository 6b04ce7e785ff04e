"""What happens to goods without an order: inbound, issues, transfers, counts, alerts."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from contracts.inventory.reserving import Demand
from contracts.message import Count, Event, Part, Sku


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
