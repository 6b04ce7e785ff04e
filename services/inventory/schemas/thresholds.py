"""Bodies of the thresholds of alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.inventory.schemas import QUANTITY_MAX, Body, Sku

LINES_MAX = 2_000

Level = Annotated[int, Field(ge=0, le=QUANTITY_MAX, description="Base units available.")]


class ThresholdLine(Body):
    sku: Sku
    low_below: Level = Field(description="Less is low; 0 switches the alert off.")
    recovered_from: Level | None = Field(
        default=None, description="From here on it is not low any more; left out: a fifth more."
    )

    @property
    def recovers(self) -> int:
        if self.recovered_from is None:
            return self.low_below + -(-self.low_below // 5)
        return self.recovered_from


class ThresholdsRequest(Body):
    """Thresholds of SKUs in one warehouse; those of other SKUs stay."""

    warehouse_id: UUID
    lines: list[ThresholdLine] = Field(min_length=1, max_length=LINES_MAX)


class ThresholdsSet(BaseModel):
    skus: list[str]


class ThresholdFilter(BaseModel):
    warehouse_id: UUID | None = None
    low: bool | None = Field(default=None, description="Only what is low, or only what is not.")


class ThresholdResponse(BaseModel):
    warehouse_id: UUID
    warehouse_code: str
    sku: str
    name: str
    unit: str
    low_below: int
    recovered_from: int
    low_since: datetime | None
    available: int
