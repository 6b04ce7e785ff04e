"""The tree of tiers 省级 → 地市 → 县级, and what holds for each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from chassis.auth import Actor, allowed, allowed_actions
from chassis.http import IfMatch, RuntimeDep, check_version, json_response, with_etag
from chassis.scope import acting, reading
from services.dealers import queries
from services.dealers.access import ACCESS
from services.dealers.commands import tiers as commands
from services.dealers.domain.dealers import Tier
from services.dealers.domain.tiers import Policies, Policy
from services.dealers.routes.dealers import terms_of
from services.dealers.schemas.tiers import PolicyRequest, PolicyResponse, TierResponse
from services.dealers.store import tiers as store

router = APIRouter(prefix="/tiers", tags=["dealers"])
Viewer = Annotated[Actor, Depends(allowed("tiers.view"))]
Setter = Annotated[Actor, Depends(allowed("tiers.set-policy"))]


@router.get("", response_model=list[TierResponse])
async def list_tiers(actor: Viewer, runtime: RuntimeDep) -> list[TierResponse]:
    """The tiers from the highest down, each with its parent and its policy."""
    async with reading(runtime, actor) as reader:
        policies, counts = await store.policies(reader), await queries.dealers_by_tier(reader)
    return [_shown(actor, tier, policies, counts.get(tier, 0)) for tier in Tier]


@router.put("/{tier}/policy", response_model=TierResponse)
async def set_policy(
    tier: Tier, body: PolicyRequest, actor: Setter, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """New dealers of the tier begin with this from now on; who is one already keeps his terms."""
    async with acting(runtime, actor) as tx:
        await commands.set_policy(
            tx,
            tier,
            Policy(terms_of(body.terms), body.credit_limit_minor),
            by=actor.user_id,
            now=datetime.now(UTC),
            check=lambda version: check_version(version, if_match),
        )
    async with reading(runtime, actor) as reader:
        policies, counts = await store.policies(reader), await queries.dealers_by_tier(reader)
    shown = _shown(actor, tier, policies, counts.get(tier, 0))
    return with_etag(json_response(shown), shown.version)


def _shown(actor: Actor, tier: Tier, policies: Policies, dealers: int) -> TierResponse:
    policy = policies.get(tier)
    return TierResponse(
        tier=tier,
        parent=tier.parent,
        dealers=dealers,
        policy=policy
        and PolicyResponse(
            terms=policy.terms,
            credit_limit_minor=policy.credit_limit_minor,
            version=policy.version,
        ),
        version=policy.version if policy else 0,
        allowed_actions=allowed_actions(ACCESS, actor, ("tiers.set-policy",)),
    )
