"""Closed days."""

from __future__ import annotations

from datetime import date

from chassis.db import Tx
from services.billing.domain.closing import CloseDay


async def lock_to_close(tx: Tx) -> date | None:
    """The last closed day; until the end nobody else closes one, or books what came earlier."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('closed days', 0))")
    return await _last(tx)


async def lock_to_book(tx: Tx) -> date | None:
    """The last closed day; it stays that until the end."""
    await tx.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('closed days', 0))")
    return await _last(tx)


async def exceptions_until(tx: Tx, day: date, closed_through: date | None) -> int:
    """Differences between the bank's files and the receipts that nobody settled."""
    count: int = await tx.fetchval(
        """
        SELECT count(DISTINCT (kind, bank_reference, line_no))
        FROM reconciliation_exceptions
        WHERE day <= $1 AND ($2::date IS NULL OR day > $2)
        """,
        day,
        closed_through,
    )
    return count


async def insert_closed_day(tx: Tx, ask: CloseDay, exceptions: int) -> None:
    await tx.execute(
        """
        INSERT INTO closed_days (day, closed_by, exception_count, note) VALUES ($1, $2, $3, $4)
        """,
        ask.day,
        ask.by,
        exceptions,
        ask.exceptions_note,
    )


async def _last(tx: Tx) -> date | None:
    day: date | None = await tx.fetchval("SELECT max(day) FROM closed_days")
    return day
