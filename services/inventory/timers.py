"""What happens because time passes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from chassis.db import Tx, transaction
from chassis.runtime import Runtime
from services.inventory.commands import reserving, shipping
from services.inventory.settings import Settings

COUNT_MAX = 200
"""How much is done in one transaction: locks are held for a short time only."""

Sweep = Callable[[Tx, timedelta, int], Awaitable[int]]
"""Do what is due and older than the age, up to the count; how much it was."""


async def expire_reservations(runtime: Runtime) -> None:
    """Give back soft reservations that nobody confirmed in time."""
    settings: Settings = runtime.settings
    lifetime = timedelta(hours=settings.reservation_lifetime_hours)
    await _for_ever(runtime, reserving.expire_reservations, lifetime)


async def receive_overdue(runtime: Runtime) -> None:
    """Count as received what was delivered long ago."""
    settings: Settings = runtime.settings
    age = timedelta(days=settings.receive_after_days)
    await _for_ever(runtime, shipping.receive_overdue, age)


async def _for_ever(runtime: Runtime, sweep: Sweep, age: timedelta) -> None:
    settings: Settings = runtime.settings
    while True:
        async with transaction(runtime.db) as tx:
            count = await sweep(tx, age, COUNT_MAX)
        if count:
            runtime.committed.set()
        if count < COUNT_MAX:
            await asyncio.sleep(settings.timer_interval_seconds)
