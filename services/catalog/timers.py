"""The timer of catalog: products have the tax rates that hold."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from chassis.db import transaction
from chassis.runtime import Runtime
from services.catalog.commands.tax import apply_due_rates


async def watch_due_rates(runtime: Runtime) -> None:
    """Look for ever; any number of processes may do so at once."""
    while True:
        async with transaction(runtime.db) as tx:
            left = await apply_due_rates(tx, datetime.now(UTC))
        if left:
            runtime.committed.set()
        else:
            await asyncio.sleep(runtime.settings.timer_interval_seconds)
