"""Quotes: lines to price, and what they cost."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.catalog import PricedLine
from contracts.message import Price, Sku
from services.catalog.schemas.fields import Body, Unit


class QuoteLine(Body):
    sku: Sku
    quantity: int = Field(gt=0, le=1_000_000_000, description="Of `unit`.")
    unit: Unit | None = Field(default=None, description="Null: the base unit.")


class QuotedLine(PricedLine):
    """A priced line in base units, and as it was asked for."""

    asked_quantity: int
    asked_unit: str
    asked_unit_price: Price = Field(description="What one of that unit costs, to six decimals.")


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
    lines: list[QuotedLine]
    total_minor: int
    quote: str = Field(description="The signed token.")
