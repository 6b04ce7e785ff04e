"""What inventory keeps of others."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.db import Tx
from contracts.catalog import ProductState
from contracts.dealers import DealerState
from services.inventory.store import reference


async def keep_dealers(tx: Tx, states: Sequence[DealerState]) -> None:
    """Keep the newest state of a batch of dealers."""
    await reference.upsert_dealers(tx, states)


async def keep_products(tx: Tx, states: Sequence[ProductState]) -> None:
    """Keep the newest state of a batch of products."""
    await reference.upsert_products(tx, states)
