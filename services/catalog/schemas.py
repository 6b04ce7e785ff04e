"""HTTP bodies of the catalog API. Responses have no defaults, so clients get no false optionals."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue
from pydantic import StringConstraints as Text

from contracts.catalog import PricedLine, ProductStatus
from contracts.message import Price, Sku
from services.catalog.domain.assortments import Effect
from services.catalog.domain.price_lists import VersionStatus

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
Name = Annotated[str, Text(min_length=1, max_length=200, strip_whitespace=True, pattern=ONE_LINE)]
OtherName = Annotated[str, Text(max_length=200, strip_whitespace=True, pattern=ONE_LINE)]
Unit = Annotated[str, Text(min_length=1, max_length=16, pattern=ONE_LINE)]
Code = Annotated[str, Text(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Barcode = Annotated[str, Text(pattern=r"^[0-9A-Za-z-]{4,48}$")]
TaxRate = Annotated[int, Field(ge=0, le=10_000, description="Basis points: 1300 is 13 %.")]
Attribute = Annotated[str, Text(max_length=500, pattern=ONE_LINE)]
Attributes = Annotated[dict[Code | Name, Attribute], Field(max_length=100)]
UnitPrice = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6)]
Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC)),
]
Province = Annotated[str, Text(min_length=1, max_length=32, pattern=ONE_LINE)]
MinQuantity = Annotated[int, Field(ge=1, le=1_000_000_000)]


class Body(BaseModel):
    """A request; what it does not know is a fault."""

    model_config = ConfigDict(extra="forbid")


class Tier(StrEnum):
    """省级代理, 地市代理, 县级代理."""

    PROVINCE = "PROVINCE"
    CITY = "CITY"
    COUNTY = "COUNTY"


class ProductRequest(Body):
    """A product as it should be."""

    sku: Annotated[Sku, Text(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    name_zh: Name
    name_en: OtherName = ""
    category: Code
    unit: Unit = "件"
    tax_rate_bp: TaxRate = 1_300
    barcode: Barcode | None = None
    attributes: Attributes = Field(default_factory=dict)
    status: ProductStatus = ProductStatus.ACTIVE


class ProductChange(Body):
    """What to change; what is left out stays. Its status moves by the verbs."""

    name_zh: Name | None = None
    name_en: OtherName | None = None
    category: Code | None = None
    unit: Unit | None = None
    tax_rate_bp: TaxRate | None = None
    barcode: Barcode | None = None
    attributes: Attributes | None = None


class ProductImport(Body):
    """Rows are checked one by one: a bad one is reported, and the others are stored."""

    rows: list[dict[str, JsonValue]] = Field(min_length=1, max_length=2_000)


class RowFault(BaseModel):
    """A row that was not stored, and why."""

    row: int = Field(
        description="Its place: in a request from 0; in a sheet the number of its line."
    )
    sku: str | None
    field: str | None
    fault: str


class ImportResult(BaseModel):
    """What became of the rows; repeating the same import leaves all of them unchanged."""

    created: int
    changed: int
    unchanged: int
    faults: list[RowFault]


class ProductDifference(BaseModel):
    """What a row changes."""

    row: int
    sku: str
    created: bool
    fields: dict[str, tuple[str | None, str | None]] = Field(description="Before and after.")


class SheetImportResult(ImportResult):
    """With what the rows change, the first 1,000 of them."""

    dry_run: bool
    differences: list[ProductDifference]


class PriceStep(BaseModel):
    """From this quantity on, a unit costs this much."""

    min_quantity: int
    unit_price: Price
    tax_inclusive: bool
    rule: str = Field(description="Why: list, version, quantity break, in words.")


class DealerPrice(BaseModel):
    """The price of one dealer: the least quantity, and every break above it."""

    currency: str
    unit_price: Price
    tax_inclusive: bool
    min_quantity: int
    next_break: PriceStep | None
    breaks: list[PriceStep]


class ProductResponse(BaseModel):
    sku: str
    name_zh: str
    name_en: str
    category: str
    unit: str
    tax_rate_bp: int
    barcode: str | None
    attributes: dict[str, str]
    status: ProductStatus
    version: int
    price: DealerPrice | None = Field(
        description="The asking dealer's own, or that of `?dealer_id`; null: none, or not asked."
    )
    allowed_actions: list[str]


class CategoryRequest(Body):
    """A category as it should be."""

    code: Code
    name_zh: Name
    name_en: OtherName = ""
    parent_code: Code | None = None


class CategoryImport(Body):
    """Categories as they should be; parents may stand anywhere among them."""

    rows: list[CategoryRequest] = Field(min_length=1, max_length=1_000)


class CategoryResponse(BaseModel):
    code: str
    name_zh: str
    name_en: str
    parent_code: str | None
    version: int


class CategoryImportResult(BaseModel):
    changed: int
    unchanged: int


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


class AssortmentRuleRequest(Body):
    """Whom (nothing named: everybody) a SKU or a category is allowed or denied."""

    effect: Effect
    tier: Tier | None = None
    province: Province | None = None
    dealer_id: UUID | None = Field(default=None, description="Stands alone.")
    sku: Sku | None = None
    category: Code | None = Field(default=None, description="With all categories below it.")
    reason: Name
    since: Moment | None = Field(default=None, description="Null: now. Never in the past.")


class AssortmentRuleResponse(BaseModel):
    rule_id: UUID
    effect: Effect
    tier: str | None
    province: str | None
    dealer_id: UUID | None
    sku: str | None
    category: str | None
    reason: str
    since: datetime
    ended_at: datetime | None
    allowed_actions: list[str]


class QuoteLine(Body):
    sku: Sku
    quantity: int = Field(gt=0, le=1_000_000_000, description="Base units.")


class QuoteRequest(Body):
    """Lines to price; a dealer asks for himself, the staff name the dealer."""

    dealer_id: UUID | None = None
    lines: list[QuoteLine] = Field(min_length=1, max_length=500)


class QuoteResponse(BaseModel):
    """Prices that hold until `expires_at`; hand `quote` in with the order."""

    quote_id: UUID
    dealer_id: UUID
    priced_at: datetime
    expires_at: datetime
    currency: str
    lines: list[PricedLine]
    total_minor: int
    quote: str = Field(description="The signed token.")
