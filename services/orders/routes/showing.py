"""Show orders, and what the caller may do to them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, Resource, allowed, allowed_actions, may
from chassis.http import RuntimeDep, json_response, with_etag
from chassis.pages import Page, PageQuery
from chassis.scope import reading
from contracts.orders import Hold
from services.orders import queries, saga
from services.orders.access import ACCESS, release_action
from services.orders.domain import actions
from services.orders.domain.order import Order, Status
from services.orders.schemas import OrderResponse, OrderSummary

router = APIRouter(prefix="/orders", tags=["orders"])

Viewer = Annotated[Actor, Depends(allowed("orders.view"))]


@router.get("", response_model=Page[OrderSummary])
async def list_orders(  # noqa: PLR0913, PLR0917  (filters)
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    status: Annotated[list[Status] | None, Query()] = None,
    queue: Annotated[str | None, Query(max_length=16)] = None,
    dealer_id: UUID | None = None,
    number: Annotated[str | None, Query(max_length=32)] = None,
) -> Page[OrderSummary]:
    """Orders that the caller may see, newest first; `queue=SAL`: those that wait for that role."""
    async with reading(runtime, actor) as reader:
        return await queries.orders(
            reader,
            page,
            statuses=status or (),
            queue=queue,
            dealer_id=dealer_id,
            number=number,
        )


@router.get("/counts", response_model=dict[str, int])
async def count_orders(actor: Viewer, runtime: RuntimeDep) -> dict[str, int]:
    """Open orders by the role that they wait for."""
    async with reading(runtime, actor) as reader:
        return await queries.counts(reader)


@router.get("/{order_id}", response_model=OrderResponse)
async def get_order(order_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """One order with its lines, holds and what the caller may do to it."""
    async with reading(runtime, actor) as reader:
        order = await queries.order(reader, order_id)
    return with_etag(json_response(shown(order, actor)), order.version)


def shown(order: Order, actor: Actor) -> OrderResponse:
    """The order as its answer, with what the caller may do to it."""
    possible = [_access_name(action, order) for action in actions.allowed(order)]
    permitted = allowed_actions(ACCESS, actor, possible, _resource(order))
    names = [_ACTIONS.get(one, one.removeprefix("orders.")) for one in permitted]
    releasable = _releasable(order, actor) if "release-hold" in names else frozenset[Hold]()
    if "release-hold" in names and not releasable:
        names.remove("release-hold")
    return OrderResponse.of(order, saga.queue(order), names, releasable)


_ACTIONS = {"orders.cancel-confirmed": "cancel", "orders.amend-started": "amend"}
"""Actions that some may do only up to a state of the order; for others it is `orders.…` without."""


def _access_name(action: str, order: Order) -> str:
    if action == "cancel" and order.confirmed:
        return "orders.cancel-confirmed"
    return "orders.amend-started" if action == "amend" and order.started else f"orders.{action}"


def _releasable(order: Order, actor: Actor) -> frozenset[Hold]:
    """Kinds of hold that the actor may release."""
    return frozenset(
        held.kind
        for held in order.holds
        if may(ACCESS, actor, release_action(held.kind), _resource(order))
        and isinstance(actions.release_hold(order, held.kind, actor.user_id), Order)
    )


def _resource(order: Order) -> Resource:
    return Resource(dealer_id=order.dealer_id, salesperson_id=order.salesperson_id)
