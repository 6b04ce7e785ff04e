"""Refunds, as the caller may see them."""

from __future__ import annotations

from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.billing.schemas.refunds import Refund, RefundFilters


async def refunds(reader: Reader, page: PageRequest, filters: RefundFilters) -> Page[Refund]:
    """Newest first."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT r.dealer_id, a.code AS dealer_code, a.name AS dealer_name, r.refund_id, r.number,
               r.version, r.state, r.amount_minor, r.reason, r.bank, r.account_name,
               r.account_number, r.requested_by, r.requested_at, r.approved_by, r.approved_at,
               r.closed_by, r.closed_at, r.bank_reference, r.note
        FROM refunds r
        JOIN accounts a ON a.dealer_id = r.dealer_id
        WHERE ($1::uuid IS NULL OR r.refund_id < $1)
          AND ($2::uuid IS NULL OR r.dealer_id = $2)
          AND ($3::text IS NULL OR r.state = $3)
        ORDER BY r.refund_id DESC
        LIMIT $4
        """,
        before,
        filters.dealer_id,
        filters.state,
        page.fetch,
    )
    found = [Refund(**row) for row in rows]
    return Page[Refund].of(found, page, key=lambda one: (one.refund_id,))


async def refund(reader: Reader, refund_id: UUID) -> Refund:
    """One refund. Raises NotFound."""
    row = await reader.fetchrow(
        """
        SELECT r.dealer_id, a.code AS dealer_code, a.name AS dealer_name, r.refund_id, r.number,
               r.version, r.state, r.amount_minor, r.reason, r.bank, r.account_name,
               r.account_number, r.requested_by, r.requested_at, r.approved_by, r.approved_at,
               r.closed_by, r.closed_at, r.bank_reference, r.note
        FROM refunds r
        JOIN accounts a ON a.dealer_id = r.dealer_id
        WHERE r.refund_id = $1
        """,
        refund_id,
    )
    if row is None:
        raise NotFound
    return Refund(**row)
