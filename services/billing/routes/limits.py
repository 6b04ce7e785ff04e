"""Temporary limits 临时额度: how much more a dealer may owe, or one order, until a day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, Resource, allowed, allowed_actions
from chassis.db import Reader
from chassis.http import IfMatch, RuntimeDep, json_response, with_etag
from chassis.idempotency import IdempotencyKey, Key, once
from chassis.ids import uuid7
from chassis.pages import Page, PageQuery
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from services.billing.access import ACCESS, whose
from services.billing.commands import limits as commands
from services.billing.domain.limits import GRANT_STEPS, GrantStep, RequestGrant, TakeGrantStep
from services.billing.queries import limits as queries
from services.billing.schemas.fields import WhyRequest
from services.billing.schemas.limits import (
    GrantFilters,
    GrantRequest,
    LimitGrant,
    LimitGrantResponse,
)

router = APIRouter(prefix="/limit-grants", tags=["billing"])
Viewer = Annotated[Actor, Depends(allowed("limit-grants.view"))]
Asker = Annotated[Actor, Depends(allowed("limit-grants.request"))]
Approver = Annotated[Actor, Depends(allowed("limit-grants.approve"))]
Rejecter = Annotated[Actor, Depends(allowed("limit-grants.reject"))]
Revoker = Annotated[Actor, Depends(allowed("limit-grants.revoke"))]


@router.get("", response_model=Page[LimitGrant])
async def list_limit_grants(
    actor: Viewer, runtime: RuntimeDep, page: PageQuery, filters: Annotated[GrantFilters, Query()]
) -> Page[LimitGrant]:
    """Temporary limits, newest first."""
    narrowed = filters.model_copy(update={"dealer_id": whose(actor, filters.dealer_id)})
    async with reading(runtime, actor) as reader:
        return await queries.grants(reader, page, narrowed)


@router.get("/{grant_id}", response_model=LimitGrantResponse)
async def get_limit_grant(grant_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """A temporary limit, and what can be done with it."""
    async with reading(runtime, actor) as reader:
        grant = await _shown(reader, actor, grant_id)
    return with_etag(json_response(grant), grant.version)


@router.post("", status_code=201, response_model=LimitGrantResponse)
async def request_limit_grant(
    body: GrantRequest, actor: Asker, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Grant a dealer, or one order, more than the limit; a large one waits for another person."""
    ask = RequestGrant(
        grant_id=uuid7(),
        by=actor.user_id,
        at=datetime.now(UTC),
        second_person_from_minor=runtime.settings.second_person_from_minor,
        **body.model_dump(),
    )
    async with acting(runtime, actor) as tx:

        async def request() -> LimitGrantResponse:
            (refusal,) = await commands.request_grants(tx, [ask])
            if refusal:
                raise refusal
            return await _shown(tx, actor, ask.grant_id)

        return await once(tx, key, 201, request)


@router.post("/{grant_id}/approve", response_model=LimitGrantResponse)
async def approve_limit_grant(
    grant_id: UUID, actor: Approver, runtime: RuntimeDep, key: IdempotencyKey, if_match: IfMatch
) -> Response:
    """Agree to a temporary limit that somebody else asked for."""
    return await _take(runtime, actor, key, _step(grant_id, GrantStep.APPROVE, actor, "", if_match))


@router.post("/{grant_id}/reject", response_model=LimitGrantResponse)
async def reject_limit_grant(
    grant_id: UUID,
    body: WhyRequest,
    actor: Rejecter,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Decline a temporary limit."""
    step = _step(grant_id, GrantStep.REJECT, actor, body.reason, if_match)
    return await _take(runtime, actor, key, step)


@router.post("/{grant_id}/revoke", response_model=LimitGrantResponse)
async def revoke_limit_grant(
    grant_id: UUID,
    body: WhyRequest,
    actor: Revoker,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """End a temporary limit before its time; what is held under it stays held."""
    step = _step(grant_id, GrantStep.REVOKE, actor, body.reason, if_match)
    return await _take(runtime, actor, key, step)


def _step(
    grant_id: UUID, step: GrantStep, actor: Actor, text: str, version: int | None
) -> TakeGrantStep:
    return TakeGrantStep(grant_id, step, actor.user_id, datetime.now(UTC), text, version)


async def _take(runtime: Runtime, actor: Actor, key: Key, step: TakeGrantStep) -> Response:
    async with acting(runtime, actor) as tx:

        async def take() -> LimitGrantResponse:
            (refusal,) = await commands.take_grant_steps(tx, [step])
            if refusal:
                raise refusal
            return await _shown(tx, actor, step.grant_id)

        return await once(tx, key, 200, take)


async def _shown(reader: Reader, actor: Actor, grant_id: UUID) -> LimitGrantResponse:
    grant = await queries.grant(reader, grant_id)
    own = grant.requested_by == actor.user_id
    possible = [
        f"limit-grants.{step}"
        for step in GRANT_STEPS[grant.state]
        if not (own and step is GrantStep.APPROVE)
    ]
    actions = allowed_actions(ACCESS, actor, possible, Resource(dealer_id=grant.dealer_id))
    return LimitGrantResponse(**grant.model_dump(), allowed_actions=actions)
