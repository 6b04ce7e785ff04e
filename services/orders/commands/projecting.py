"""Keep what other services announced."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.db import Tx
from contracts.catalog import ProductState
from contracts.dealers import DealerState
from services.orders.store import projections as store


async def keep_dealers(tx: Tx, states: Sequence[DealerState]) -> None:
    """Remember who may order, and by which terms; his orders follow a stop (`stopping`)."""
    await store.save_dealers(tx, states)


async def keep_products(tx: Tx, states: Sequence[ProductState]) -> None:
    """Remember what may be ordered."""
    await store.save_products(tx, states)
