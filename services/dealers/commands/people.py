"""Keep what dealers must know of users; give territories to salespeople."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.db import Tx
from contracts.gateway import UserState
from services.dealers.commands.dealers import check_salespeople
from services.dealers.store import people as store
from services.dealers.store.people import Territory


async def keep_users(tx: Tx, states: Sequence[UserState]) -> None:
    """Who is a salesperson, and what everybody is called."""
    await store.keep_users(tx, states)


async def assign_territories(tx: Tx, territories: Sequence[Territory]) -> int:
    """The number of territories (distinct) that changed hands; raises NotASalesperson."""
    await check_salespeople(tx, {one.salesperson_id for one in territories})
    return await store.save_territories(tx, territories)
