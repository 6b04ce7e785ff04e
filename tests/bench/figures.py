"""What the databases say of a run: counts, and when each order was where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from chassis.ids import time_of
from deploy.local.suite import APPLICATIONS, Suite
from deploy.postgres import roles


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


async def open_orders(suite: Suite) -> int:
    """Orders that are not at their end."""
    connection = await _connect(suite, "orders")
    try:
        count: int = await connection.fetchval(
            "SELECT count(*) FROM orders WHERE phase IN ('FORWARD', 'BACKWARD')"
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


async def _connect(suite: Suite, service: str) -> asyncpg.Connection[asyncpg.Record]:
    database = roles.database_of(service)
    return await asyncpg.connect(suite.superuser_dsn, database=database)
