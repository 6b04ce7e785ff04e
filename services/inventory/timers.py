"""What happens because time passes; each does one batch and says how much it was."""

from __future__ import annotations

from datetime import timedelta

from chassis.db import transaction
from chassis.runtime import Runtime
from services.inventory.commands import alerting, backorders, reserving, shipping
from services.inventory.settings import Settings

COUNT_MAX = 200
"""How much is done in one transaction: locks are held for a short time only."""


async def expire_reservations(runtime: Runtime) -> int:
    """Give back soft reservations that nobody confirmed in time."""
    settings: Settings = runtime.settings
    lifetime = timedelta(hours=settings.reservation_lifetime_hours)
    async with transaction(runtime.db) as tx:
        return await reserving.expire_reservations(tx, lifetime, COUNT_MAX)


async def serve_backorders(runtime: Runtime) -> int:
    """Give what became free to those who wait for it (F-67)."""
    async with transaction(runtime.db) as tx:
        return await backorders.serve_all(tx, COUNT_MAX)


async def receive_overdue(runtime: Runtime) -> int:
    """Count as received what was delivered long ago."""
    settings: Settings = runtime.settings
    age = timedelta(days=settings.receive_after_days)
    async with transaction(runtime.db) as tx:
        return await shipping.receive_overdue(tx, age, COUNT_MAX)


async def raise_alerts(runtime: Runtime) -> int:
    """Tell which stock ran low or recovered."""
    async with transaction(runtime.db) as tx:
        return await alerting.raise_alerts(tx, COUNT_MAX)
