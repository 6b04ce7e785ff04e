"""What happens because time passes; each does one batch and says how much it was."""

from __future__ import annotations

from datetime import UTC, datetime

from chassis.db import transaction
from chassis.runtime import Runtime
from services.billing.commands import credit, dunning, limits
from services.billing.domain.documents import business_day
from services.billing.settings import Settings

COUNT_MAX = 200
"""How much is done in one transaction: locks are held for a short time only."""


async def expire_limits(runtime: Runtime) -> int:
    """End temporary limits whose time is over."""
    async with transaction(runtime.db) as tx:
        return await limits.expire_grants(tx, datetime.now(UTC), COUNT_MAX)


async def dun_overdue(runtime: Runtime) -> int:
    """Tell dealers whose invoices are overdue, once for each level."""
    settings: Settings = runtime.settings
    today = business_day(datetime.now(UTC))
    async with transaction(runtime.db) as tx:
        return await dunning.dun(tx, today, settings.dunning_days, COUNT_MAX)


async def tell_balances(runtime: Runtime) -> int:
    """Tell dealers what stands in the accounts of those who leave."""
    async with transaction(runtime.db) as tx:
        return await credit.tell_balances(tx)
