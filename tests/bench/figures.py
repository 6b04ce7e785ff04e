"""What the databases say of a run: counts, and when each order was where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from chassis.ids import floor_of, millis_of, time_of
from deploy.local.suite import APPLICATIONS, Suite
from deploy.postgres import roles

CONFIRMED, COMPLETED = "orders.order-confirmed.v1", "orders.order-completed.v1"
DAWN = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Counts:
    """Since the databases were made."""

    messages: int
    transactions: int


async def counts(suite: Suite) -> Counts:
    messages = transactions = 0
    for service in APPLICATIONS:
        connection = await _connect(suite, service)
        try:
            messages += await connection.fetchval("SELECT last_value FROM outbox_position")
            transactions += await connection.fetchval(
                "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
            )
        finally:
            await connection.close()
    return Counts(messages, transactions)


async def open_orders(suite: Suite, since: datetime = DAWN, *, until: str = COMPLETED) -> int:
    """Orders made after `since` that are not at their end, or not so far as to be confirmed."""
    connection = await _connect(suite, "orders")
    try:
        count: int = await connection.fetchval(
            "SELECT count(*) FROM orders WHERE phase IN ('FORWARD', 'BACKWARD')"
            " AND order_id >= $1 AND ($2 OR confirmed_at IS NULL)",
            floor_of(since),
            until == COMPLETED,
        )
    finally:
        await connection.close()
    return count


async def finished(suite: Suite) -> int:
    """Orders that were completed, ever."""
    connection = await _connect(suite, "orders")
    try:
        count: int = await connection.fetchval(
            "SELECT count(*) FROM orders WHERE phase = 'COMPLETED'"
        )
    finally:
        await connection.close()
    return count


async def ended(suite: Suite, order_ids: Sequence[str]) -> dict[str, int]:
    """How many of these orders are in which state."""
    connection = await _connect(suite, "orders")
    try:
        rows = await connection.fetch(
            "SELECT status, count(*) AS orders FROM orders"
            " WHERE order_id = ANY($1::uuid[]) GROUP BY status",
            [UUID(one) for one in order_ids],
        )
    finally:
        await connection.close()
    return {row["status"]: row["orders"] for row in rows}


async def took_ms(suite: Suite, order_ids: Sequence[str], event: str) -> list[float]:
    """Per order the time from its submission to an event, as both were written by orders."""
    connection = await _connect(suite, "orders")
    try:
        rows = await connection.fetch(
            "SELECT o.submitted_at, e.message_id FROM orders o"
            " JOIN event_log e ON e.key = uuid_send(o.order_id) AND e.type = $2"
            " WHERE o.order_id = ANY($1::uuid[])",
            [UUID(one) for one in order_ids],
            event,
        )
    finally:
        await connection.close()
    return [
        (time_of(row["message_id"]) - row["submitted_at"]).total_seconds() * 1_000 for row in rows
    ]


async def times(suite: Suite, order_ids: Sequence[str], event: str) -> dict[str, float]:
    """When each order had an event, in seconds since 1970."""
    dsn = roles.dsn_of(suite.superuser_dsn, roles.database_of("orders"))
    return await times_in(dsn, order_ids, event)


async def times_in(dsn: str, order_ids: Sequence[str], event: str) -> dict[str, float]:
    """The same from any database with an event log."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "SELECT asked.order_id, e.message_id FROM unnest($1::uuid[]) AS asked(order_id)"
            " JOIN event_log e ON e.key = uuid_send(asked.order_id) AND e.type = $2",
            [UUID(one) for one in order_ids],
            event,
        )
    finally:
        await connection.close()
    return {str(row["order_id"]): millis_of(row["message_id"]) / 1_000 for row in rows}


def steady_rate(moments: Iterable[float]) -> float:
    """How many a second between the tenth and the ninetieth per cent of them: without the ramp
    at the start, when the first are still on their way, and the tail, when no more are placed."""
    ordered = sorted(moments)
    first, last = len(ordered) // 10, len(ordered) * 9 // 10
    if last <= first or ordered[last] == ordered[first]:
        return 0.0
    return round((last - first) / (ordered[last] - ordered[first]), 1)


def percentiles(values: Iterable[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        f"p{part}": round(ordered[min(int(len(ordered) * part / 100), len(ordered) - 1)], 1)
        for part in (50, 95, 99)
        if ordered
    }


async def _connect(suite: Suite, service: str) -> asyncpg.Connection[asyncpg.Record]:
    database = roles.database_of(service)
    return await asyncpg.connect(suite.superuser_dsn, database=database)
