"""HTTP bodies of inventory. Responses have no defaults, so clients get no false optionals."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.inventory import ShipmentStatus
from services.inventory.domain.fulfilment import Mode, PickStatus, ShortReason
from services.inventory.domain.picking import Missing
from services.inventory.domain.shipping import DispatchMode
from services.inventory.domain.stowage import Named

INBOUND_LINES_MAX = 2_000
QUANTITY_MAX = 10**9

Quantity = Annotated[int, Field(gt=0, le=QUANTITY_MAX, description="Base units.")]
Sku = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f]+$")]
BinCode = Annotated[
    str, Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9][A-Za-z0-9./-]*$")
]
LotCode = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f]+$")]
Words = Annotated[str, Field(max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")]
Actions = Annotated[list[str], Field(description="What the caller may do with it now.")]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WarehouseRequest(Body):
    code: str = Field(min_length=1, max_length=16, pattern=r"^[A-Z0-9-]+$")
    name: Name
    mode: Mode = Field(
        description="Who does the work: MANUAL people, DIRECT nobody (virtual), PARTNER another "
        "company; as nothing connects us to partners yet, orders there wait on hold."
    )
    one_person: bool = Field(
        default=False, description="The picker may post the outbound himself (small sites)."
    )


class WarehouseChange(Body):
    """Only what is given changes."""

    name: Name | None = None
    one_person: bool | None = None
    alternatives: list[UUID] | None = Field(
        default=None,
        max_length=20,
        description="Warehouses that help out with what is not here, the first one first.",
    )


class Stowage(Body):
    """Where goods are put, and of which lot they are."""

    bin: BinCode | Literal[""] = Field(default="", description="Empty: not put away yet.")
    lot: LotCode | Literal[""] = Field(default="", description="Needed where kept by lot.")
    expires_on: date | None = Field(default=None, description="The last day on which it is good.")


class InboundLineRequest(Stowage):
    sku: Sku
    quantity: Quantity


class InboundRequest(Body):
    """Goods that came in together; lines of the same SKU add up."""

    warehouse_id: UUID
    source: str = Field(min_length=1, max_length=200, description="Where from, e.g. a supplier.")
    lines: list[InboundLineRequest] = Field(min_length=1, max_length=INBOUND_LINES_MAX)


class PickedLine(Body):
    """Of several bins or lots, a line is named several times."""

    line_no: int = Field(ge=1)
    quantity: Quantity
    bin: BinCode | None = Field(default=None, description="Left out: as proposed.")
    lot: LotCode | None = Field(default=None, description="Left out: first expired, first out.")


class PickRequest(Body):
    """What was picked now, on top of what was confirmed before."""

    lines: list[PickedLine] | None = Field(
        default=None, min_length=1, max_length=500, description="Left out: all that remains."
    )

    def quantities(self) -> dict[int, int] | None:
        """Base units by line number; None: all that remains."""
        if self.lines is None:
            return None
        picked: Counter[int] = Counter()
        for line in self.lines:
            picked[line.line_no] += line.quantity
        return dict(picked)

    def named(self) -> tuple[Named, ...]:
        """From where, where the picker says so."""
        lines = self.lines or ()
        return tuple(Named(one.line_no, one.quantity, one.bin, one.lot) for one in lines)


class MissingLine(Body):
    line_no: int = Field(ge=1)
    quantity: Quantity
    reason: ShortReason


class ShortRequest(Body):
    """What is not brought: it is backordered, and in doubt until somebody counts the SKU."""

    lines: list[MissingLine] = Field(min_length=1, max_length=500)

    def missing(self) -> tuple[Missing, ...]:
        return tuple(Missing(line.line_no, line.quantity, line.reason) for line in self.lines)


class OutboundRequest(Body):
    pick_task_id: UUID
    partial: bool = Field(
        default=False, description="Post what is picked although some is missing."
    )


class DispatchRequest(Body):
    mode: DispatchMode
    tracking_number: str | None = Field(default=None, min_length=1, max_length=64)


class DeliverRequest(Body):
    proof: str = Field(
        min_length=1, max_length=500, description="Who took the goods, and how seen."
    )


class StockFilter(BaseModel):
    warehouse_id: UUID | None = None
    q: Words = Field(default="", description="Part of the SKU or of the product's name.")


class InboundFilter(BaseModel):
    warehouse_id: UUID | None = None
    expected_id: UUID | None = Field(default=None, description="Of one expected inbound.")


class PickTaskFilter(BaseModel):
    status: list[PickStatus] | None = None
    warehouse_id: UUID | None = None
    order_id: UUID | None = None
    q: Words = Field(default="", description="How the task's or the order's number begins.")


class ShipmentFilter(BaseModel):
    status: list[ShipmentStatus] | None = None
    warehouse_id: UUID | None = None
    dealer_id: UUID | None = None
    order_id: UUID | None = None
    q: Words = Field(default="", description="How the shipment's or the order's number begins.")


class WarehouseResponse(BaseModel):
    warehouse_id: UUID
    code: str
    name: str
    mode: Mode
    one_person: bool
    alternatives: list[UUID] = Field(description="That help out, the first one first.")
    version: int
    allowed_actions: Actions


class StockResponse(BaseModel):
    warehouse_id: UUID
    warehouse_code: str
    sku: str
    name: str
    unit: str
    on_hand: int
    reserved: int
    in_doubt: int = Field(description="On hand by the book and not found: to be counted.")
    available: int
    backordered: int = Field(description="Orders wait for so much.")
    in_transit: int = Field(description="On its way here from another warehouse.")


class InboundSummary(BaseModel):
    inbound_id: UUID
    number: str
    warehouse_id: UUID
    source: str
    expected_id: UUID | None = Field(description="The expected inbound that it came of.")
    note: str
    line_count: int
    quantity: int
    posted_by: UUID
    posted_at: datetime
    allowed_actions: Actions


class DocumentLine(BaseModel):
    line_no: int
    sku: str
    name: str
    unit: str
    quantity: int


class InboundLineShown(DocumentLine):
    bin: str
    lot: str
    expires_on: date | None


class InboundResponse(InboundSummary):
    lines: list[InboundLineShown]


class PickTaskSummary(BaseModel):
    pick_task_id: UUID
    number: str
    order_id: UUID
    order_number: str
    dealer_id: UUID
    dealer_name: str | None
    dealer_on_stop: bool
    warehouse_id: UUID
    warehouse_name: str
    status: PickStatus
    line_count: int
    quantity: int
    picked: int
    shipped: int
    picker_ids: list[UUID]
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    version: int
    allowed_actions: Actions


class PickPlace(BaseModel):
    """Where to take it from or, to put it back, where it was taken from."""

    bin: str
    lot: str
    expires_on: date | None
    quantity: int


class PickLine(DocumentLine):
    """Counts are the order's in this warehouse; `to_pick` is what this task still takes up."""

    picked: int
    to_pick: int
    shipped: int
    backordered: int = Field(description="Wanted, and not there yet.")
    closed: int = Field(description="Given up.")
    places: list[PickPlace]


class PickTaskResponse(PickTaskSummary):
    lines: list[PickLine]


class ShipmentSummary(BaseModel):
    shipment_id: UUID
    number: str
    order_id: UUID
    order_number: str
    dealer_id: UUID
    dealer_name: str | None
    warehouse_id: UUID
    warehouse_name: str
    status: ShipmentStatus
    mode: DispatchMode | None
    tracking_number: str | None
    quantity: int
    posted_by: UUID | None
    posted_at: datetime
    dispatched_at: datetime | None
    delivered_at: datetime | None
    proof: str | None
    received_at: datetime | None
    received_by: UUID | None
    version: int
    allowed_actions: Actions


class ShippedLotShown(BaseModel):
    lot: str
    expires_on: date
    quantity: int


class ShipmentLineShown(DocumentLine):
    lots: list[ShippedLotShown] = Field(description="Of what is kept by lot.")


class ShipmentResponse(ShipmentSummary):
    lines: list[ShipmentLineShown]
