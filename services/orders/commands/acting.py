"""What people do to an order: confirm, reject, cancel, hold, release."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from chassis.auth import Access, Actor, Resource, authorize
from chassis.db import Tx
from chassis.errors import DomainError, NotFound
from chassis.http import check_version
from services.orders import saga
from services.orders.commands.going_on import carry_out
from services.orders.domain.order import Order
from services.orders.store import orders as store

Change = Callable[[Order, datetime], "Order | DomainError"]
"""The order with a person's decision, or why that is refused."""


async def change_order(  # noqa: PLR0913  (what a decision is about, and who makes it)
    tx: Tx,
    access: Access,
    actor: Actor,
    action: str,
    order_id: UUID,
    change: Change,
    *,
    if_match: int | None = None,
) -> Order:
    """Let `actor` do `action`; the order afterwards.

    Raises NotFound, Forbidden, StaleVersion, and the refusals of the change.
    """
    now = datetime.now(UTC)
    orders = await store.lock_orders(tx, [order_id])
    if order_id not in orders:
        raise NotFound
    before = orders[order_id]
    resource = Resource(dealer_id=before.dealer_id, salesperson_id=before.salesperson_id)
    authorize(access, actor, action, resource)
    check_version(before.version, if_match)
    outcome = change(before, now)
    if isinstance(outcome, DomainError):
        raise outcome
    moved = saga.go_on(before, outcome, now)
    await carry_out(tx, orders, {order_id: moved})
    return moved[0]
