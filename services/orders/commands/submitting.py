"""Accept orders: durable when the transaction ends; their checks go on in the background."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from chassis import outbox
from chassis.db import Tx
from chassis.errors import DomainError
from services.orders import saga
from services.orders.domain.order import Order
from services.orders.domain.submission import Submission, submit
from services.orders.store import orders as store
from services.orders.store import projections


async def submit_orders(tx: Tx, asks: Sequence[Submission]) -> list[Order | DomainError]:
    """Accept orders and start their sagas.

    Per ask its order, or UnknownDealer, DealerNotActive, UnknownSku.
    """
    dealers = await projections.dealers(tx, {ask.dealer_id for ask in asks})
    names = await projections.names_for_sale(tx, {line.sku for ask in asks for line in ask.lines})
    outcomes = [submit(ask, dealers, names) for ask in asks]
    now = datetime.now(UTC)
    started = [saga.start(order, now) for order in outcomes if isinstance(order, Order)]
    accepted = {order.order_id: order for order, _ in started}
    if accepted:
        orders = list(accepted.values())
        await store.insert_orders(tx, orders, [saga.queue(order) for order in orders])
        await outbox.add(tx, [message for _, messages in started for message in messages])
    return [
        accepted[outcome.order_id] if isinstance(outcome, Order) else outcome
        for outcome in outcomes
    ]
