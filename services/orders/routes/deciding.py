"""What people decide about an order."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from chassis.auth import Actor, allowed
from chassis.errors import DomainError
from chassis.http import IfMatch, RuntimeDep
from chassis.idempotency import IdempotencyKey, Key, once
from chassis.runtime import Runtime
from chassis.scope import acting
from contracts.orders import Hold
from services.orders.access import ACCESS, release_action
from services.orders.commands.acting import Change, change_order
from services.orders.domain import actions
from services.orders.domain.holds import Held
from services.orders.domain.order import Order
from services.orders.routes.showing import shown
from services.orders.schemas import HoldRequest, OrderResponse, ReasonRequest, ReleaseHoldRequest

router = APIRouter(prefix="/orders", tags=["orders"])

Confirmer = Annotated[Actor, Depends(allowed("orders.confirm"))]
Rejecter = Annotated[Actor, Depends(allowed("orders.reject"))]
Holder = Annotated[Actor, Depends(allowed("orders.hold"))]
Releaser = Annotated[Actor, Depends(allowed("orders.release-hold"))]
Canceller = Annotated[Actor, Depends(allowed("orders.cancel"))]


@router.post("/{order_id}/confirm", response_model=OrderResponse)
async def confirm_order(
    order_id: UUID, actor: Confirmer, runtime: RuntimeDep, key: IdempotencyKey, if_match: IfMatch
) -> Response:
    """Give the promise (F-55): the dealer's own salesperson only."""

    def change(order: Order, now: datetime) -> Order | DomainError:
        return actions.confirm(order, actor.user_id, now)

    return await decided(runtime, actor, key, "orders.confirm", order_id, change, if_match)


@router.post("/{order_id}/reject", response_model=OrderResponse)
async def reject_order(
    order_id: UUID,
    body: ReasonRequest,
    actor: Rejecter,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Refuse the order; what it holds is released."""

    def change(order: Order, _: datetime) -> Order | DomainError:
        return actions.reject(order, body.reason)

    return await decided(runtime, actor, key, "orders.reject", order_id, change, if_match)


@router.post("/{order_id}/cancel", response_model=OrderResponse)
async def cancel_order(
    order_id: UUID,
    body: ReasonRequest,
    actor: Canceller,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Undo the order unless goods have left. A dealer may until it is confirmed, staff later."""

    def change(order: Order, _: datetime) -> Order | DomainError:
        if order.confirmed and not ACCESS["orders.cancel-confirmed"].roles & actor.roles:
            return actions.ConfirmedAlready()
        return actions.cancel(order, body.reason)

    return await decided(runtime, actor, key, "orders.cancel", order_id, change, if_match)


@router.post("/{order_id}/hold", response_model=OrderResponse)
async def hold_order(
    order_id: UUID,
    body: HoldRequest,
    actor: Holder,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Stop the order by hand before the warehouse starts; `until`: it goes on by itself then."""

    def change(order: Order, now: datetime) -> Order | DomainError:
        held = Held(Hold.MANUAL, body.reason, actor.user_id, since=now, until=body.until)
        return actions.hold(order, held, now)

    return await decided(runtime, actor, key, "orders.hold", order_id, change, if_match)


@router.post("/{order_id}/release-hold", response_model=OrderResponse)
async def release_hold(
    order_id: UUID,
    body: ReleaseHoldRequest,
    actor: Releaser,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """End a hold: only the role that owns it may, or an administrator (P-20).

    What ends with it: CREDIT, the order may exceed the dealer's limit, and APPROVAL, the order is
    approved: both by another person than who placed or amended it; PARTNER, the warehouse is asked
    again; STOCK, what is there leaves and the rest follows.
    DEALER ends when the dealer is reinstated.
    """

    def change(order: Order, _: datetime) -> Order | DomainError:
        return actions.release_hold(order, body.kind, actor.user_id)

    action = release_action(body.kind)
    return await decided(runtime, actor, key, action, order_id, change, if_match)


async def decided(  # noqa: PLR0913, PLR0917
    runtime: Runtime,
    actor: Actor,
    key: Key,
    action: str,
    order_id: UUID,
    change: Change,
    if_match: int | None,
) -> Response:
    """Let the actor make the change, once per key; the order afterwards."""

    async def produce() -> OrderResponse:
        order = await change_order(tx, ACCESS, actor, action, order_id, change, if_match=if_match)
        return shown(order, actor)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)
