"""Files of the bank and their lines."""

from __future__ import annotations

from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.billing.domain.bank_files import LineState
from services.billing.schemas.reconciliations import (
    BankLineResponse,
    Reconciliation,
    ReconciliationException,
    ReconciliationResponse,
)


async def reconciliations(reader: Reader, page: PageRequest) -> Page[Reconciliation]:
    """Newest first."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT reconciliation_id, file_name, line_count, known_count, imported_by, imported_at
        FROM reconciliations
        WHERE $1::uuid IS NULL OR reconciliation_id < $1
        ORDER BY reconciliation_id DESC
        LIMIT $2
        """,
        before,
        page.fetch,
    )
    found = [Reconciliation(**row) for row in rows]
    return Page[Reconciliation].of(found, page, key=lambda one: (one.reconciliation_id,))


async def reconciliation(reader: Reader, reconciliation_id: UUID) -> ReconciliationResponse:
    """One file, with its lines counted by state. Raises NotFound."""
    row = await reader.fetchrow(
        """
        SELECT r.reconciliation_id, file_name, line_count, known_count, imported_by, imported_at,
               count(*) FILTER (WHERE state = 'OPEN') AS open_count,
               count(*) FILTER (WHERE state = 'RECORDED') AS recorded_count,
               count(*) FILTER (WHERE state = 'CONFIRMED') AS confirmed_count,
               count(*) FILTER (WHERE state = 'REJECTED') AS rejected_count
        FROM reconciliations r
        LEFT JOIN bank_lines l ON l.reconciliation_id = r.reconciliation_id
        WHERE r.reconciliation_id = $1
        GROUP BY r.reconciliation_id
        """,
        reconciliation_id,
    )
    if row is None:
        raise NotFound
    return ReconciliationResponse(**row, allowed_actions=[])


async def bank_lines(
    reader: Reader, page: PageRequest, reconciliation_id: UUID, state: LineState | None
) -> Page[BankLineResponse]:
    """In the order of the file."""
    (after,) = page.key(int)
    rows = await reader.fetch(
        """
        SELECT l.reconciliation_id, l.line_no, l.booked_on, l.amount_minor, l.payer, l.reference,
               l.bank_reference, l.state, l.matched_by, l.dealer_id, a.name AS dealer_name,
               l.order_id, o.number AS order_number, l.receipt_id,
               r.amount_minor AS recorded_minor, l.decided_by, l.decided_at, l.note
        FROM bank_lines l
        LEFT JOIN accounts a ON a.dealer_id = l.dealer_id
        LEFT JOIN order_accounts o ON o.order_id = l.order_id
        LEFT JOIN receipts r ON r.receipt_id = l.receipt_id
        WHERE l.reconciliation_id = $1
          AND ($2::int IS NULL OR l.line_no > $2)
          AND ($3::text IS NULL OR l.state = $3)
        ORDER BY l.line_no
        LIMIT $4
        """,
        reconciliation_id,
        after,
        state,
        page.fetch,
    )
    found = [BankLineResponse(**row) for row in rows]
    return Page[BankLineResponse].of(found, page, key=lambda one: (one.line_no,))


async def exceptions(
    reader: Reader, page: PageRequest, reconciliation_id: UUID
) -> Page[ReconciliationException]:
    """Differences between a file and the receipts of its days, by kind."""
    kind, line_no, reference = page.key(str, int, str)
    rows = await reader.fetch(
        """
        SELECT kind, day, line_no, bank_reference, amount_minor, receipt_id, recorded_minor
        FROM reconciliation_exceptions
        WHERE reconciliation_id = $1
          AND ($2::text IS NULL OR (kind, coalesce(line_no, 0), bank_reference) > ($2, $3, $4))
        ORDER BY kind, coalesce(line_no, 0), bank_reference
        LIMIT $5
        """,
        reconciliation_id,
        kind,
        line_no,
        reference,
        page.fetch,
    )
    found = [ReconciliationException(**row) for row in rows]
    return Page[ReconciliationException].of(
        found, page, key=lambda one: (one.kind, one.line_no or 0, one.bank_reference)
    )


async def bank_line(reader: Reader, reconciliation_id: UUID, line_no: int) -> BankLineResponse:
    """One line. Raises NotFound."""
    page = await bank_lines(reader, PageRequest((line_no - 1,), 1), reconciliation_id, None)
    if not page.items or page.items[0].line_no != line_no:
        raise NotFound
    return page.items[0]
