"""Messages owned by the catalog service."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.message import Command, Event, Minor, OrderReply, Part, Price, Quantity, Sku, State


class ProductStatus(StrEnum):
    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    RETIRED = "RETIRED"


class ProductUnit(Part):
    """Another unit of a product: one of it is `numerator / denominator` base units."""

    unit: str
    numerator: int = Field(ge=1)
    denominator: int = Field(ge=1)


class ProductState(State):
    """All that other services know of a stock keeping unit."""

    type = "catalog.product-state.v1"
    topic = "catalog.state"
    keyed_by = "sku"

    sku: Sku
    name: str
    category: str
    unit: str = Field(description="Name of the base unit, e.g. 件.")
    tax_rate_bp: int = Field(ge=0, le=10_000, description="Basis points: 1300 is 13 %.")
    status: ProductStatus
    units: tuple[ProductUnit, ...] = Field(default=(), description="Beside the base unit.")
    lot_tracked: bool = Field(
        default=False, description="Stock is kept by lot and leaves first expired first (P-24)."
    )


class PriceListPublished(Event):
    """A version of a price list is fixed for good; it holds from `valid_from`."""

    type = "catalog.price-list-published.v1"
    topic = "catalog.events"
    keyed_by = "price_list_id"

    price_list_id: UUID
    version: int = Field(ge=1)
    code: str
    tier: str = Field(description="Empty: a list for one dealer, or for everybody.")
    valid_from: datetime
    province: str | None = Field(default=None, description="Only for the tier's dealers there.")
    dealer_id: UUID | None = Field(default=None, description="Only for him.")


class LineAsk(Part):
    """One line of an order before it has a price."""

    line_no: int = Field(ge=1)
    sku: Sku
    quantity: Quantity


class PriceOrder(Command):
    """Price the lines of an order for its dealer, as of the time it was submitted."""

    type = "catalog.price-order.v1"
    topic = "catalog.commands"
    keyed_by = "order_id"

    order_id: UUID
    dealer_id: UUID
    at: AwareDatetime
    lines: tuple[LineAsk, ...] = Field(min_length=1)
    amendment: int = Field(
        default=0, ge=0, description="Of which amendment these are the changed lines; 0: none."
    )
    beside: tuple[LineAsk, ...] = Field(
        default=(),
        description="Lines of the order that an amendment leaves alone: they count towards the "
        "order's discount, and keep their prices.",
    )


class PricedLine(Part):
    """A line with its amounts, rounded once, here, and never computed again (domain rule 5.8)."""

    line_no: int = Field(ge=1)
    sku: Sku
    name: str
    unit: str
    quantity: Quantity
    unit_price: Price
    tax_rate_bp: int = Field(ge=0, le=10_000)
    net_minor: Minor = Field(ge=0)
    tax_minor: Minor = Field(ge=0)
    gross_minor: Minor = Field(ge=0)
    discount_minor: Minor = Field(
        default=0, ge=0, description="What the order's discount took off the gross amount (P-28)."
    )
    price_list_id: UUID
    price_list_version: int
    rule: str = Field(description="Why this price: list, version, quantity break, in words.")


class OrderPriced(OrderReply):
    """Every line has its price; totals are sums of the lines."""

    type = "catalog.order-priced.v1"

    lines: tuple[PricedLine, ...] = Field(min_length=1)
    currency: str
    total_minor: Minor = Field(ge=0, description="Sum of the lines' gross amounts.")
    amendment: int = Field(default=0, ge=0, description="As asked.")


class OrderRule(StrEnum):
    """起订量, 订货倍数, 限购量, 最低订货金额."""

    MINIMUM = "MINIMUM"
    MULTIPLE = "MULTIPLE"
    MAXIMUM = "MAXIMUM"
    ORDER_MINIMUM = "ORDER_MINIMUM"


class LineFault(Part):
    """An order rule that a line breaks; without a line: that the whole order breaks."""

    rule: OrderRule
    limit: int = Field(description="Base units; of ORDER_MINIMUM minor units.")
    asked: int = Field(description="All lines of the SKU together, or the order's total.")
    line_no: int | None = None
    sku: str | None = None
    suggested: int | None = Field(
        default=None, description="The nearest quantity that meets every rule, if there is one."
    )


class PricingRefused(OrderReply):
    """At least one line has no price for this dealer, or breaks an order rule."""

    type = "catalog.pricing-refused.v1"

    reason: str = Field(
        description="unknown-sku, not-for-sale, not-in-assortment, no-price, order-rule-broken or "
        "unknown-dealer."
    )
    skus: tuple[str, ...]
    faults: tuple[LineFault, ...] = Field(default=(), description="Of order-rule-broken.")
    amendment: int = Field(default=0, ge=0, description="As asked.")
