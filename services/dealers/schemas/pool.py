"""Bodies about the pool of applicants: the score sheet, the scores, the shortlist."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator
from pydantic import StringConstraints as Text

from services.dealers.domain.applications import Status
from services.dealers.domain.scoring import Part, weights_fault
from services.dealers.schemas.fields import AMOUNT_MAX, LINES, Body, Word

Weight = Annotated[int, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=1, le=50)]


class SheetRequest(Body):
    """What counts how much, of 100; `full_…` is what gives all points of a part."""

    sales_weight: Weight
    brands_weight: Weight
    channels_weight: Weight
    documents_weight: Weight
    full_sales_minor: Annotated[int, Field(ge=1, le=AMOUNT_MAX, description="Fen.")]
    full_brands: Count
    wanted_brands: list[Word] = Field(
        default_factory=list, max_length=50, description="Only these count; empty: any brand."
    )
    full_channels: Count
    full_documents: Count = Field(description="Kinds of papers, not papers.")

    @model_validator(mode="after")
    def _weights_fit(self) -> Self:
        weights = (
            self.sales_weight,
            self.brands_weight,
            self.channels_weight,
            self.documents_weight,
        )
        if fault := weights_fault(weights):
            raise ValueError(fault)
        return self


class SheetResponse(BaseModel):
    version: int
    sales_weight: int
    brands_weight: int
    channels_weight: int
    documents_weight: int
    full_sales_minor: int
    full_brands: int
    wanted_brands: list[str]
    full_channels: int
    full_documents: int


class PartResponse(BaseModel):
    """Why so many points: of `full`, which gives them all, `value` was found."""

    part: Part
    weight: int
    value: int
    full: int
    points: int


class ScoreResponse(BaseModel):
    """Points out of 1,000, by one version of the sheet."""

    sheet_version: int
    points: int
    parts: list[PartResponse]


class ShortlistEntry(BaseModel):
    """Why one is on the shortlist, with the score of that time."""

    key_development: bool
    note: str
    score: ScoreResponse | None
    decided_by: UUID
    decided_at: datetime


class PoolEntry(BaseModel):
    """An applicant beside others; `score` null: no sheet was set when he was judged."""

    application_id: UUID
    name: str
    province: str
    city: str
    status: Status
    brands: list[str]
    channels: list[str]
    annual_sales_minor: int | None
    documents: int
    screener_name: str | None
    submitted_at: datetime
    score: ScoreResponse | None
    shortlist: ShortlistEntry | None


class ShortlistRequest(Body):
    key_development: bool = Field(default=False, description="重点发展.")
    note: Annotated[str, Text(max_length=500, pattern=LINES)] = ""
