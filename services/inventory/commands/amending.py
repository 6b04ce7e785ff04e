"""What the order saga asks of an order that is held already: other lines, or no more of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis import outbox
from chassis.db import Tx
from contracts.inventory import AmendReservation, CloseRemainder
from services.inventory.commands import releasing
from services.inventory.domain import amending, closing
from services.inventory.domain.fulfilment import WarehouseRules, as_one
from services.inventory.store import changes, known, shelves


async def amend_reservations(tx: Tx, asks: Sequence[AmendReservation]) -> None:
    """Make the lines of a batch of orders what is asked, all of an order's or none (S-4)."""
    await shelves.lock(tx)
    seen = await known.lock(tx, [ask.order_id for ask in asks])
    warehouses = await _warehouses(tx, amending.homes(seen, asks))
    available = await shelves.lock_available(tx, amending.places(seen, warehouses, asks))
    decided = amending.amend(seen, available, warehouses, asks)
    amended = await releasing.go_on(tx, decided.changes)
    await changes.insert_tombstones(tx, decided.tombstones)
    await changes.save(tx, [change for change in amended if change.after.part_id in seen])
    await changes.insert(tx, [one.after for one in amended if one.after.part_id not in seen])
    told = [message for change in amended for message in change.messages]
    await outbox.add(tx, as_one(seen, amended, [*decided.messages, *told]))


async def close_remainders(tx: Tx, asks: Sequence[CloseRemainder]) -> None:
    """Give up what is not picked of a batch of orders."""
    await shelves.lock(tx)
    order_ids = [ask.order_id for ask in asks]
    seen = await known.lock(tx, order_ids)
    decided = closing.close(seen, order_ids)
    await changes.save(tx, decided.changes)
    await outbox.add(tx, as_one(seen, decided.changes, decided.messages))


async def _warehouses(tx: Tx, home_ids: Collection[UUID]) -> dict[UUID, WarehouseRules]:
    """Those that orders are for, with those that help them out."""
    homes = await shelves.warehouses(tx, home_ids)
    others = {one for home in homes.values() for one in home.alternatives} - homes.keys()
    return homes | (await shelves.warehouses(tx, others) if others else {})
