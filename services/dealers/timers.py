"""The timer of the dealers: a change that was set for a later time holds when that time comes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from chassis.crash import crash_point
from chassis.db import transaction
from chassis.runtime import Runtime
from services.dealers.commands.dealers import DUE_CHANGES_MAX, apply_due_changes


async def watch_due_changes(runtime: Runtime) -> None:
    """Look for ever; any number of processes may do so at once."""
    while True:
        async with transaction(runtime.db) as tx:
            applied = await apply_due_changes(tx, datetime.now(UTC))
            if applied:
                crash_point("timer.before_commit")
        if applied:
            crash_point("timer.after_commit")
            runtime.committed.set()
        if applied < DUE_CHANGES_MAX:
            await asyncio.sleep(runtime.settings.timer_interval_seconds)
