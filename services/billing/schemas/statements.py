"""HTTP bodies of statements, and of accounts as they were."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.billing.domain.books import Kind
from services.billing.schemas.fields import CURRENCY, Currency, Dealer


class AccountAsOfResponse(Dealer):
    """What a dealer might owe, owed, and had paid in advance at a past moment."""

    as_of: datetime
    currency: Currency = CURRENCY
    credit_limit_minor: int
    temporary_limit_minor: int = Field(description="Granted above it for a while.")
    held_minor: int = Field(description="Orders on credit that were neither invoiced nor paid.")
    receivable_minor: int = Field(description="Invoiced and not paid.")
    exposure_minor: int = Field(description="Held and receivable together.")
    available_minor: int = Field(description="What new orders might still take on credit.")
    advances_minor: int = Field(description="Paid for orders that were not invoiced yet.")
    wallet_minor: int = Field(description="Paid, and not for any order.")


class StatementLine(BaseModel):
    """One movement; what is moved between orders and wallet changes no balance and has no line."""

    transaction_id: UUID
    at: datetime
    kind: Kind
    document_number: str | None = Field(description="Of the receipt, invoice or other document.")
    order_number: str | None
    change_minor: int = Field(description="Positive: the dealer owes more.")
    balance_minor: int = Field(description="What he owes after it; negative: he is owed.")


class AgingResponse(BaseModel):
    """What is owed at the end of the period, by the days since it was invoiced."""

    days_0_30_minor: int
    days_31_60_minor: int
    days_61_90_minor: int
    over_90_days_minor: int
    total_minor: int


class StatementResponse(Dealer):
    """Opening balance, movements, closing balance; what is owed by age."""

    currency: Currency = CURRENCY
    first_day: date
    last_day: date
    opening_minor: int = Field(description="What he owed; negative: he was owed.")
    lines: list[StatementLine]
    closing_minor: int
    receivable_minor: int = Field(description="Invoiced and not paid at the end.")
    advances_minor: int = Field(description="Paid for orders not invoiced at the end.")
    wallet_minor: int = Field(description="Paid, and not for any order, at the end.")
    aging: AgingResponse
