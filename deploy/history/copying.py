"""Fill the databases of all services with the copies that are planned."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from chassis.ids import uuid7
from deploy.history import rewriting
from deploy.history.originals import Copy, Numbers, Original, connect
from deploy.history.sql import (
    BALANCED,
    BROUGHT,
    CHOSEN,
    INBOUND,
    LEFT,
    NUMBER,
    PREPARING,
    REACHED,
)
from deploy.local.suite import APPLICATIONS, Suite

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]

CHUNK = 5_000
"""Orders that are made by one statement per table."""
AT_ONCE = 2
"""Databases that are filled at the same time."""
SERIES = {"inventory": ("CK",), "billing": ("FP", "SK")}
"""Of documents that are copied."""

Progress: TypeAlias = Callable[[str, int, int], None]
"""Service, orders that it has, orders that it is to have."""


async def add(
    suite: Suite,
    originals: Sequence[Original],
    copies: Sequence[Copy],
    numbers: Numbers,
    progress: Progress,
) -> dict[str, tuple[int, float]]:
    """Add all copies to every database, or none to any; rows and seconds by service."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def fill(service: str, connection: Connection) -> tuple[int, float]:
        async with slots:
            began = time.monotonic()
            await _prepare(connection, originals, copies)
            rows = await _copy(connection, service, partial(progress, service), len(copies))
            await _balance(connection, service, copies, numbers)
            return rows, time.monotonic() - began

    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        filling = {
            service: group.create_task(fill(service, await _begun(stack, suite, service)))
            for service in APPLICATIONS
        }
    for service in APPLICATIONS:
        await _tidy(suite, service)
    return {service: task.result() for service, task in filling.items()}


async def _begun(stack: AsyncExitStack, suite: Suite, service: str) -> Connection:
    """A transaction that is committed when all the others can be."""
    connection = await connect(suite, service)
    stack.push_async_callback(connection.close)
    await stack.enter_async_context(connection.transaction())
    return connection


async def _copy(
    connection: Connection, service: str, progress: Callable[[int, int], None], copies: int
) -> int:
    """All rows of one database; how many."""
    log = await _open_log(connection, service)
    statements = [*await rewriting.tables(connection), *await rewriting.log(connection, log)]
    rows = 0
    for first in range(0, copies, CHUNK):
        await connection.execute("TRUNCATE chosen")
        await connection.execute(CHOSEN, first, first + CHUNK)
        await connection.execute("ANALYZE chosen")
        for statement in statements:
            rows += _count(await connection.execute(statement))
        progress(min(first + CHUNK, copies), copies)
    return rows


async def _tidy(suite: Suite, service: str) -> None:
    connection = await connect(suite, service)
    try:
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()


async def _prepare(
    connection: Connection, originals: Sequence[Original], copies: Sequence[Copy]
) -> None:
    await connection.execute(PREPARING)
    await connection.copy_records_to_table(
        "originals", records=[(place, *one) for place, one in enumerate(originals)]
    )
    await connection.copy_records_to_table(
        "copies", records=[(number, *one) for number, one in enumerate(copies)]
    )


async def _open_log(connection: Connection, service: str) -> str:
    """A part of the event log, as one that was moved there long ago."""
    part = f"outbox_moved_{datetime.now(UTC):%Y%m%d%H%M%S%f}_history"
    await connection.execute(f"SET LOCAL ROLE {service}_owner")
    await connection.execute(f"CREATE TABLE {part} (LIKE outbox_0 INCLUDING ALL)")
    await connection.execute(f"ALTER TABLE {part} INHERIT outbox_moved")
    await connection.execute("RESET ROLE")
    await connection.execute("INSERT INTO outbox_moved_parts (part) VALUES ($1)", part)
    return part


async def _balance(
    connection: Connection, service: str, copies: Sequence[Copy], numbers: Numbers
) -> None:
    if service == "inventory":
        await _bring_in(connection, min(one.began for one in copies))
    if service == "billing":
        await connection.execute(BALANCED)
    if kinds := SERIES.get(service):
        reached = {one: last for one, last in numbers.last.items() if one.startswith(kinds)}
        await connection.execute(REACHED, list(reached), list(reached.values()))


async def _bring_in(connection: Connection, before: datetime) -> None:
    """One note per warehouse for all that left it since."""
    series = f"RK-{before:%y%m}"
    for row in await connection.fetch(LEFT):
        number = await connection.fetchval(NUMBER, series, 1)
        inbound_id = uuid7()
        await connection.execute(
            INBOUND, inbound_id, f"{series}-{number:06}", row["warehouse_id"], before
        )
        await connection.execute(BROUGHT, inbound_id, row["warehouse_id"], before)


def _count(tag: str) -> int:
    return int(tag.rpartition(" ")[2])
