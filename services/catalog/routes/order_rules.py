"""Order rules: how little, how much and in which steps is ordered at once."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, allowed, allowed_actions
from chassis.errors import InvalidRequest
from chassis.http import RuntimeDep, json_response
from chassis.idempotency import IdempotencyKey, once
from chassis.ids import uuid7
from chassis.pages import Page, PageQuery
from chassis.scope import acting, reading
from services.catalog.access import ACCESS
from services.catalog.commands import rules as commands
from services.catalog.domain.order_rules import Limits, Rule
from services.catalog.queries import rules as queries
from services.catalog.routes.rules import audience_of, said_of
from services.catalog.schemas.rules import OrderRuleRequest, OrderRuleResponse
from services.catalog.store import order_rules as store

router = APIRouter(prefix="/order-rules", tags=["catalog"])
Viewer = Annotated[Actor, Depends(allowed("order-rules.view"))]
Changer = Annotated[Actor, Depends(allowed("order-rules.change"))]
Ender = Annotated[Actor, Depends(allowed("order-rules.end"))]


@router.get("", response_model=Page[OrderRuleResponse])
async def list_order_rules(  # noqa: PLR0913, PLR0917  (filters)
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    dealer_id: UUID | None = None,
    sku: Annotated[str | None, Query(max_length=64)] = None,
    category: Annotated[str | None, Query(max_length=64)] = None,
    ended: bool = False,  # noqa: FBT001, FBT002  (a filter)
) -> Page[OrderRuleResponse]:
    """Rules, newest first; a salesperson sees those that concern his dealers."""
    async with reading(runtime, actor) as reader:
        found = await queries.order_rules(
            reader, page, dealer_id=dealer_id, sku=sku, category=category, ended=ended
        )
    rows = [_shown(actor, rule) for rule in found]
    return Page[OrderRuleResponse].of(rows, page, key=lambda one: (one.rule_id,))


@router.post("", status_code=201, response_model=OrderRuleResponse)
async def start_order_rule(
    body: OrderRuleRequest, actor: Changer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Limit what some may order at once, from now on or from a later time on.

    For each limit the nearest rule wins: dealer, tier in a province, tier, province, everybody;
    then SKU, category, everything.
    """
    now = datetime.now(UTC)
    rule = Rule(
        uuid7(),
        audience_of(body),
        body.sku,
        body.category,
        _limits(body),
        body.reason,
        body.since or now,
        actor.user_id,
    )
    async with acting(runtime, actor) as tx:

        async def start() -> OrderRuleResponse:
            return _shown(actor, await commands.start_rule(tx, store, rule, now))

        return await once(tx, key, 201, start)


@router.post("/{rule_id}/end", response_model=OrderRuleResponse)
async def end_order_rule(rule_id: UUID, actor: Ender, runtime: RuntimeDep) -> Response:
    """End a rule now; what was ordered before was judged by it. Repeated, it changes nothing."""
    async with acting(runtime, actor) as tx:
        ended = await commands.end_rule(tx, store, rule_id, by=actor.user_id, now=datetime.now(UTC))
    return json_response(_shown(actor, ended))


def _limits(body: OrderRuleRequest) -> Limits:
    if body.sku and body.category:
        raise InvalidRequest(("/category", "Name a SKU or a category, and not both."))
    limits = Limits(body.minimum, body.multiple, body.maximum, body.order_minimum_minor)
    if limits == Limits():
        raise InvalidRequest(("/minimum", "Set at least one limit."))
    if limits.order_minimum_minor and (body.sku or body.category):
        raise InvalidRequest(("/order_minimum_minor", "It is about the whole order."))
    if limits.contradiction:
        raise InvalidRequest(("/maximum", "No quantity meets minimum, multiple and maximum."))
    return limits


def _shown(actor: Actor, rule: Rule) -> OrderRuleResponse:
    verbs = [] if rule.ended_at else ["order-rules.end"]
    shared = said_of(rule, allowed_actions(ACCESS, actor, verbs))
    return OrderRuleResponse(**dict(shared), **asdict(rule.limits))
