"""HTTP bodies of payments."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.billing.domain.receipts import Method, ReceiptState
from services.billing.schemas.fields import (
    CURRENCY,
    AmountMinor,
    Currency,
    Dealer,
    Name,
    Request,
    Text,
    WhyRequest,
)


class ShareRequest(Request):
    order_id: UUID
    amount_minor: AmountMinor


class PaymentRequest(Request):
    """Money that came in, and what it is meant for; the rest goes to the dealer's wallet."""

    dealer_id: UUID
    amount_minor: AmountMinor
    method: Method
    reference: Name | None = Field(
        default=None, description="What the bank or provider calls it; unique per method."
    )
    received_on: date | None = Field(default=None, description="When it came; today if left out.")
    note: Text = ""
    allocations: list[ShareRequest] = Field(default_factory=list[ShareRequest], max_length=100)


class AllocateRequest(Request):
    """Orders to pay for with what is left of a receipt."""

    allocations: list[ShareRequest] = Field(min_length=1, max_length=100)


class ReverseRequest(WhyRequest):
    """Why the money is void."""


class AllocationResponse(BaseModel):
    order_id: UUID
    order_number: str
    amount_minor: int = Field(description="What of it still stands.")
    allocated_at: datetime


class Payment(Dealer):
    """A receipt."""

    payment_id: UUID
    number: str
    version: int
    currency: Currency = CURRENCY
    method: Method
    reference: str | None
    state: ReceiptState
    amount_minor: int
    allocated_minor: int
    unallocated_minor: int = Field(description="What of it went to the wallet.")
    received_on: date
    booked_on: date = Field(description="The day it counts for: a closed one takes no more.")
    recorded_by: UUID
    recorded_at: datetime


class PaymentFilters(BaseModel):
    """Which receipts to list; what is left out leaves all."""

    dealer_id: UUID | None = None
    order_id: UUID | None = Field(default=None, description="Those that pay for this order.")
    state: ReceiptState | None = None
    q: Name | None = Field(default=None, description="A number or a reference.")


class PaymentResponse(Payment):
    note: str
    reversed_by: UUID | None
    reversed_at: datetime | None
    reverse_reason: str | None
    allocations: list[AllocationResponse]
    allowed_actions: list[str]
