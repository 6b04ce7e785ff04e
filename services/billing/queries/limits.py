"""Temporary limits, as the caller may see them."""

from __future__ import annotations

from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.billing.schemas.limits import GrantFilters, LimitGrant


async def grants(reader: Reader, page: PageRequest, filters: GrantFilters) -> Page[LimitGrant]:
    """Newest first."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT g.dealer_id, a.code AS dealer_code, a.name AS dealer_name, g.grant_id, g.version,
               g.order_id, g.amount_minor, g.until, g.reason, g.state, g.requested_by,
               g.requested_at, g.approved_by, g.activated_at, g.closed_by, g.closed_at, g.note
        FROM limit_grants g
        JOIN accounts a ON a.dealer_id = g.dealer_id
        WHERE ($1::uuid IS NULL OR g.grant_id < $1)
          AND ($2::uuid IS NULL OR g.dealer_id = $2)
          AND ($3::text IS NULL OR g.state = $3)
        ORDER BY g.grant_id DESC
        LIMIT $4
        """,
        before,
        filters.dealer_id,
        filters.state,
        page.fetch,
    )
    found = [LimitGrant(**row) for row in rows]
    return Page[LimitGrant].of(found, page, key=lambda one: (one.grant_id,))


async def grant(reader: Reader, grant_id: UUID) -> LimitGrant:
    """One temporary limit. Raises NotFound."""
    row = await reader.fetchrow(
        """
        SELECT g.dealer_id, a.code AS dealer_code, a.name AS dealer_name, g.grant_id, g.version,
               g.order_id, g.amount_minor, g.until, g.reason, g.state, g.requested_by,
               g.requested_at, g.approved_by, g.activated_at, g.closed_by, g.closed_at, g.note
        FROM limit_grants g
        JOIN accounts a ON a.dealer_id = g.dealer_id
        WHERE g.grant_id = $1
        """,
        grant_id,
    )
    if row is None:
        raise NotFound
    return LimitGrant(**row)
