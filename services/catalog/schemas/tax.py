"""Bodies about tax classes."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from services.catalog.schemas.fields import Body, Code, Moment, Name, OtherName, TaxRate


class TaxClassRequest(Body):
    """A class with the rate that it begins with."""

    code: Code
    name_zh: Name
    name_en: OtherName = ""
    rate_bp: TaxRate


class TaxRateRequest(Body):
    """Another rate of a class; orders submitted before keep theirs (E-05)."""

    rate_bp: TaxRate
    valid_from: Moment | None = Field(default=None, description="Null: now. Never in the past.")


class TaxRateResponse(BaseModel):
    valid_from: datetime
    rate_bp: int


class TaxClassResponse(BaseModel):
    code: str
    name_zh: str
    name_en: str
    rate_bp: int = Field(description="Of now.")
    rates: list[TaxRateResponse] = Field(description="By date; past, present and to come.")
    allowed_actions: list[str]
