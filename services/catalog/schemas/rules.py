"""Rules: who may buy what, and how much of it at once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.message import Sku
from services.catalog.domain.assortments import Effect
from services.catalog.schemas.fields import Body, Code, Moment, Name, Province, Tier

Limit = Annotated[int | None, Field(ge=1, le=1_000_000_000)]
Amount = Annotated[int | None, Field(ge=1, le=10**15)]


class AudienceRequest(Body):
    """Whom (nothing named: everybody) a rule is for, why, and from when on."""

    tier: Tier | None = None
    province: Province | None = None
    dealer_id: UUID | None = Field(default=None, description="Stands alone.")
    reason: Name
    since: Moment | None = Field(default=None, description="Null: now. Never in the past.")


class RuleRequest(AudienceRequest):
    """And what it is about."""

    sku: Sku | None = None
    category: Code | None = Field(default=None, description="With all categories below it.")


class DiscountRequest(AudienceRequest):
    """How much goes off an order that comes to so much."""

    threshold_minor: Annotated[int, Field(ge=0, le=10**15)] = Field(
        description="What it comes to at least, with tax and before the discount."
    )
    percent_bp: Annotated[int, Field(ge=1, le=9_999)] = Field(
        description="Basis points: 1000 is 10 %."
    )
    until: Moment | None = Field(default=None, description="Exclusive; null: until it is ended.")


class AssortmentRuleRequest(RuleRequest):
    """Whom a SKU or a category is allowed or denied."""

    effect: Effect


class OrderRuleRequest(RuleRequest):
    """How much is ordered at once: of a SKU, or of each SKU of a category, or of any."""

    minimum: Limit = Field(default=None, description="Base units of a SKU, all lines together.")
    multiple: Limit = Field(default=None, description="Base units, e.g. of a full carton.")
    maximum: Limit = Field(default=None, description="Base units.")
    order_minimum_minor: Amount = Field(
        default=None, description="What an order comes to at least; without SKU and category."
    )


class RuleResponse(BaseModel):
    """What every rule says of itself."""

    rule_id: UUID
    tier: str | None
    province: str | None
    dealer_id: UUID | None
    sku: str | None
    category: str | None
    reason: str
    since: datetime
    ended_at: datetime | None
    allowed_actions: list[str]


class DiscountResponse(BaseModel):
    rule_id: UUID
    tier: str | None
    province: str | None
    dealer_id: UUID | None
    threshold_minor: int
    percent_bp: int
    reason: str
    since: datetime
    ended_at: datetime | None
    allowed_actions: list[str]


class AssortmentRuleResponse(RuleResponse):
    effect: Effect


class OrderRuleResponse(RuleResponse):
    minimum: int | None
    multiple: int | None
    maximum: int | None
    order_minimum_minor: int | None
