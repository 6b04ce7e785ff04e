"""HTTP bodies of what is available to promise."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from services.inventory.domain.promising import Signal
from services.inventory.schemas import QUANTITY_MAX, Sku


class AvailabilityAsked(BaseModel):
    sku: Sku
    quantity: int = Field(default=1, gt=0, le=QUANTITY_MAX, description="Base units.")
    warehouse_id: UUID | None = Field(
        default=None, description="A dealer's own where he says nothing; staff name it."
    )


class AvailabilityResponse(BaseModel):
    """Numbers are for staff; a dealer sees null."""

    warehouse_id: UUID
    sku: str
    quantity: int
    signal: Signal = Field(description="IN_STOCK 有货, TIGHT 紧张, OUT_OF_STOCK 缺货.")
    promised_on: date | None = Field(description="When so much is there; null: nobody knows.")
    available: int | None = Field(description="What a new order would get.")
    backordered: int | None
    incoming: int | None = Field(description="Expected on a day that somebody named.")
