"""The worker's daily reminder of goods that are owed (F-74)."""

from __future__ import annotations

from datetime import UTC, datetime

from chassis.clock import BUSINESS_TIME
from chassis.db import transaction
from chassis.runtime import Runtime
from services.notify import commands
from services.notify.settings import Settings

LOOK_SECONDS = 60.0


async def remind_of_owed_goods(runtime: Runtime) -> int:
    """Once a day, when the hour has come; how many were told."""
    return await remind_at(runtime, datetime.now(UTC))


async def remind_at(runtime: Runtime, now: datetime) -> int:
    """The same, at this moment."""
    settings: Settings = runtime.settings
    if now.astimezone(BUSINESS_TIME).hour < settings.remind_hour:
        return 0
    async with transaction(runtime.db) as tx:
        return await commands.remind(tx, now, dealers=settings.remind_dealers)
