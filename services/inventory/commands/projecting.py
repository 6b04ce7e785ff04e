"""What inventory keeps of others."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.db import Tx
from contracts.catalog import ProductState
from contracts.dealers import DealerState
from services.inventory.commands import stowage
from services.inventory.store import reference, shelves


async def keep_dealers(tx: Tx, states: Sequence[DealerState]) -> None:
    """Keep the newest state of a batch of dealers."""
    await reference.upsert_dealers(tx, states)


async def keep_products(tx: Tx, states: Sequence[ProductState]) -> None:
    """Keep the newest state of a batch of products; what lies of those kept by lot, by lot."""
    by_lot = [state.sku for state in states if state.lot_tracked]
    if by_lot:
        await shelves.lock(tx)
    await reference.upsert_products(tx, states)
    if by_lot:
        await stowage.keep_by_lot(tx, by_lot)
