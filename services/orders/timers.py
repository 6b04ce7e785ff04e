"""The timer of the sagas: a deadline that it finds overdue becomes an ordinary message."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from chassis import outbox, telemetry
from chassis.crash import crash_point
from chassis.db import transaction
from chassis.runtime import Runtime
from services.orders.commands.leaving import tell_open_orders
from services.orders.commands.stopping import follow_a_stop
from services.orders.saga import LIFECYCLE
from services.orders.store import timers as store

BATCH = 200
STOPS_SECONDS = 1.0
"""How often a dealer is looked for whose orders have to follow him."""
LEAVING_SECONDS = 5.0
"""How often the orders of dealers who leave are counted."""


async def watch_deadlines(runtime: Runtime) -> None:
    """Look for overdue sagas for ever; any number of processes may do so at once."""
    while True:
        async with transaction(runtime.db) as tx:
            overdue = await store.take_overdue(tx, limit=BATCH)
            await outbox.add(tx, overdue)
            if overdue:
                crash_point("timer.before_commit")
        if overdue:
            crash_point("timer.after_commit")
            runtime.committed.set()
        if len(overdue) < BATCH:
            await asyncio.sleep(runtime.settings.timer_interval_seconds)


async def follow_stopped_dealers(runtime: Runtime) -> int:
    """Let orders follow a dealer who was stopped or reinstated."""
    async with transaction(runtime.db) as tx:
        return await follow_a_stop(tx, limit=BATCH)


async def count_orders_of_the_leaving(runtime: Runtime) -> int:
    """Tell dealers how many orders are open of those who leave."""
    async with transaction(runtime.db) as tx:
        return await tell_open_orders(tx, datetime.now(UTC))


async def measure_sagas(runtime: Runtime) -> int:
    """Tell how long the oldest order has been waiting at each step."""
    if telemetry.metrics.meters.of.read:
        ages = await store.oldest_by_step(runtime.db)
        for row in LIFECYCLE.rows:
            age_seconds = ages.get(row.name, 0.0)
            telemetry.metrics.sagas(row.name, oldest_age_seconds=age_seconds)
    return 0
