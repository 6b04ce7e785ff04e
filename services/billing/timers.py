"""What happens because time passes; each does one batch and says how much it was."""

from __future__ import annotations

from datetime import UTC, datetime

from chassis.db import transaction
from chassis.runtime import Runtime
from services.billing.commands import limits

COUNT_MAX = 200
"""How much is done in one transaction: locks are held for a short time only."""


async def expire_limits(runtime: Runtime) -> int:
    """End temporary limits whose time is over."""
    async with transaction(runtime.db) as tx:
        return await limits.expire_grants(tx, datetime.now(UTC), COUNT_MAX)
