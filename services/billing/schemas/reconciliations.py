"""HTTP bodies of reconciliations with the bank."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.billing.domain.bank_files import LineState, MatchedBy
from services.billing.schemas.fields import NO_NUL, Name, Request


class BankFileRequest(Request):
    """A file of the bank, as text."""

    file_name: Name
    csv: Annotated[str, Field(min_length=1, max_length=500_000, pattern=NO_NUL)] = Field(
        description="Columns date, amount (yuan), payer, reference, bank_reference, named first."
    )


class ConfirmLineRequest(Request):
    """Whose money it is and what for; as proposed if left out."""

    dealer_id: UUID | None = None
    order_id: UUID | None = Field(default=None, description="Else it goes to the wallet.")


class Reconciliation(BaseModel):
    """A file of the bank."""

    reconciliation_id: UUID
    file_name: str
    line_count: int
    known_count: int = Field(description="Lines that an earlier file had; they are not here.")
    imported_by: UUID
    imported_at: datetime


class ReconciliationResponse(Reconciliation):
    open_count: int
    recorded_count: int
    confirmed_count: int
    rejected_count: int
    allowed_actions: list[str]


class ExceptionKind(StrEnum):
    """How the bank's file and the receipts differ."""

    MISSING_HERE = "MISSING_HERE"
    MISSING_THERE = "MISSING_THERE"
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
    DUPLICATE = "DUPLICATE"


class ReconciliationException(BaseModel):
    """A difference that somebody has to settle."""

    kind: ExceptionKind
    day: date
    line_no: int | None = Field(description="Of the file; none where it misses a receipt.")
    bank_reference: str
    amount_minor: int | None = Field(description="By the bank.")
    receipt_id: UUID | None
    recorded_minor: int | None = Field(description="By the receipt.")


class BankLineResponse(BaseModel):
    """Money that came in, whose it seems to be, and what was decided."""

    reconciliation_id: UUID
    line_no: int
    booked_on: date
    amount_minor: int
    payer: str
    reference: str
    bank_reference: str
    state: LineState
    matched_by: MatchedBy | None
    dealer_id: UUID | None
    dealer_name: str | None
    order_id: UUID | None
    order_number: str | None
    receipt_id: UUID | None
    recorded_minor: int | None = Field(description="Of the receipt; another amount is a fault.")
    decided_by: UUID | None
    decided_at: datetime | None
    note: str
