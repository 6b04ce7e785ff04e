"""HTTP bodies of billing. Amounts are minor units of the currency."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.billing.domain.books import Code, Kind, OrderState, PaymentStatus
from services.billing.domain.receipts import Method, ReceiptState

CURRENCY: Literal["CNY"] = "CNY"

Currency = Literal["CNY"]
AmountMinor = Annotated[int, Field(gt=0, le=10**13, description="Minor units (fen).")]
NO_NUL = r"^[^\x00]*$"
"""PostgreSQL stores every character but this one."""
Text = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=NO_NUL)]


class Request(BaseModel):
    """A body of a request; a member that is not known is a mistake of the caller's."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


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


class ReverseRequest(Request):
    """Why the money is void."""

    reason: Annotated[Text, Field(min_length=1)]


class PayOrderRequest(Request):
    """An order to pay for from the wallet."""

    order_id: UUID
    amount_minor: AmountMinor | None = Field(
        default=None, description="All that is due if left out."
    )


class Dealer(BaseModel):
    dealer_id: UUID
    dealer_code: str
    dealer_name: str


class Account(Dealer):
    """What a dealer may owe, owes, and has paid in advance."""

    version: int
    currency: Currency = CURRENCY
    credit_limit_minor: int
    held_minor: int = Field(description="Orders on credit that are neither invoiced nor paid.")
    receivable_minor: int = Field(description="Invoiced and not paid.")
    exposure_minor: int = Field(description="Held and receivable together.")
    available_minor: int = Field(description="What new orders may still take on credit.")
    over_limit_minor: int = Field(description="What of the exposure stands above the limit.")
    advances_minor: int = Field(description="Paid for orders that are not invoiced yet.")
    wallet_minor: int = Field(description="Paid, and not for any order.")


class AccountResponse(Account):
    allowed_actions: list[str]


class EntryResponse(BaseModel):
    """One line of the journal; a debit is positive, a credit negative."""

    entry_id: int
    transaction_id: UUID
    kind: Kind
    code: Code
    order_id: UUID | None
    document_id: UUID
    amount_minor: int
    created_at: datetime


class OrderFunds(BaseModel):
    """What an order must bring in and what covers it."""

    order_id: UUID
    number: str
    payment_status: PaymentStatus
    covered_minor: int
    open_due_minor: int


class PayOrderResponse(BaseModel):
    """What the wallet and the order stand at, after the payment."""

    order: OrderFunds
    account: AccountResponse


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


class Invoice(Dealer):
    """An invoice of one shipment."""

    invoice_id: UUID
    number: str
    currency: Currency = CURRENCY
    order_id: UUID
    order_number: str
    shipment_id: UUID
    net_minor: int
    tax_minor: int
    gross_minor: int
    issued_at: datetime


class InvoiceLineResponse(BaseModel):
    line_no: int
    sku: str
    quantity: int = Field(description="Base units.")
    net_minor: int
    tax_minor: int
    gross_minor: int


class InvoiceResponse(Invoice):
    lines: list[InvoiceLineResponse]
    allowed_actions: list[str]


class ReceivableResponse(Dealer):
    """An order that is not paid, or not fully."""

    order_id: UUID
    number: str
    currency: Currency = CURRENCY
    state: OrderState
    payment_status: PaymentStatus
    total_minor: int
    credit_minor: int = Field(description="What of it may be owed before it is paid.")
    covered_minor: int
    open_due_minor: int
    invoiced_minor: int
    opened_at: datetime
