"""Bodies of bins and lots."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.inventory import ShipmentStatus
from services.inventory.schemas import BinCode, Body, LotCode, Name, Quantity, Sku

BINS_MAX = 2_000


class BinRequest(Body):
    code: BinCode = Field(description="Pick lists are sorted by it.")
    zone: Name


class BinsRequest(Body):
    """New bins, or another zone of known ones; others stay."""

    bins: list[BinRequest] = Field(min_length=1, max_length=BINS_MAX)


class BinsSet(BaseModel):
    codes: list[str]


class BinFilter(BaseModel):
    zone: str | None = Field(default=None, max_length=80)


class BinResponse(BaseModel):
    code: str
    zone: str


class RestowRequest(Body):
    """Goods of one bin and lot that lie elsewhere now, or of which the lot was not known."""

    warehouse_id: UUID
    sku: Sku
    quantity: Quantity
    bin: BinCode | Literal[""] = Field(default="", description="Empty: not put away yet.")
    lot: LotCode | Literal[""] = Field(default="", description="Empty: of no known lot.")
    to_bin: BinCode | Literal[""] = ""
    to_lot: LotCode | None = Field(default=None, description="Left out: the lot stays.")
    expires_on: date | None = Field(default=None, description="Of `to_lot`.")


class StowedFilter(BaseModel):
    warehouse_id: UUID | None = None
    sku: Sku | None = None
    bin: str | None = Field(default=None, max_length=32)
    lot: str | None = Field(default=None, max_length=64)
    expires_until: date | None = Field(default=None, description="Whose last day is at the latest.")


class StowedResponse(BaseModel):
    """What lies in one bin of one lot; `picked` waits there, or on a trolley, to leave."""

    warehouse_id: UUID
    sku: str
    name: str
    unit: str
    bin: str
    lot: str
    expires_on: date | None
    expired: bool
    quantity: int
    picked: int


class TraceFilter(BaseModel):
    sku: Sku
    lot: LotCode


class TracedShipment(BaseModel):
    shipment_id: UUID
    number: str
    order_id: UUID
    order_number: str
    dealer_id: UUID
    dealer_name: str | None
    warehouse_id: UUID
    status: ShipmentStatus
    posted_at: datetime
    quantity: int = Field(description="Of this lot.")
