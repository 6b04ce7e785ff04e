"""Closed days."""

from __future__ import annotations

from datetime import date

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.billing.schemas.closing import ClosedDay


async def closed_days(reader: Reader, page: PageRequest) -> Page[ClosedDay]:
    """Newest first."""
    (before,) = page.key(date)
    rows = await reader.fetch(
        """
        SELECT day, closed_by, closed_at, exception_count, note
        FROM closed_days
        WHERE $1::date IS NULL OR day < $1
        ORDER BY day DESC
        LIMIT $2
        """,
        before,
        page.fetch,
    )
    found = [ClosedDay(**row) for row in rows]
    return Page[ClosedDay].of(found, page, key=lambda one: (one.day,))


async def closed_day(reader: Reader, day: date) -> ClosedDay:
    """One closed day. Raises NotFound."""
    row = await reader.fetchrow(
        "SELECT day, closed_by, closed_at, exception_count, note FROM closed_days WHERE day = $1",
        day,
    )
    if row is None:
        raise NotFound
    return ClosedDay(**row)
