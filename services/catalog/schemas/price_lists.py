"""Price lists, their versions and prices."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.message import Price, Sku
from services.catalog.domain.price_lists import VersionStatus
from services.catalog.schemas.fields import (
    Body,
    Code,
    MinQuantity,
    Moment,
    Name,
    Province,
    Tier,
    UnitPrice,
)
from services.catalog.schemas.products import RowFault


class EntryRequest(Body):
    """From this quantity on, a unit of the SKU costs this much."""

    sku: Sku
    min_quantity: MinQuantity = 1
    unit_price: UnitPrice


Entries = Annotated[list[EntryRequest], Field(max_length=10_000)]


class WindowRequest(Body):
    """When the prices hold, and whether they contain the tax."""

    tax_inclusive: bool = True
    valid_from: Moment
    valid_to: Moment | None = Field(default=None, description="Exclusive; null: open.")


class PriceListRequest(WindowRequest):
    """A new price list with its first draft: for a dealer, a tier in a province, a tier, or all."""

    code: Code
    name: Name
    tier: Tier | None = None
    province: Province | None = Field(default=None, description="Only together with a tier.")
    dealer_id: UUID | None = Field(default=None, description="Stands alone.")
    currency: Literal["CNY"] = "CNY"
    entries: Entries = Field(default_factory=list)


class EntriesRequest(Body):
    """Prices for the draft: the breaks of each SKU named are replaced together."""

    entries: Entries
    replace_all: bool = Field(default=False, description="Also drop all SKUs that are not named.")


class PriceChange(BaseModel):
    """A price that a sheet brings (before: null), takes away (after: null) or changes."""

    sku: str
    min_quantity: int
    before: Price | None
    after: Price | None


class PriceSheetResult(BaseModel):
    """What became of the rows, and the first 1,000 of the changes."""

    dry_run: bool
    created: int
    changed: int
    dropped: int
    unchanged: int
    faults: list[RowFault]
    differences: list[PriceChange]


class DropEntriesRequest(Body):
    """SKUs to take off the draft."""

    skus: list[Sku] = Field(min_length=1, max_length=10_000)


class PriceListVersionResponse(BaseModel):
    version: int
    status: VersionStatus
    tax_inclusive: bool
    valid_from: datetime
    valid_to: datetime | None
    published_at: datetime | None
    retired_at: datetime | None
    entries: int


class PriceListResponse(BaseModel):
    price_list_id: UUID
    code: str
    name: str
    tier: str | None
    province: str | None
    dealer_id: UUID | None
    currency: str
    revision: int
    versions: list[PriceListVersionResponse]
    allowed_actions: list[str]


class PriceListSummary(BaseModel):
    price_list_id: UUID
    code: str
    name: str
    tier: str | None
    province: str | None
    dealer_id: UUID | None
    currency: str
    revision: int
    version: int
    status: VersionStatus
    valid_from: datetime
    valid_to: datetime | None


class EntryResponse(BaseModel):
    sku: str
    name_zh: str
    min_quantity: int
    unit_price: Price
