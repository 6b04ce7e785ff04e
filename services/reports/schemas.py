"""HTTP bodies of reports. Texts come in both languages; the client shows the reader's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field


class TimelineEvent(BaseModel):
    message_id: UUID
    at: datetime
    type: str
    actor_id: UUID | None
    actor: str | None
    text_zh: str
    text_en: str
    facts: dict[str, object]


class Timeline(BaseModel):
    order_id: UUID
    number: str
    dealer_id: UUID
    dealer: str | None
    status: str
    status_zh: str
    status_en: str
    total_minor: int | None
    events: list[TimelineEvent]
    allowed_actions: list[str]


class FunnelStep(BaseModel):
    step: str
    label_zh: str
    label_en: str
    orders: int = Field(description="How many of the orders have reached it.")
    median_seconds: int | None = Field(description="From submission to this step.")
    p95_seconds: int | None
    waited_median_seconds: int | None = Field(
        description="From the step before it, in the time of each order: the steps' waiting times "
        "of an order add up to its whole time."
    )
    waited_p95_seconds: int | None
    standing_orders: int = Field(description="How many have come this far and wait here now.")
    standing_median_seconds: int | None = Field(description="How long those have waited by now.")


class Funnel(BaseModel):
    """How far the orders of a span of time came, and how long it took."""

    since: datetime
    until: datetime
    steps: list[FunnelStep]


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


class SalesBy(StrEnum):
    """What a day's sales are parted by."""

    DEALER = "dealer"
    SKU = "sku"
    SALESPERSON = "salesperson"
    TERRITORY = "territory"
    DAY = "day"


class Basis(StrEnum):
    """Which date a sale counts for: that of its invoice, or that of its order."""

    INVOICE = "invoice"
    ORDER = "order"


class OwedBy(StrEnum):
    """What owed goods are parted by."""

    ORDER = "order"
    DEALER = "dealer"
    SKU = "sku"
    WAREHOUSE = "warehouse"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose orders a report is about; None: anybody's."""

    dealer_id: UUID | None = None
    salesperson_id: UUID | None = None
    province: str | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class FunnelAsk:
    since: datetime
    until: datetime
    now: datetime
    whose: Whose = Whose()


@dataclass(frozen=True, slots=True)
class SalesAsk:
    """Sales from `since` until before `until`, both where a day begins."""

    since: datetime
    until: datetime
    by: frozenset[SalesBy]
    basis: Basis = Basis.INVOICE
    sku: str | None = None
    whose: Whose = Whose()


@dataclass(frozen=True, slots=True)
class OwedAsk:
    by: frozenset[OwedBy]
    sku: str | None = None
    warehouses: frozenset[UUID] | None = None
    """None: all."""
    whose: Whose = Whose()

    def within(self, warehouses: frozenset[UUID] | None) -> OwedAsk:
        """The same of these warehouses only: somebody who works there asks. None: all."""
        if warehouses is None:
            return self
        asked = warehouses if self.warehouses is None else warehouses & self.warehouses
        return replace(self, warehouses=asked)


class SalesRow(BaseModel):
    """What was invoiced on one day less what was credited; null: not parted by that."""

    day: date
    dealer_id: UUID | None
    dealer_code: str | None
    dealer: str | None
    sku: str | None = Field(description="Null also for an invoice that was told without lines.")
    product: str | None
    salesperson_id: UUID | None = Field(description="Of the order, whoever looks after him now.")
    salesperson: str | None
    province: str | None = Field(description="The dealer's territory as it is now.")
    city: str | None
    invoices: int
    credit_notes: int = Field(description="They are subtracted, from the next four too.")
    quantity: int = Field(description="Base units.")
    net_minor: int
    tax_minor: int
    gross_minor: int
    key: str = Field(exclude=True)


class OwedRow(BaseModel):
    """What confirmed orders still wait for; what the report is not parted by is null."""

    order_id: UUID | None
    number: str | None
    dealer_id: UUID | None
    dealer_code: str | None
    dealer: str | None
    sku: str | None
    product: str | None
    warehouse_id: UUID | None = Field(description="Which the order asked to ship it.")
    orders: int
    oldest_at: datetime = Field(description="When the oldest of these orders was submitted.")
    ordered: int = Field(
        description="Base units, like the next two; lines with nothing owed left out."
    )
    shipped: int
    owed: int
    key: str = Field(exclude=True)
