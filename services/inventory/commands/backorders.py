"""What comes goes to those who wait for it."""

from __future__ import annotations

from collections.abc import Collection

from chassis import outbox
from chassis.db import Tx
from services.inventory.commands import releasing
from services.inventory.domain import backorders
from services.inventory.domain.fulfilment import Place, as_one
from services.inventory.store import changes, known, shelves

ORDERS_MAX = 500
"""How many are served in one transaction; the timer goes on with the others at once."""


async def serve(tx: Tx, places: Collection[Place]) -> int:
    """Hold what is free there for those who wait; the shelves are locked. How many got some."""
    return await _serve(tx, await shelves.free_for_backorders(tx, places))


async def serve_all(tx: Tx, shelves_max: int) -> int:
    """The same wherever goods are free and waited for, whatever freed them."""
    if not await shelves.any_free_for_backorders(tx):
        return 0
    await shelves.lock(tx)
    return await _serve(tx, await shelves.free_for_backorders(tx, None, shelves_max))


async def _serve(tx: Tx, free: dict[Place, int]) -> int:
    if not free:
        return 0
    waiting = await known.lock_waiting(tx, free, ORDERS_MAX)
    served = await releasing.go_on(tx, backorders.allocate(free, waiting))
    await changes.save(tx, served)
    told = [message for change in served for message in change.messages]
    await outbox.add(tx, as_one({one.part_id: one for one in waiting}, served, told))
    return len(served)
