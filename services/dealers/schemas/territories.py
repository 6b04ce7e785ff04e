"""Bodies about territories."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic import StringConstraints as Text

from services.dealers.schemas.fields import ONE_LINE, Body, Place


class TerritoryRow(Body):
    """Who screens, and looks after, what comes from a place."""

    province: Place
    city: Annotated[str, Text(max_length=32, strip_whitespace=True, pattern=ONE_LINE)] = Field(
        default="", description="Empty: the province, but for cities that have a row of their own."
    )
    salesperson_id: UUID


class TerritoryImport(Body):
    rows: list[TerritoryRow] = Field(min_length=1, max_length=1_000)


class TerritoryImportResult(BaseModel):
    changed: int
    unchanged: int


class TerritoryResponse(BaseModel):
    province: str
    city: str
    salesperson_id: UUID
    salesperson_name: str | None
