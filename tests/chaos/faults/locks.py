"""F16: somebody holds locks for long, takes them in another order, and makes statements fail."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from functools import partial

import asyncpg

from tests.chaos.fault import Fault
from tests.chaos.faults.planted import unserializable
from tests.chaos.faults.provoking import hurry_timers
from tests.chaos.ground import Ground

TABLES = (
    ("orders", "orders"),
    ("orders", "outbox"),
    ("orders", "inbox"),
    ("inventory", "fulfilments"),
    ("inventory", "stock"),
    ("billing", "accounts"),
    ("billing", "inbox"),
    ("catalog", "products"),
    ("notify", "inbox"),
    ("reports", "order_events"),
)
ROWS = (
    (
        "orders",
        "SELECT order_id FROM orders WHERE phase = 'FORWARD' ORDER BY order_id DESC LIMIT 40"
        " FOR UPDATE",
    ),
    ("billing", "SELECT dealer_id FROM accounts ORDER BY dealer_id DESC FOR UPDATE"),
)
SECONDS = 6.0
DEADLOCK_ROUNDS = 5


async def _lock_table(ground: Ground) -> None:
    """Nobody may even read it."""
    service, table = ground.chance.choice(TABLES)
    async with ground.database(service) as database, database.transaction():
        await database.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        await asyncio.sleep(SECONDS)
    ground.notes.append(f"{service}.{table}")


async def _lock_cursor(ground: Ground) -> None:
    service = ground.chance.choice(("orders", "inventory", "billing", "catalog"))
    async with ground.database(service) as database, database.transaction():
        await database.execute("SELECT FROM outbox_cursor FOR UPDATE")
        await asyncio.sleep(SECONDS)
    ground.notes.append(service)


async def _deadlocks(ground: Ground) -> None:
    """Rows are locked one by one against the order that everybody else keeps."""
    deadlocks = 0
    for _ in range(DEADLOCK_ROUNDS):
        for service, rows in ROWS:
            async with ground.database(service) as database:
                await database.execute("SET lock_timeout = '2s'")
                try:
                    async with database.transaction():
                        async for _row in database.cursor(rows, prefetch=1):
                            await asyncio.sleep(0.01)
                except asyncpg.DeadlockDetectedError:
                    deadlocks += 1
                except asyncpg.LockNotAvailableError:
                    continue
    ground.notes.append(f"lost {deadlocks} of {DEADLOCK_ROUNDS * len(ROWS)} itself")


async def _fail(ground: Ground, *, state: str) -> None:
    """In all services that take part."""
    async with AsyncExitStack() as stack:
        for service in ("orders", "catalog", "inventory", "billing", "notify", "reports"):
            table = ground.chance.choice(("inbox", "outbox"))
            await stack.enter_async_context(unserializable(ground, service, table, state))
        await asyncio.sleep(SECONDS)


async def _early_timers(ground: Ground) -> None:
    async with ground.beside(hurry_timers(ground, "orders")):
        await asyncio.sleep(SECONDS)


FAULTS = (
    Fault("lock a table", "ACCESS EXCLUSIVE for 6 s", _lock_table),
    Fault("lock a cursor", "the relay cannot go on for 6 s", _lock_cursor),
    Fault("deadlocks", "rows locked against the global order, ten times", _deadlocks),
    Fault(
        "serialization failures",
        "three of ten inserts fail with 40001",
        partial(_fail, state="40001"),
    ),
    Fault("disk full", "three of ten inserts fail with 53100", partial(_fail, state="53100")),
    Fault("early timers", "every deadline is over, all the time, for 6 s", _early_timers),
)
