"""What the order saga asks: hold stock, let the warehouse start, give everything back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from chassis import outbox
from chassis.db import Tx
from contracts.inventory import (
    CancelFulfilment,
    FirmReservation,
    ReleaseToWarehouse,
    ReserveStock,
)
from contracts.message import Message
from services.inventory.commands import releasing as starting
from services.inventory.domain import releasing, reserving, sourcing
from services.inventory.domain.fulfilment import Change, Known, as_one, keys
from services.inventory.store import changes, known, shelves


async def reserve_stock(tx: Tx, asks: Sequence[ReserveStock]) -> None:
    """Hold stock for a batch of orders, first come first served."""
    await shelves.lock(tx)
    seen = await known.lock(tx, [ask.order_id for ask in asks])
    warehouses = await shelves.warehouses(tx, {ask.warehouse_id for ask in asks})
    new = [ask for ask in asks if ask.order_id not in seen]
    available = await shelves.lock_available(tx, reserving.places(new))
    if others := sourcing.elsewhere(available, warehouses, new):
        warehouses |= await shelves.warehouses(tx, {warehouse_id for warehouse_id, _ in others})
        available |= await shelves.lock_available(tx, others)
    outcome = reserving.reserve(available, warehouses, seen, asks)
    started = await starting.start(tx, releasing.by_mode(outcome.to_release))
    await changes.insert(tx, [*outcome.new, *(change.after for change in started)])
    await outbox.add(tx, [*outcome.replies, *as_one({}, started, _told(started))])
    await _firm_up(tx, seen, outcome.to_firm)


async def firm_reservations(tx: Tx, asks: Sequence[FirmReservation]) -> None:
    """Make a batch of reservations last, and release those whose payment gate is open."""
    await shelves.lock(tx)
    await _firm_up(tx, await known.lock(tx, [ask.order_id for ask in asks]), asks)


async def release_to_warehouse(tx: Tx, asks: Sequence[ReleaseToWarehouse]) -> None:
    """Let the warehouse start on a batch of orders."""
    await shelves.lock(tx)
    order_ids = [ask.order_id for ask in asks]
    await _release(tx, await known.lock(tx, order_ids), order_ids)


async def cancel_fulfilments(tx: Tx, asks: Sequence[CancelFulfilment]) -> None:
    """Give back what is held for a batch of orders; remember it where nothing is held yet."""
    await shelves.lock(tx)
    order_ids = [ask.order_id for ask in asks]
    seen = await known.lock(tx, order_ids)
    decided = reserving.cancel(seen, order_ids)
    await changes.insert_tombstones(tx, decided.tombstones)
    await changes.save(tx, decided.changes)
    await outbox.add(tx, as_one(seen, decided.changes, decided.messages))


async def expire_reservations(tx: Tx, lifetime: timedelta, count_max: int) -> int:
    """Give back up to `count_max` soft reservations older than `lifetime`; how many there were."""
    await shelves.lock(tx)
    due = await known.lock_expired(tx, lifetime, count_max)
    decided = reserving.expire(due)
    await changes.save(tx, decided.changes)
    seen = {one.part_id: one for one in due}
    await outbox.add(tx, as_one(seen, decided.changes, decided.messages))
    return len(decided.changes)


async def _firm_up(
    tx: Tx, seen: Mapping[UUID, Known], asks: Sequence[FirmReservation | ReserveStock]
) -> None:
    if not asks:
        return
    await _release(tx, seen, [ask.order_id for ask in asks if ask.release])
    decided = reserving.firm(seen, [ask.order_id for ask in asks if not ask.release])
    await changes.insert_tombstones(tx, decided.tombstones)
    await changes.save(tx, decided.changes)
    await outbox.add(tx, as_one(seen, decided.changes, decided.messages))


async def _release(tx: Tx, seen: Mapping[UUID, Known], order_ids: Sequence[UUID]) -> None:
    """Let each warehouse start, or say why it cannot."""
    released = releasing.sort_out(seen, keys(seen, order_ids))
    started = await starting.start(tx, released)
    await changes.insert_tombstones(tx, released.tombstones)
    await changes.save(tx, started)
    await outbox.add(tx, as_one(seen, started, [*_told(started), *released.replies]))


def _told(decided: Sequence[Change]) -> list[Message]:
    return [message for change in decided for message in change.messages]
