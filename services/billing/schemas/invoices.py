"""HTTP bodies of invoices, and of orders with money still to come."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.billing.domain.books import OrderState, PaymentStatus
from services.billing.schemas.fields import CURRENCY, Currency, Dealer


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
