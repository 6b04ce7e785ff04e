"""Credit notes, as the caller may see them."""

from __future__ import annotations

from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.billing.schemas.credit_notes import (
    CreditNoteFilters,
    CreditNoteResponse,
    CreditNoteSummary,
)
from services.billing.schemas.invoices import InvoiceLineResponse


async def credit_notes(
    reader: Reader, page: PageRequest, filters: CreditNoteFilters
) -> Page[CreditNoteSummary]:
    """Newest first."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT c.dealer_id, a.code AS dealer_code, a.name AS dealer_name, c.credit_note_id,
               c.number, c.version, c.invoice_id, i.number AS invoice_number, c.order_id,
               i.order_number, c.net_minor, c.tax_minor, c.gross_minor, c.reason, c.state,
               c.requested_by, c.requested_at, c.decided_by, c.decided_at, c.note
        FROM credit_notes c
        JOIN invoices i USING (invoice_id)
        JOIN accounts a ON a.dealer_id = c.dealer_id
        WHERE ($1::uuid IS NULL OR c.credit_note_id < $1)
          AND ($2::uuid IS NULL OR c.dealer_id = $2)
          AND ($3::uuid IS NULL OR c.invoice_id = $3)
          AND ($4::uuid IS NULL OR c.order_id = $4)
          AND ($5::text IS NULL OR c.state = $5)
        ORDER BY c.credit_note_id DESC
        LIMIT $6
        """,
        before,
        filters.dealer_id,
        filters.invoice_id,
        filters.order_id,
        filters.state,
        page.fetch,
    )
    found = [CreditNoteSummary(**row) for row in rows]
    return Page[CreditNoteSummary].of(found, page, key=lambda one: (one.credit_note_id,))


async def credit_note(reader: Reader, credit_note_id: UUID) -> CreditNoteResponse:
    """One credit note with its lines; `allowed_actions` is left empty. Raises NotFound."""
    row = await reader.fetchrow(
        """
        SELECT c.dealer_id, a.code AS dealer_code, a.name AS dealer_name, c.credit_note_id,
               c.number, c.version, c.invoice_id, i.number AS invoice_number, c.order_id,
               i.order_number, c.net_minor, c.tax_minor, c.gross_minor, c.reason, c.state,
               c.requested_by, c.requested_at, c.decided_by, c.decided_at, c.note
        FROM credit_notes c
        JOIN invoices i USING (invoice_id)
        JOIN accounts a ON a.dealer_id = c.dealer_id
        WHERE c.credit_note_id = $1
        """,
        credit_note_id,
    )
    if row is None:
        raise NotFound
    lines = await reader.fetch(
        """
        SELECT line_no, sku, quantity, net_minor, tax_minor, gross_minor
        FROM credit_note_lines
        WHERE credit_note_id = $1
        ORDER BY line_no
        """,
        credit_note_id,
    )
    return CreditNoteResponse(
        **row, lines=[InvoiceLineResponse(**line) for line in lines], allowed_actions=[]
    )
