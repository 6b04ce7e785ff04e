"""Assortments: rules that allow or deny products to some."""

from __future__ import annotations

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
from services.catalog.domain.assortments import Rule
from services.catalog.queries import rules as queries
from services.catalog.routes.rules import audience_of, said_of
from services.catalog.schemas.rules import AssortmentRuleRequest, AssortmentRuleResponse
from services.catalog.store import assortments as store

router = APIRouter(prefix="/assortments", tags=["catalog"])
Viewer = Annotated[Actor, Depends(allowed("assortments.view"))]
Changer = Annotated[Actor, Depends(allowed("assortments.change"))]
Ender = Annotated[Actor, Depends(allowed("assortments.end"))]


@router.get("", response_model=Page[AssortmentRuleResponse])
async def list_rules(  # noqa: PLR0913, PLR0917  (filters)
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    dealer_id: UUID | None = None,
    sku: Annotated[str | None, Query(max_length=64)] = None,
    category: Annotated[str | None, Query(max_length=64)] = None,
    ended: bool = False,  # noqa: FBT001, FBT002  (a filter)
) -> Page[AssortmentRuleResponse]:
    """Rules, newest first; a salesperson sees those that concern his dealers."""
    async with reading(runtime, actor) as reader:
        found = await queries.assortment_rules(
            reader, page, dealer_id=dealer_id, sku=sku, category=category, ended=ended
        )
    rows = [_shown(actor, rule) for rule in found]
    return Page[AssortmentRuleResponse].of(rows, page, key=lambda one: (one.rule_id,))


@router.post("", status_code=201, response_model=AssortmentRuleResponse)
async def start_rule(
    body: AssortmentRuleRequest, actor: Changer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Allow or deny a product or a category to some, from now on or from a later time on.

    A denial wins; whom an ALLOW names buys only what his ALLOWs name.
    """
    now = datetime.now(UTC)
    rule = Rule(
        uuid7(),
        body.effect,
        audience_of(body),
        body.sku,
        body.category,
        body.reason,
        body.since or now,
        actor.user_id,
    )
    if (body.sku is None) == (body.category is None):
        raise InvalidRequest(("/sku", "Name a SKU or a category, and not both."))
    async with acting(runtime, actor) as tx:

        async def start() -> AssortmentRuleResponse:
            return _shown(actor, await commands.start_rule(tx, store, rule, now))

        return await once(tx, key, 201, start)


@router.post("/{rule_id}/end", response_model=AssortmentRuleResponse)
async def end_rule(rule_id: UUID, actor: Ender, runtime: RuntimeDep) -> Response:
    """End a rule now; what was ordered before was priced by it. Repeated, it changes nothing."""
    async with acting(runtime, actor) as tx:
        ended = await commands.end_rule(tx, store, rule_id, by=actor.user_id, now=datetime.now(UTC))
    return json_response(_shown(actor, ended))


def _shown(actor: Actor, rule: Rule) -> AssortmentRuleResponse:
    verbs = [] if rule.ended_at else ["assortments.end"]
    shared = said_of(rule, allowed_actions(ACCESS, actor, verbs))
    return AssortmentRuleResponse(**dict(shared), effect=rule.effect)
