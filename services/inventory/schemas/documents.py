"""Bodies of issues, transfers and counts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.inventory.domain.documents import Status
from services.inventory.domain.leaving import IssueReason
from services.inventory.schemas import (
    QUANTITY_MAX,
    Actions,
    Body,
    DocumentLine,
    Quantity,
    Sku,
    Words,
)

LINES_MAX = 2_000

Count = Annotated[int, Field(ge=0, le=QUANTITY_MAX, description="Base units.")]
Note = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]


class LeavingLine(Body):
    sku: Sku
    quantity: Quantity


class IssueRequest(Body):
    """Goods that leave without an order; lines of the same SKU add up."""

    warehouse_id: UUID
    reason: IssueReason
    note: Note = ""
    lines: list[LeavingLine] = Field(min_length=1, max_length=LINES_MAX)


class TransferRequest(Body):
    """Goods for another warehouse; lines of the same SKU add up."""

    warehouse_id: UUID
    to_warehouse_id: UUID
    expected_on: date | None = Field(default=None, description="The day on which it shall arrive.")
    note: Note = ""
    lines: list[LeavingLine] = Field(min_length=1, max_length=LINES_MAX)


class ArrivedLine(Body):
    line_no: int = Field(ge=1)
    quantity: Count


class ReceiveRequest(Body):
    """What arrived; less than was sent is lost, and needs a note and another person."""

    lines: list[ArrivedLine] | None = Field(
        default=None, max_length=LINES_MAX, description="Lines not named arrived whole."
    )
    note: Note = ""

    def quantities(self) -> dict[int, int] | None:
        """Base units by line number; None: all that was sent."""
        if self.lines is None:
            return None
        return {line.line_no: line.quantity for line in self.lines}


class CountRequest(Body):
    """A sheet to count by."""

    warehouse_id: UUID
    skus: list[Sku] = Field(
        default=[], max_length=LINES_MAX, description="Left out: all that lie there."
    )
    note: Note = ""


class CountedLine(Body):
    sku: Sku
    quantity: Count


class EnterRequest(Body):
    """What was counted now; what was entered before for the same SKU is replaced."""

    lines: list[CountedLine] = Field(min_length=1, max_length=LINES_MAX)


class PostCountRequest(Body):
    reason: Note | None = Field(
        default=None, description="Why the count differs from the book; needed where it does."
    )


class DocumentFilter(BaseModel):
    status: list[Status] | None = None
    warehouse_id: UUID | None = Field(
        default=None, description="Where it was written, or where a transfer goes to."
    )
    q: Words = Field(default="", description="How the number begins.")


class DueFilter(DocumentFilter):
    expected_until: date | None = Field(default=None, description="Expected by this day.")


class DocumentSummary(BaseModel):
    document_id: UUID
    number: str
    warehouse_id: UUID
    status: Status
    note: str
    author_ids: list[UUID]
    drafted_at: datetime
    posted_by: UUID | None
    posted_at: datetime | None
    line_count: int
    version: int
    allowed_actions: Actions


class IssueSummary(DocumentSummary):
    reason: IssueReason
    approved_by: UUID | None
    quantity: int


class IssueResponse(IssueSummary):
    lines: list[DocumentLine]


class TransferSummary(DocumentSummary):
    to_warehouse_id: UUID
    expected_on: date | None
    quantity: int
    received_by: UUID | None
    received_at: datetime | None
    inbound_id: UUID | None


class TransferLine(DocumentLine):
    received: int | None


class TransferResponse(TransferSummary):
    lines: list[TransferLine]


class CountSummary(DocumentSummary):
    reason: str | None
    approved_by: UUID | None
    counted: int = Field(description="How many lines are counted.")


class CountLine(BaseModel):
    """Who counts does not see what is expected: it is shown when he has counted the line."""

    line_no: int
    sku: str
    name: str
    unit: str
    counted: int | None
    expected: int | None = Field(description="On hand when the sheet was drafted.")
    moved: int | None = Field(description="What came and left between then and the counting.")
    difference: int | None = Field(description="Counted - expected - moved.")


class CountResponse(CountSummary):
    lines: list[CountLine]
