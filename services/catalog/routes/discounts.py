"""Discounts of whole orders: from what they come to, spread over their lines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from chassis.auth import Actor, allowed, allowed_actions
from chassis.errors import InvalidRequest
from chassis.http import RuntimeDep, json_response
from chassis.idempotency import IdempotencyKey, once
from chassis.ids import uuid7
from chassis.pages import Page, PageQuery
from chassis.scope import acting, reading
from services.catalog.access import ACCESS
from services.catalog.commands import rules as commands
from services.catalog.domain.discounts import Discount
from services.catalog.queries import rules as queries
from services.catalog.routes.rules import audience_of
from services.catalog.schemas.rules import DiscountRequest, DiscountResponse
from services.catalog.store import discounts as store

router = APIRouter(prefix="/order-discounts", tags=["catalog"])
Viewer = Annotated[Actor, Depends(allowed("order-discounts.view"))]
Changer = Annotated[Actor, Depends(allowed("order-discounts.change"))]
Ender = Annotated[Actor, Depends(allowed("order-discounts.end"))]


@router.get("", response_model=Page[DiscountResponse])
async def list_discounts(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    dealer_id: UUID | None = None,
    ended: bool = False,  # noqa: FBT001, FBT002  (a filter)
) -> Page[DiscountResponse]:
    """Rules, newest first; a salesperson sees those that concern his dealers."""
    now = datetime.now(UTC)
    async with reading(runtime, actor) as reader:
        found = await queries.discounts(
            reader, page, dealer_id=dealer_id, over_since=None if ended else now
        )
    rows = [_shown(actor, rule, now) for rule in found]
    return Page[DiscountResponse].of(rows, page, key=lambda one: (one.rule_id,))


@router.post("", status_code=201, response_model=DiscountResponse)
async def start_discount(
    body: DiscountRequest, actor: Changer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Let some have so much off orders that come to so much, from now or from a later time on.

    Of those that an order reaches the nearest wins: dealer, tier in a province, tier, province,
    everybody; then the one that asks for most.
    """
    now = datetime.now(UTC)
    since = body.since or now
    if body.until and body.until <= since:
        raise InvalidRequest(("/until", "It ends before it begins."))
    rule = Discount(
        uuid7(),
        audience_of(body),
        body.threshold_minor,
        body.percent_bp,
        body.reason,
        since,
        actor.user_id,
        body.until,
        actor.user_id if body.until else None,
    )
    async with acting(runtime, actor) as tx:

        async def start() -> DiscountResponse:
            return _shown(actor, await commands.start_rule(tx, store, rule, now), now)

        return await once(tx, key, 201, start)


@router.post("/{rule_id}/end", response_model=DiscountResponse)
async def end_discount(rule_id: UUID, actor: Ender, runtime: RuntimeDep) -> Response:
    """End a rule now; what was ordered before keeps its discount. Repeated, it changes nothing."""
    now = datetime.now(UTC)
    async with acting(runtime, actor) as tx:
        ended = await commands.end_rule(tx, store, rule_id, by=actor.user_id, now=now)
    return json_response(_shown(actor, ended, now))


def _shown(actor: Actor, rule: Discount, now: datetime) -> DiscountResponse:
    over = rule.ended_at is not None and rule.ended_at <= now
    return DiscountResponse(
        rule_id=rule.rule_id,
        tier=rule.audience.tier,
        province=rule.audience.province,
        dealer_id=rule.audience.dealer_id,
        threshold_minor=rule.threshold_minor,
        percent_bp=rule.percent_bp,
        reason=rule.reason,
        since=rule.since,
        ended_at=rule.ended_at,
        allowed_actions=allowed_actions(ACCESS, actor, [] if over else ["order-discounts.end"]),
    )
