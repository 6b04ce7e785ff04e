"""A cart becomes an order, once (F-35)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.errors import InvalidRequest
from chassis.http import RuntimeDep
from chassis.idempotency import IdempotencyKey, once
from chassis.runtime import Runtime
from chassis.scope import acting
from contracts.quotes import ExpiredQuote, InvalidQuote, Quote, unseal
from services.orders.carts import commands
from services.orders.carts.commands import Checkout
from services.orders.carts.domain import QuoteExpired
from services.orders.carts.routes.carts import Buyer
from services.orders.carts.schemas import CheckoutRequest, SubmittedCart
from services.orders.schemas import AcceptedOrder

router = APIRouter(prefix="/carts", tags=["carts"])
LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""When every quote still holds: one that was only seen may have expired."""
BODY_BYTES_MAX = 2 << 20


@router.post(
    "/{cart_id}/submit",
    status_code=201,
    response_model=SubmittedCart,
    max_body_size=BODY_BYTES_MAX,
)
async def submit_cart(
    cart_id: UUID, body: CheckoutRequest, actor: Buyer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Order what is in the cart. Again, whatever the key, it answers with the same orders."""
    checkout = await _checkout(body, runtime)

    async def produce() -> SubmittedCart:
        orders = await commands.submit_cart(tx, actor, cart_id, checkout)
        return SubmittedCart(cart_id=cart_id, orders=[AcceptedOrder.of(one) for one in orders])

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 201, produce)


async def _checkout(body: CheckoutRequest, runtime: Runtime) -> Checkout:
    """Raises InvalidRequest, QuoteExpired."""
    now = datetime.now(UTC)
    return Checkout(
        quote=_unsealed(body.quote, "/quote", runtime, now),
        seen=_unsealed(body.seen_quote, "/seen_quote", runtime, LONG_AGO),
        expected_total_minor=body.expected_total_minor,
        note=body.note,
        numbers=[await runtime.state["numbers"].take(now) for _ in range(commands.orders_max())],
    )


def _unsealed(token: str | None, pointer: str, runtime: Runtime, now: datetime) -> Quote | None:
    if token is None:
        return None
    try:
        return unseal(token, runtime.state["quote_keys"], now)
    except ExpiredQuote:
        raise QuoteExpired from None
    except InvalidQuote:
        raise InvalidRequest((pointer, "Not a quote of this company: ask for a new one.")) from None
