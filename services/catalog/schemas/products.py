"""Products, categories, and what their imports come to."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, JsonValue, model_validator
from pydantic import StringConstraints as Text

from contracts.catalog import ProductStatus
from contracts.message import Price, Sku
from services.catalog.schemas.fields import (
    Attributes,
    Barcode,
    Body,
    Code,
    Name,
    OtherName,
    TaxRate,
    Unit,
)


class UnitRequest(Body):
    """Another unit: one of it is `numerator / denominator` base units."""

    unit: Unit
    numerator: Annotated[int, Field(ge=1, le=1_000_000)]
    denominator: Annotated[int, Field(ge=1, le=1_000_000)] = 1


def _distinct(units: list[UnitRequest]) -> list[UnitRequest]:
    if len({one.unit for one in units}) < len(units):
        raise ValueError("the same unit twice")
    return units


UnitRequests = Annotated[list[UnitRequest], Field(max_length=10), AfterValidator(_distinct)]


class TaxedRequest(Body):
    """How a product is taxed: as its class is by date, or at a rate of its own."""

    tax_class: Code | None = Field(
        default=None, description="Null in a new product: GOODS, unless it names a rate."
    )
    tax_rate_bp: TaxRate | None = Field(
        default=None, description="A rate of its own, which no date changes, in place of a class."
    )

    @model_validator(mode="after")
    def _taxed_once(self) -> Self:
        if self.tax_class is not None and self.tax_rate_bp is not None:
            raise ValueError("tax_class 与 tax_rate_bp 只能填一个 (a class or a rate, not both)")
        return self


class ProductRequest(TaxedRequest):
    """A product as it should be."""

    sku: Annotated[Sku, Text(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    name_zh: Name
    name_en: OtherName = ""
    category: Code
    unit: Unit = "件"
    barcode: Barcode | None = None
    attributes: Attributes = Field(default_factory=dict)
    units: UnitRequests = Field(default_factory=list, description="Beside the base unit.")
    status: ProductStatus = ProductStatus.ACTIVE
    lot_tracked: bool = Field(default=False, description="Stock is kept by lot (P-24).")


class ProductChange(TaxedRequest):
    """What to change; what is left out stays. Its status moves by the verbs."""

    name_zh: Name | None = None
    name_en: OtherName | None = None
    category: Code | None = None
    unit: Unit | None = None
    barcode: Barcode | None = None
    attributes: Attributes | None = None
    units: UnitRequests | None = None
    lot_tracked: bool | None = None


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


class OrderLimitsResponse(BaseModel):
    """How much of a product a dealer orders at once, in base units; null: as he likes."""

    minimum: int | None
    multiple: int | None
    maximum: int | None


class UnitResponse(BaseModel):
    """One of this unit is `numerator / denominator` base units."""

    unit: str
    numerator: int
    denominator: int
    unit_price: Price | None = Field(
        description="What one costs the same dealer, by the break that it reaches."
    )


class ProductResponse(BaseModel):
    sku: str
    name_zh: str
    name_en: str
    category: str
    unit: str
    tax_class: str | None = Field(description="Null: it has a rate of its own.")
    tax_rate_bp: int = Field(description="Of now.")
    barcode: str | None
    attributes: dict[str, str]
    status: ProductStatus
    lot_tracked: bool
    version: int
    price: DealerPrice | None = Field(
        description="The asking dealer's own, or that of `?dealer_id`; null: none, or not asked."
    )
    units: list[UnitResponse] = Field(description="Beside the base unit.")
    order_limits: OrderLimitsResponse | None = Field(description="Of the same dealer.")
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
