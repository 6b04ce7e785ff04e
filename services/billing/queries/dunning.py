"""Overdue dealers, as the caller may see them."""

from __future__ import annotations

from uuid import UUID

from chassis.db import Reader
from chassis.pages import Page, PageRequest
from services.billing.schemas.dunning import Dunning


async def dunnings(reader: Reader, page: PageRequest, *, dealer_id: UUID | None) -> Page[Dunning]:
    """Those who are on a level, the highest first."""
    level, after = page.key(int, UUID)
    rows = await reader.fetch(
        """
        SELECT d.dealer_id, a.code AS dealer_code, a.name AS dealer_name, d.level,
               d.overdue_minor, d.days_overdue, d.since
        FROM dunnings d
        JOIN accounts a ON a.dealer_id = d.dealer_id
        WHERE d.level > 0
          AND ($1::int IS NULL OR (-d.level, d.dealer_id) > (-$1, $2::uuid))
          AND ($3::uuid IS NULL OR d.dealer_id = $3)
        ORDER BY d.level DESC, d.dealer_id
        LIMIT $4
        """,
        level,
        after,
        dealer_id,
        page.fetch,
    )
    found = [Dunning(**row) for row in rows]
    return Page[Dunning].of(found, page, key=lambda one: (one.level, one.dealer_id))
