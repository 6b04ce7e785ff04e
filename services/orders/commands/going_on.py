"""Take what participants answered, and deadlines that passed; save and announce what it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from chassis import outbox
from chassis.db import Tx
from contracts.message import OrderReply
from contracts.orders import TimeOutOrder
from services.orders import saga
from services.orders.domain.order import Order
from services.orders.store import orders as store


async def advance_orders(tx: Tx, replies: Sequence[OrderReply]) -> None:
    """Take a participant's reply for each of several orders."""
    now = datetime.now(UTC)
    orders = await store.lock_orders(tx, [reply.order_id for reply in replies])
    moves = {
        reply.order_id: saga.take(orders[reply.order_id], reply, now)
        for reply in replies
        if reply.order_id in orders  # others are foreign: this service never asked
    }
    await carry_out(tx, orders, moves)


async def time_out_orders(tx: Tx, timers: Sequence[TimeOutOrder]) -> None:
    """Ask again where the answer is overdue."""
    now = datetime.now(UTC)
    orders = await store.lock_orders(tx, [timer.order_id for timer in timers])
    moves = {
        timer.order_id: saga.time_out(orders[timer.order_id], timer, now)
        for timer in timers
        if timer.order_id in orders
    }
    await carry_out(tx, orders, moves)


async def carry_out(tx: Tx, before: Mapping[UUID, Order], moves: Mapping[UUID, saga.Moved]) -> None:
    """Save the orders that changed, and say what there is to say."""
    changed = [after for order_id, (after, _) in moves.items() if after is not before[order_id]]
    await store.save_orders(tx, before, changed, [saga.queue(order) for order in changed])
    await outbox.add(tx, [message for _, messages in moves.values() for message in messages])
