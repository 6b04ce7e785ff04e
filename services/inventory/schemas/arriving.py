"""Bodies of expected inbounds."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.inventory.domain.arriving import ArrivalReason, Part
from services.inventory.schemas import Body, Sku, Stowage
from services.inventory.schemas.documents import (
    LINES_MAX,
    ArrivedLine,
    DocumentSummary,
    LeavingLine,
    Note,
    TransferLine,
)

Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
ExpectedOn = Annotated[date, Field(description="The day on which it shall arrive.")]


class ArrivalRequest(Body):
    """Goods that shall come in together; lines of the same SKU add up."""

    warehouse_id: UUID
    reason: ArrivalReason
    source: str = Field(
        min_length=1, max_length=200, pattern=r"^[^\x00]*$", description="Who sends it."
    )
    expected_on: ExpectedOn
    note: Note = ""
    lines: list[LeavingLine] = Field(min_length=1, max_length=LINES_MAX)


class ReceivedLine(ArrivedLine, Stowage):
    """Some of a line; of several lots or for several bins, it is named several times."""


class ReceivedRequest(Body):
    """What arrived now; the rest stays expected until it comes or is closed."""

    lines: list[ReceivedLine] | None = Field(
        default=None, max_length=LINES_MAX, description="Left out: all that is still to come."
    )
    note: Note = Field(default="", description="Needed where more arrived than was expected.")

    def parts(self) -> list[Part] | None:
        """None: all that is still to come."""
        if self.lines is None:
            return None
        return [Part(**line.model_dump()) for line in self.lines]


class RescheduleRequest(Body):
    expected_on: ExpectedOn


class CloseRequest(Body):
    reason: Reason = Field(description="Why the rest does not come.")


class ArrivalSummary(DocumentSummary):
    reason: ArrivalReason
    source: str
    expected_on: date
    closing: str | None = Field(description="Why the rest is not waited for any more.")
    quantity: int
    received: int


class ArrivalResponse(ArrivalSummary):
    lines: list[TransferLine]


class IncomingFilter(BaseModel):
    warehouse_id: UUID | None = None
    sku: Sku | None = None


class IncomingResponse(BaseModel):
    """What is still to come of a SKU by one document: an expected inbound or a transfer."""

    warehouse_id: UUID
    sku: str
    document_id: UUID
    number: str
    expected_on: date | None = Field(description="Null: nobody said when.")
    quantity: int
