"""What the order saga asks of an order that is held already: other lines, or no more of it."""

from __future__ import annotations

from collections.abc import Sequence

from chassis import outbox
from chassis.db import Tx
from contracts.inventory import AmendReservation, CloseRemainder
from services.inventory.commands import releasing
from services.inventory.domain import amending, closing
from services.inventory.store import changes, known, shelves


async def amend_reservations(tx: Tx, asks: Sequence[AmendReservation]) -> None:
    """Make the lines of a batch of orders what is asked, all of an order's or none (S-4)."""
    await shelves.lock(tx)
    seen = await known.lock(tx, [ask.order_id for ask in asks])
    available = await shelves.lock_available(tx, amending.places(seen, asks))
    decided = amending.amend(seen, available, asks)
    amended = await releasing.go_on(tx, decided.changes)
    await changes.insert_tombstones(tx, decided.tombstones)
    await changes.save(tx, amended)
    told = [message for change in amended for message in change.messages]
    await outbox.add(tx, [*decided.messages, *told])


async def close_remainders(tx: Tx, asks: Sequence[CloseRemainder]) -> None:
    """Give up what is not picked of a batch of orders."""
    await shelves.lock(tx)
    order_ids = [ask.order_id for ask in asks]
    decided = closing.close(await known.lock(tx, order_ids), order_ids)
    await changes.save(tx, decided.changes)
    await outbox.add(tx, decided.messages)
