"""What billing can be asked to show; row-level security leaves what the caller may see."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.billing.domain.books import PaymentStatus
from services.billing.schemas import (
    Account,
    AllocationResponse,
    EntryResponse,
    Invoice,
    InvoiceLineResponse,
    InvoiceResponse,
    OrderFunds,
    Payment,
    PaymentFilters,
    PaymentResponse,
    ReceivableResponse,
)


async def account(reader: Reader, dealer_id: UUID) -> Account:
    """One dealer's account. Raises NotFound, for what is foreign too."""
    row = await reader.fetchrow(
        """
        SELECT dealer_id, code AS dealer_code, name AS dealer_name, version, credit_limit_minor,
               held_minor, receivable_minor, held_minor + receivable_minor AS exposure_minor,
               greatest(0, credit_limit_minor - held_minor - receivable_minor) AS available_minor,
               over_limit_minor, advances_minor, wallet_minor
        FROM accounts
        WHERE dealer_id = $1
        """,
        dealer_id,
    )
    if row is None:
        raise NotFound
    return Account(**row)


async def accounts(reader: Reader, page: PageRequest, *, text: str | None) -> Page[Account]:
    """By the code of the dealer; `text` is the start of it, or a part of the name."""
    code, dealer_id = page.key(str, UUID)
    rows = await reader.fetch(
        """
        SELECT dealer_id, code AS dealer_code, name AS dealer_name, version, credit_limit_minor,
               held_minor, receivable_minor, held_minor + receivable_minor AS exposure_minor,
               greatest(0, credit_limit_minor - held_minor - receivable_minor) AS available_minor,
               over_limit_minor, advances_minor, wallet_minor
        FROM accounts
        WHERE ($1::text IS NULL OR (code, dealer_id) > ($1, $2::uuid))
          AND ($3::text IS NULL OR starts_with(upper(code), upper($3)) OR strpos(name, $3) > 0)
        ORDER BY code, dealer_id
        LIMIT $4
        """,
        code,
        dealer_id,
        text,
        page.fetch,
    )
    found = [Account(**row) for row in rows]
    return Page[Account].of(found, page, key=lambda one: (one.dealer_code, one.dealer_id))


async def entries(reader: Reader, page: PageRequest, dealer_id: UUID) -> Page[EntryResponse]:
    """What was posted for a dealer, newest first."""
    (before,) = page.key(int)
    rows = await reader.fetch(
        """
        SELECT entry_id, transaction_id, kind, code, order_id, document_id, amount_minor,
               created_at
        FROM entries
        WHERE dealer_id = $1 AND ($2::bigint IS NULL OR entry_id < $2)
        ORDER BY entry_id DESC
        LIMIT $3
        """,
        dealer_id,
        before,
        page.fetch,
    )
    found = [EntryResponse(**row) for row in rows]
    return Page[EntryResponse].of(found, page, key=lambda one: (one.entry_id,))


async def order_funds(reader: Reader, order_id: UUID) -> OrderFunds:
    """How far one order is paid. Raises NotFound."""
    row = await reader.fetchrow(
        """
        SELECT order_id, number, payment_status, covered_minor,
               due_minor - covered_minor AS open_due_minor
        FROM order_accounts
        WHERE order_id = $1
        """,
        order_id,
    )
    if row is None:
        raise NotFound
    return OrderFunds(**row)


async def payments(reader: Reader, page: PageRequest, filters: PaymentFilters) -> Page[Payment]:
    """Receipts, newest first."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT r.dealer_id, a.code AS dealer_code, a.name AS dealer_name,
               r.receipt_id AS payment_id, r.number, r.version, r.method, r.reference, r.state,
               r.amount_minor, r.allocated_minor,
               r.amount_minor - r.allocated_minor AS unallocated_minor, r.received_on,
               r.recorded_by, r.recorded_at
        FROM receipts r
        JOIN accounts a ON a.dealer_id = r.dealer_id
        WHERE ($1::uuid IS NULL OR r.receipt_id < $1)
          AND ($2::uuid IS NULL OR r.dealer_id = $2)
          AND ($3::uuid IS NULL OR r.receipt_id IN (
                   SELECT receipt_id FROM allocations
                   WHERE order_id = $3 AND undone_minor < amount_minor))
          AND ($4::text IS NULL OR r.state = $4)
          AND ($5::text IS NULL OR r.number = $5 OR r.reference = $5)
        ORDER BY r.receipt_id DESC
        LIMIT $6
        """,
        before,
        filters.dealer_id,
        filters.order_id,
        filters.state,
        filters.q,
        page.fetch,
    )
    found = [Payment(**row) for row in rows]
    return Page[Payment].of(found, page, key=lambda one: (one.payment_id,))


async def payment(reader: Reader, payment_id: UUID) -> PaymentResponse:
    """One receipt with what it pays for; `allowed_actions` is left empty. Raises NotFound."""
    row = await reader.fetchrow(
        """
        SELECT r.dealer_id, a.code AS dealer_code, a.name AS dealer_name,
               r.receipt_id AS payment_id, r.number, r.version, r.method, r.reference, r.state,
               r.amount_minor, r.allocated_minor,
               r.amount_minor - r.allocated_minor AS unallocated_minor, r.received_on, r.note,
               r.recorded_by, r.recorded_at, r.reversed_by, r.reversed_at, r.reverse_reason
        FROM receipts r
        JOIN accounts a ON a.dealer_id = r.dealer_id
        WHERE r.receipt_id = $1
        """,
        payment_id,
    )
    if row is None:
        raise NotFound
    return PaymentResponse(
        **row, allocations=await _allocations(reader, payment_id), allowed_actions=[]
    )


async def _allocations(reader: Reader, payment_id: UUID) -> Sequence[AllocationResponse]:
    rows = await reader.fetch(
        """
        SELECT order_id, o.number AS order_number, a.amount_minor - a.undone_minor AS amount_minor,
               a.allocated_at
        FROM allocations a
        JOIN order_accounts o USING (order_id)
        WHERE a.receipt_id = $1 AND a.undone_minor < a.amount_minor
        ORDER BY a.allocation_id
        """,
        payment_id,
    )
    return [AllocationResponse(**row) for row in rows]


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
