"""Invoices: what was shipped becomes revenue, and a receivable as far as it is not paid yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis.errors import DomainError
from contracts.billing import (
    InvoiceIssued,
    InvoiceLine,
    InvoiceRefused,
    IssueInvoice,
    ShipmentInvoiced,
)
from services.billing.domain.books import Books, Code, Kind


class NothingOrdered(DomainError):
    """An invoice names an order that billing does not know.

    zh: 账务中没有该订单，无法开票。
    """


class ForeignShipment(DomainError):
    """The shipment was invoiced for another order.

    zh: 该出库单已为其他订单开票。
    """


class MoreThanOrdered(DomainError):
    """The invoices of an order would exceed its total.

    zh: 开票金额将超过订单总额。
    """


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as issued; amounts in minor units."""

    invoice_id: UUID
    number: str
    order_id: UUID
    order_number: str
    dealer_id: UUID
    shipment_id: UUID
    issued_at: datetime
    net_minor: int
    tax_minor: int
    gross_minor: int
    lines: tuple[InvoiceLine, ...] = ()


def draw_up(ask: IssueInvoice, *, invoice_id: UUID, number: str, at: datetime) -> Invoice:
    """The invoice of one shipment. Totals are sums of the lines, never computed again."""
    return Invoice(
        invoice_id,
        number,
        ask.order_id,
        ask.number,
        ask.dealer_id,
        ask.shipment_id,
        at,
        net_minor=sum(line.net_minor for line in ask.lines),
        tax_minor=sum(line.tax_minor for line in ask.lines),
        gross_minor=sum(line.gross_minor for line in ask.lines),
        lines=ask.lines,
    )


def refusal(books: Books, ask: IssueInvoice, issued: Invoice | None) -> DomainError | None:
    """Why a shipment cannot be invoiced as asked; `issued` is the invoice that it has already."""
    if issued:
        foreign = issued.order_id != ask.order_id
        return ForeignShipment(shipment_id=ask.shipment_id) if foreign else None
    order = books.orders.get(ask.order_id)
    if order is None:
        return NothingOrdered(order_id=ask.order_id)
    invoiced = order.invoiced_minor + sum(line.gross_minor for line in ask.lines)
    if invoiced > order.total_minor:
        return MoreThanOrdered(total_minor=order.total_minor, invoiced_minor=invoiced)
    return None


def issue(books: Books, invoice: Invoice) -> None:
    """Book an invoice: what is held or paid in advance for its value turns into revenue."""
    order = books.orders[invoice.order_id]
    books.move(
        Kind.INVOICE,
        replace(order, invoiced_minor=order.invoiced_minor + invoice.gross_minor),
        invoice.invoice_id,
        {Code.REVENUE: -invoice.net_minor, Code.TAX: -invoice.tax_minor},
    )
    books.messages.append(
        InvoiceIssued(
            dealer_id=invoice.dealer_id,
            invoice_id=invoice.invoice_id,
            number=invoice.number,
            order_id=invoice.order_id,
            order_number=invoice.order_number,
            shipment_id=invoice.shipment_id,
            net_minor=invoice.net_minor,
            tax_minor=invoice.tax_minor,
            gross_minor=invoice.gross_minor,
            lines=invoice.lines,
        )
    )


def answer(invoice: Invoice) -> ShipmentInvoiced:
    """What the saga is told, the same each time it asks."""
    return ShipmentInvoiced(
        order_id=invoice.order_id,
        shipment_id=invoice.shipment_id,
        invoice_id=invoice.invoice_id,
        invoice_number=invoice.number,
        gross_minor=invoice.gross_minor,
    )


def refuse(ask: IssueInvoice, refusal: DomainError) -> InvoiceRefused:
    """The saga is told why: it stops at the desk, and the key is not blocked for what follows."""
    return InvoiceRefused(order_id=ask.order_id, shipment_id=ask.shipment_id, reason=refusal.slug)
