"""HTTP bodies of refunds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.billing.domain.refunds import RefundState
from services.billing.schemas.fields import (
    CURRENCY,
    AmountMinor,
    Currency,
    Dealer,
    Name,
    Request,
    Why,
)


class RefundRequest(Request):
    """Money of the wallet to pay back, and where to."""

    dealer_id: UUID
    amount_minor: AmountMinor
    reason: Why
    bank: Name
    account_name: Name
    account_number: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z -]{3,39}$")]


class PayRefundRequest(Request):
    """The transfer that paid it."""

    bank_reference: Name = Field(description="What the bank calls the transfer; used once.")


class RefundFilters(BaseModel):
    """Which refunds to list; what is left out leaves all."""

    dealer_id: UUID | None = None
    state: RefundState | None = None


class Refund(Dealer):
    """Money that goes back to a dealer's bank account."""

    refund_id: UUID
    number: str
    version: int
    currency: Currency = CURRENCY
    state: RefundState
    amount_minor: int
    reason: str
    bank: str
    account_name: str
    account_number: str
    requested_by: UUID
    requested_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None
    closed_by: UUID | None = Field(description="Who paid or rejected it.")
    closed_at: datetime | None
    bank_reference: str | None
    note: str = Field(description="Why it failed or was rejected.")


class RefundResponse(Refund):
    allowed_actions: list[str]
