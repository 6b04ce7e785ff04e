"""常购清单: what a dealer orders again and again, for all of his users (P-14)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.auth import Actor
from chassis.errors import InvalidRequest
from chassis.http import RuntimeDep
from chassis.idempotency import IdempotencyKey, once
from chassis.pages import Page, PageQuery
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from services.orders import queries as order_queries
from services.orders.carts import commands, queries
from services.orders.carts.commands import NewCart
from services.orders.carts.domain import CartLine, WantedLine
from services.orders.carts.routes.carts import Buyer
from services.orders.carts.routes.filling import filled
from services.orders.carts.schemas import (
    FilledCart,
    TargetRequest,
    TemplateRequest,
    TemplateResponse,
    TemplateSummary,
)

router = APIRouter(prefix="/cart-templates", tags=["carts"])


@router.post("", status_code=201, response_model=TemplateResponse)
async def save_template(
    body: TemplateRequest, actor: Buyer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Save the lines of a cart or of an order, for all users of its dealer."""
    dealer_id, lines = await _source(body, actor, runtime)

    async def produce() -> TemplateResponse:
        saved = await commands.save_template(tx, actor, body.name, dealer_id, lines)
        return TemplateResponse.of(saved, await queries.articles(tx, saved.lines))

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 201, produce)


@router.get("", response_model=Page[TemplateSummary])
async def list_templates(
    actor: Buyer, runtime: RuntimeDep, page: PageQuery, dealer_id: UUID | None = None
) -> Page[TemplateSummary]:
    """Templates of the dealers that the caller may order for, newest first."""
    async with reading(runtime, actor) as reader:
        return await queries.templates(reader, page, dealer_id=dealer_id)


@router.get("/{template_id}", response_model=TemplateResponse)
async def get_template(template_id: UUID, actor: Buyer, runtime: RuntimeDep) -> TemplateResponse:
    """One template, and whether each of its lines is still for sale."""
    async with reading(runtime, actor) as reader:
        template = await queries.template(reader, template_id)
        return TemplateResponse.of(template, await queries.articles(reader, template.lines))


@router.post("/{template_id}/use", response_model=FilledCart)
async def use_template(
    template_id: UUID, body: TargetRequest, actor: Buyer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Put what is still sold of a template into a cart; what is not is told with its reason."""
    async with reading(runtime, actor) as reader:
        template = await queries.template(reader, template_id)
    wanted = [WantedLine(line.sku, str(line.quantity)) for line in template.lines]
    target = body.cart_id or NewCart(body.name or template.name, template.dealer_id)
    return await filled(runtime, actor, key, target, wanted)


@router.delete("/{template_id}", status_code=204)
async def delete_template(template_id: UUID, actor: Buyer, runtime: RuntimeDep) -> None:
    """Any user of the dealer may throw it away."""
    async with reading(runtime, actor) as reader:
        await queries.template(reader, template_id)
    async with acting(runtime, actor) as tx:
        await commands.delete_template(tx, template_id)


async def _source(
    body: TemplateRequest, actor: Actor, runtime: Runtime
) -> tuple[UUID, Sequence[CartLine]]:
    """The dealer and the lines of what is saved. Raises InvalidRequest, NotFound."""
    if (body.cart_id is None) == (body.order_id is None):
        raise InvalidRequest(("/cart_id", "Name a cart or an order, one of them."))
    async with reading(runtime, actor) as reader:
        if body.cart_id is not None:
            cart = await queries.cart(reader, body.cart_id)
            return cart.dealer_id, cart.lines
        assert body.order_id is not None
        order = await order_queries.order(reader, body.order_id)
    return order.dealer_id, [CartLine(line.sku, line.quantity) for line in order.lines]
