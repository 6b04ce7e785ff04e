"""The timers of the dealers: dated changes hold in time; no application waits unseen."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from chassis.crash import crash_point
from chassis.db import transaction
from chassis.runtime import Runtime
from services.dealers.commands.applications import ESCALATED_MAX, escalate_unscreened
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


async def watch_unscreened(runtime: Runtime) -> None:
    """Look for ever; an application is told of once for each time that it is submitted."""
    while True:
        async with transaction(runtime.db) as tx:
            escalated = await escalate_unscreened(
                tx, datetime.now(UTC), runtime.settings.escalate_after
            )
        if escalated:
            runtime.committed.set()
        if escalated < ESCALATED_MAX:
            await asyncio.sleep(runtime.settings.escalation_interval_seconds)
