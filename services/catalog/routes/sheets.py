"""What the imports of sheets share: rehearsals, and rows that are not stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Query
from pydantic import JsonValue

from services.catalog.schemas.products import RowFault

DIFFERENCES_SHOWN_MAX = 1_000
DryRun = Annotated[bool, Query(description="Only say what would change.")]


def row_fault(
    place: int, row: Mapping[str, JsonValue], location: tuple[int | str, ...], fault: str
) -> RowFault:
    """Why a row is not stored, and which of its fields is to blame."""
    sku = row.get("sku")
    field = ".".join(map(str, location)) or None
    return RowFault(row=place, sku=str(sku) if sku else None, field=field, fault=fault)
