"""Hold the orders of a dealer who was stopped, and let those of a reinstated one go on (F-50)."""

from __future__ import annotations

from datetime import UTC, datetime

from chassis.db import Tx
from services.orders import saga
from services.orders.commands.going_on import carry_out
from services.orders.domain.holding import follow_dealer
from services.orders.store import orders as store
from services.orders.store import projections


async def follow_a_stop(tx: Tx, *, limit: int) -> bool:
    """Let some orders of one dealer follow him; whether there was such a dealer.

    What is interrupted is found again: it goes by how dealer and orders stand.
    """
    now = datetime.now(UTC)
    change = await projections.lock_changed_stop(tx)
    if change is None:
        return False
    dealer_id, stopped = change
    found = await store.orders_to_follow(tx, dealer_id, stopped=stopped, limit=limit)
    orders = await store.lock_orders(tx, found)
    moves = {
        order_id: saga.go_on(order, follow_dealer(order, stopped=stopped), now)
        for order_id, order in orders.items()
    }
    await carry_out(tx, orders, moves)
    if len(found) < limit:
        await projections.stop_followed(tx, dealer_id)
    return True
