"""Quick order (P-13) and reorder (P-14): many lines at once, a result for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.auth import Actor
from chassis.http import RuntimeDep
from chassis.idempotency import IdempotencyKey, Key, once
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from services.orders import queries as order_queries
from services.orders.carts import commands, queries
from services.orders.carts.commands import NewCart
from services.orders.carts.domain import WantedLine
from services.orders.carts.routes.carts import Buyer
from services.orders.carts.schemas import FilledCart, QuickOrderRequest, TargetRequest

router = APIRouter(tags=["carts"])


@router.post("/carts/{cart_id}/quick-order", response_model=FilledCart)
async def quick_order(
    cart_id: UUID, body: QuickOrderRequest, actor: Buyer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Add up to 2,000 lines as they were typed; what cannot be added is told line by line."""
    wanted = [line.wanted for line in body.lines]
    return await filled(runtime, actor, key, cart_id, wanted)


@router.post("/orders/{order_id}/reorder", response_model=FilledCart)
async def reorder(
    order_id: UUID, body: TargetRequest, actor: Buyer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Put what is still sold of an order into a cart; what is not is told with its reason."""
    async with reading(runtime, actor) as reader:
        order = await order_queries.order(reader, order_id)
    wanted = [WantedLine(line.sku, str(line.quantity)) for line in order.lines]
    target = body.cart_id or NewCart(body.name or order.number, order.dealer_id)
    return await filled(runtime, actor, key, target, wanted)


async def filled(
    runtime: Runtime,
    actor: Actor,
    key: Key,
    target: UUID | NewCart,
    wanted: Sequence[WantedLine],
    first: int = 1,
) -> Response:
    """Fill a cart and tell what became of each line; `first` is the number of the first one."""

    async def produce() -> FilledCart:
        done = await commands.fill_cart(tx, actor, target, wanted)
        return FilledCart.of(done, await queries.articles(tx, done.cart.lines), first)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)
