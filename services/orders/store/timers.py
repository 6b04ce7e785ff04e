"""Deadlines of sagas as rows.

`due_at` is when time changes an order that waits for people (domain/holding); few have it.
A step sets `deadline`, which no index knows, so a saga that goes on in time costs no index entry.
The timer looks at a saga when `wake_at` has come; if the deadline was moved, it looks again then.
"""

from __future__ import annotations

from chassis.db import Reader, Tx
from contracts.orders import TimeOutOrder


async def take_overdue(tx: Tx, *, limit: int) -> list[TimeOutOrder]:
    """Timers that are due; each saga is looked at again at its deadline, or not at all.

    Any number of processes may call this at once. An overdue saga is woken again after a minute
    at the latest, should the message be lost on its way.
    """
    rows = await tx.fetch(
        """
        WITH due AS (
            SELECT order_id, least(deadline, due_at) AS next_at FROM orders
            WHERE wake_at <= now()
            ORDER BY wake_at
            LIMIT $1
            FOR NO KEY UPDATE SKIP LOCKED
        )
        UPDATE orders AS o
        SET wake_at = CASE WHEN due.next_at <= now() THEN now() + interval '1 minute'
                           ELSE due.next_at END
        FROM due
        WHERE o.order_id = due.order_id
        RETURNING o.order_id, o.at, o.attempt, due.next_at <= now() AS overdue
        """,
        limit,
    )
    return [
        TimeOutOrder(order_id=row["order_id"], step=row["at"], attempt=row["attempt"])
        for row in rows
        if row["overdue"]
    ]


async def oldest_by_step(reader: Reader) -> dict[str, float]:
    """Seconds since the submit of the oldest open order at each step."""
    rows = await reader.fetch(
        """
        SELECT at, extract(epoch FROM now() - min(submitted_at))::float8 AS age_seconds
        FROM orders
        WHERE phase IN ('FORWARD', 'BACKWARD')
        GROUP BY at
        """
    )
    return {row["at"]: row["age_seconds"] for row in rows}
