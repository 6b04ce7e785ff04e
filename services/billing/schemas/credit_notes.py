"""HTTP bodies of credit notes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.billing.domain.credit_notes import CreditNoteState
from services.billing.schemas.fields import CURRENCY, Currency, Dealer, Request, Why
from services.billing.schemas.invoices import InvoiceLineResponse


class CreditLineRequest(Request):
    line_no: Annotated[int, Field(ge=1, le=1_000_000, description="Of the invoice.")]
    quantity: Annotated[int, Field(gt=0, le=10**12, description="Base units.")]


class CreditNoteRequest(Request):
    """What of an invoice to take back; its amounts follow from the invoice's lines."""

    invoice_id: UUID
    lines: list[CreditLineRequest] = Field(min_length=1, max_length=500)
    reason: Why


class CreditNoteFilters(BaseModel):
    """Which credit notes to list; what is left out leaves all."""

    dealer_id: UUID | None = None
    invoice_id: UUID | None = None
    order_id: UUID | None = None
    state: CreditNoteState | None = None


class CreditNoteSummary(Dealer):
    """A part of an invoice that is taken back; amounts are positive."""

    credit_note_id: UUID
    number: str
    version: int
    currency: Currency = CURRENCY
    invoice_id: UUID
    invoice_number: str
    order_id: UUID
    order_number: str
    net_minor: int
    tax_minor: int
    gross_minor: int
    reason: str
    state: CreditNoteState
    requested_by: UUID
    requested_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    note: str = Field(description="Why it was rejected.")


class CreditNoteResponse(CreditNoteSummary):
    lines: list[InvoiceLineResponse]
    allowed_actions: list[str]
