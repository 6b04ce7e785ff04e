"""What is overdue, and what dealers were told of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from chassis.db import Tx
from services.billing.domain.dunning import Overdue


async def overdue_news(tx: Tx, today: date, count_max: int) -> list[Overdue]:
    """Dealers whose overdue money is another than was kept; one process at a time asks.

    What is owed of an order is owed for its newest invoices: money pays the oldest first.
    """
    if not await tx.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended('dunning', 0))"):
        return []
    rows = await tx.fetch(
        """
        WITH owed AS (
            SELECT order_id, dealer_id, invoiced_minor - covered_minor - credited_minor AS amount
            FROM order_accounts
            WHERE covered_minor < due_minor AND invoiced_minor > covered_minor + credited_minor
        ), stacked AS (
            SELECT owed.dealer_id, owed.amount, i.gross_minor,
                   (i.issued_at AT TIME ZONE INTERVAL '8 hours')::date AS issued_on,
                   sum(i.gross_minor) OVER (
                       PARTITION BY i.order_id ORDER BY i.issued_at DESC, i.invoice_id DESC
                   ) - i.gross_minor AS newer
            FROM owed
            JOIN invoices i USING (order_id)
        ), late AS (
            SELECT dealer_id, sum(least(gross_minor, amount - newer))::bigint AS overdue,
                   max($1::date - issued_on - credit_days) AS days
            FROM stacked
            JOIN accounts USING (dealer_id)
            WHERE newer < amount AND $1::date - issued_on > credit_days
            GROUP BY dealer_id
        )
        SELECT dealer_id, salesperson_id, coalesce(overdue, 0) AS overdue_minor,
               coalesce(days, 0) AS days_overdue, coalesce(level, 0) AS known_level
        FROM late
        FULL JOIN dunnings USING (dealer_id)
        JOIN accounts USING (dealer_id)
        WHERE (coalesce(overdue, 0), coalesce(days, 0))
              IS DISTINCT FROM (overdue_minor, days_overdue)
        ORDER BY dealer_id
        LIMIT $2
        """,
        today,
        count_max,
    )
    return [Overdue(**row) for row in rows]


async def save_dunnings(tx: Tx, dunnings: Sequence[tuple[Overdue, int]]) -> None:
    """Keep what dealers owe beyond its time, and the level that this is."""
    await tx.execute(
        """
        INSERT INTO dunnings AS d (dealer_id, level, overdue_minor, days_overdue, since)
        SELECT dealer_id, level, overdue, days, statement_timestamp()
        FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::int[])
             AS new(dealer_id, level, overdue, days)
        ON CONFLICT (dealer_id) DO UPDATE
        SET level = excluded.level, overdue_minor = excluded.overdue_minor,
            days_overdue = excluded.days_overdue,
            since = CASE WHEN d.level = excluded.level THEN d.since ELSE excluded.since END
        """,
        [overdue.dealer_id for overdue, _ in dunnings],
        [level for _, level in dunnings],
        [overdue.overdue_minor for overdue, _ in dunnings],
        [overdue.days_overdue for overdue, _ in dunnings],
    )
