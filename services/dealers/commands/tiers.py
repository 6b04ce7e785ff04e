"""Set what holds for a tier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from services.dealers.domain.dealers import Tier
from services.dealers.domain.tiers import Policy
from services.dealers.store import tiers as store

Check = Callable[[int], None]
"""Raises when the caller means another version than this one."""


async def set_policy(
    tx: Tx, tier: Tier, wanted: Policy, *, by: UUID, now: datetime, check: Check
) -> None:
    """New dealers of the tier begin with this from now on. Raises StaleVersion."""
    known = (await store.lock_policies(tx)).get(tier)
    version = known.version if known else 0
    check(version)
    if known != replace(wanted, version=version):
        await store.save_policy(tx, tier, replace(wanted, version=version + 1), by=by, now=now)
