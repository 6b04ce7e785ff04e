"""HTTP bodies of accounts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.billing.domain.books import Code, Kind, PaymentStatus
from services.billing.schemas.fields import CURRENCY, AmountMinor, Currency, Dealer, Request


class PayOrderRequest(Request):
    """An order to pay for from the wallet."""

    order_id: UUID
    amount_minor: AmountMinor | None = Field(
        default=None, description="All that is due if left out."
    )


class Account(Dealer):
    """What a dealer may owe, owes, and has paid in advance."""

    version: int
    currency: Currency = CURRENCY
    credit_limit_minor: int
    temporary_limit_minor: int = Field(description="Granted above it for a while.")
    held_minor: int = Field(description="Orders on credit that are neither invoiced nor paid.")
    receivable_minor: int = Field(description="Invoiced and not paid.")
    exposure_minor: int = Field(description="Held and receivable together.")
    available_minor: int = Field(description="What new orders may still take on credit.")
    over_limit_minor: int = Field(description="What of the exposure stands above both limits.")
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
