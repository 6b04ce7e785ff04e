"""Invoices, and orders with money still to come."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.billing.domain.books import PaymentStatus
from services.billing.schemas.invoices import (
    Invoice,
    InvoiceLineResponse,
    InvoiceResponse,
    ReceivableResponse,
)


async def invoices(
    reader: Reader, page: PageRequest, *, dealer_id: UUID | None, order_id: UUID | None
) -> Page[Invoice]:
    """Newest first."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT i.dealer_id, a.code AS dealer_code, a.name AS dealer_name, i.invoice_id, i.number,
               i.order_id, i.order_number, i.shipment_id, i.net_minor, i.tax_minor, i.gross_minor,
               i.issued_at
        FROM invoices i
        JOIN accounts a ON a.dealer_id = i.dealer_id
        WHERE ($1::uuid IS NULL OR i.invoice_id < $1)
          AND ($2::uuid IS NULL OR i.dealer_id = $2)
          AND ($3::uuid IS NULL OR i.order_id = $3)
        ORDER BY i.invoice_id DESC
        LIMIT $4
        """,
        before,
        dealer_id,
        order_id,
        page.fetch,
    )
    found = [Invoice(**row) for row in rows]
    return Page[Invoice].of(found, page, key=lambda one: (one.invoice_id,))


async def invoice(reader: Reader, invoice_id: UUID) -> InvoiceResponse:
    """One invoice with its lines. Raises NotFound."""
    row = await reader.fetchrow(
        """
        SELECT i.dealer_id, a.code AS dealer_code, a.name AS dealer_name, i.invoice_id, i.number,
               i.order_id, i.order_number, i.shipment_id, i.net_minor, i.tax_minor, i.gross_minor,
               i.issued_at
        FROM invoices i
        JOIN accounts a ON a.dealer_id = i.dealer_id
        WHERE i.invoice_id = $1
        """,
        invoice_id,
    )
    if row is None:
        raise NotFound
    lines = await reader.fetch(
        """
        SELECT line_no, sku, quantity, net_minor, tax_minor, gross_minor
        FROM invoice_lines
        WHERE invoice_id = $1
        ORDER BY line_no
        """,
        invoice_id,
    )
    return InvoiceResponse(
        **row, lines=[InvoiceLineResponse(**line) for line in lines], allowed_actions=[]
    )


async def receivables(
    reader: Reader,
    page: PageRequest,
    *,
    dealer_id: UUID | None,
    statuses: Sequence[PaymentStatus],
) -> Page[ReceivableResponse]:
    """Orders with money still to come, oldest first; no statuses: all."""
    (after,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT o.dealer_id, a.code AS dealer_code, a.name AS dealer_name, o.order_id, o.number,
               o.state, o.payment_status, o.total_minor, o.credit_minor, o.covered_minor,
               o.due_minor - o.covered_minor AS open_due_minor, o.invoiced_minor, o.opened_at
        FROM order_accounts o
        JOIN accounts a ON a.dealer_id = o.dealer_id
        WHERE o.covered_minor < o.due_minor
          AND ($1::uuid IS NULL OR o.order_id > $1)
          AND ($2::uuid IS NULL OR o.dealer_id = $2)
          AND (cardinality($3::text[]) = 0 OR o.payment_status = ANY($3))
        ORDER BY o.order_id
        LIMIT $4
        """,
        after,
        dealer_id,
        list(statuses),
        page.fetch,
    )
    found = [ReceivableResponse(**row) for row in rows]
    return Page[ReceivableResponse].of(found, page, key=lambda one: (one.order_id,))


async def receivable_counts(reader: Reader, *, dealer_id: UUID | None) -> dict[PaymentStatus, int]:
    """How many orders still bring in money, by payment status."""
    rows = await reader.fetch(
        """
        SELECT payment_status, count(*) AS orders
        FROM order_accounts
        WHERE covered_minor < due_minor AND ($1::uuid IS NULL OR dealer_id = $1)
        GROUP BY payment_status
        ORDER BY payment_status
        """,
        dealer_id,
    )
    return {PaymentStatus(row["payment_status"]): row["orders"] for row in rows}
