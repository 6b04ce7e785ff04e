"""Carts: opened, looked at, changed by SKU, thrown away. Nobody sees another's."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, allowed
from chassis.db import Reader
from chassis.errors import InvalidRequest
from chassis.http import IfMatch, RuntimeDep, json_response, with_etag
from chassis.idempotency import IdempotencyKey, once
from chassis.pages import Page, PageQuery
from chassis.scope import acting, reading
from services.orders.carts import commands, queries
from services.orders.carts.commands import NewCart
from services.orders.carts.domain import Cart
from services.orders.carts.schemas import (
    CartLinesRequest,
    CartRequest,
    CartResponse,
    CartSummary,
)

router = APIRouter(prefix="/carts", tags=["carts"])
Buyer = Annotated[Actor, Depends(allowed("carts.use"))]


@router.post("", status_code=201, response_model=CartResponse)
async def open_cart(
    body: CartRequest, actor: Buyer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Open an empty cart: for the caller's own dealer, or on behalf of `dealer_id`."""
    new = NewCart(body.name, buyer_of(actor, body.dealer_id))

    async def produce() -> CartResponse:
        return await shown(tx, await commands.open_cart(tx, actor, new))

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 201, produce)


@router.get("", response_model=Page[CartSummary])
async def list_carts(
    actor: Buyer,
    runtime: RuntimeDep,
    page: PageQuery,
    ordered: Annotated[bool | None, Query(description="Those that became orders.")] = None,
) -> Page[CartSummary]:
    """The caller's own carts, newest first."""
    async with reading(runtime, actor) as reader:
        return await queries.carts(reader, page, ordered=ordered)


@router.get("/{cart_id}", response_model=CartResponse)
async def get_cart(cart_id: UUID, actor: Buyer, runtime: RuntimeDep) -> Response:
    """One cart with its lines, and whether each is still for sale."""
    async with reading(runtime, actor) as reader:
        cart = await queries.cart(reader, cart_id)
        answer = await shown(reader, cart)
    return with_etag(json_response(answer), cart.version)


@router.patch("/{cart_id}/lines", response_model=CartResponse)
async def set_lines(
    cart_id: UUID, body: CartLinesRequest, actor: Buyer, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """Set the quantity of these SKUs, all or none; 0 takes a line out, others stay as they are."""
    changes = [line.wanted for line in body.lines]
    async with acting(runtime, actor) as tx:
        cart = await commands.set_lines(tx, actor, cart_id, changes, if_match)
        answer = await shown(tx, cart)
    return with_etag(json_response(answer), cart.version)


@router.delete("/{cart_id}", status_code=204)
async def delete_cart(cart_id: UUID, actor: Buyer, runtime: RuntimeDep) -> None:
    """Throw a cart away; the orders that it became stay."""
    async with acting(runtime, actor) as tx:
        await commands.delete_cart(tx, actor, cart_id)


def buyer_of(actor: Actor, asked: UUID | None) -> UUID:
    """The dealer that an actor buys for. Raises InvalidRequest."""
    dealer_id = actor.dealer_id or asked
    if dealer_id is None or asked not in {None, dealer_id}:
        raise InvalidRequest(("/dealer_id", "Say for which dealer; a dealer orders for himself."))
    return dealer_id


async def shown(reader: Reader, cart: Cart) -> CartResponse:
    """A cart with what is known of its products."""
    return CartResponse.of(cart, await queries.articles(reader, cart.lines))
