"""HTTP API of the saga desk (U-16)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, allowed, allowed_actions
from chassis.errors import DomainError
from chassis.http import RuntimeDep
from chassis.idempotency import IdempotencyKey, once
from chassis.pages import Page, PageQuery
from chassis.saga import ATTEMPTS_MAX
from chassis.scope import acting, reading
from services.orders import queries as order_queries
from services.orders.access import ACCESS
from services.orders.desk import commands, domain, queries
from services.orders.desk.domain import Action
from services.orders.desk.schemas import (
    DeskKind,
    DeskOrder,
    DeskRow,
    DryRun,
    ProposalResponse,
    ProposeRequest,
    dry_run,
    effects,
)
from services.orders.domain.order import Order

router = APIRouter(prefix="/sagas", tags=["saga desk"])

Viewer = Annotated[Actor, Depends(allowed("sagas.view"))]
Retrier = Annotated[Actor, Depends(allowed("sagas.retry"))]
Proposer = Annotated[Actor, Depends(allowed("sagas.propose"))]
Approver = Annotated[Actor, Depends(allowed("sagas.approve"))]

Attempts = Annotated[
    int, Query(ge=1, le=ATTEMPTS_MAX, description="Stuck: asked again in vain so often.")
]

WAITING_HOURS = 72
RULES = {
    Action.RETRY: "sagas.retry",
    Action.COMPENSATE: "sagas.propose",
    Action.GIVE_UP: "sagas.propose",
}


@router.get("")
async def list_desk(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    kind: DeskKind | None = None,
    waiting_hours: Annotated[int, Query(ge=1, le=8_760)] = WAITING_HOURS,
    attempts: Attempts = ATTEMPTS_MAX,
) -> Page[DeskRow]:
    """Open orders that are parked, stuck, or wait for people longer than that; oldest first."""
    since = queries.waited_since(datetime.now(UTC), waiting_hours)
    async with reading(runtime, actor) as reader:
        return await queries.desk(reader, page, attempts=attempts, waited_since=since, kind=kind)


@router.get("/proposals")
async def list_proposals(
    actor: Viewer, runtime: RuntimeDep, page: PageQuery, order_id: UUID | None = None
) -> Page[ProposalResponse]:
    """What was proposed, by whom, and who agreed; newest first."""
    async with reading(runtime, actor) as reader:
        return await queries.proposals(reader, page, order_id=order_id)


@router.post("/proposals/{proposal_id}/approve", response_model=ProposalResponse)
async def approve_proposal(
    proposal_id: UUID, actor: Approver, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Do what another person proposed."""

    async def produce() -> ProposalResponse:
        proposal = await commands.approve(tx, actor.user_id, proposal_id)
        return ProposalResponse.model_validate(proposal)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)


@router.post("/proposals/{proposal_id}/withdraw", response_model=ProposalResponse)
async def withdraw_proposal(
    proposal_id: UUID, actor: Proposer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Let it be, whoever proposed it."""

    async def produce() -> ProposalResponse:
        proposal = await commands.withdraw(tx, actor.user_id, proposal_id)
        return ProposalResponse.model_validate(proposal)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)


@router.get("/{order_id}")
async def show_desk_order(order_id: UUID, actor: Viewer, runtime: RuntimeDep) -> DeskOrder:
    """Where an order stands, what it has moved so far, and what can be done about it."""
    async with reading(runtime, actor) as reader:
        order = await order_queries.order(reader, order_id)
        parked = await queries.parked_error(reader, order_id)
    return _shown(order, parked, actor)


@router.get("/{order_id}/dry-run/{action}")
async def try_action(order_id: UUID, action: Action, actor: Viewer, runtime: RuntimeDep) -> DryRun:
    """Exactly what an action would do now, by the code that does it. Changes nothing."""
    now = datetime.now(UTC)
    async with reading(runtime, actor) as reader:
        order = await order_queries.order(reader, order_id)
    moved = domain.decide(order, action, "(dry run)", now)
    if isinstance(moved, DomainError):
        raise moved
    return dry_run(action, order, moved, domain.foresee(moved, now))


@router.post("/{order_id}/retry", response_model=DeskOrder)
async def retry_order(
    order_id: UUID, actor: Retrier, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Ask the silent service again at once, and try the order's parked messages."""

    async def produce() -> DeskOrder:
        order, parked = await commands.retry(tx, order_id)
        return _shown(order, parked, actor)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)


@router.post("/{order_id}/proposals", status_code=201, response_model=ProposalResponse)
async def propose_action(
    order_id: UUID,
    body: ProposeRequest,
    actor: Proposer,
    runtime: RuntimeDep,
    key: IdempotencyKey,
) -> Response:
    """Propose to undo an order, or to go on without the answer to a release.

    Another person must approve within a day.
    """

    async def produce() -> ProposalResponse:
        action = Action(body.action)
        proposal = await commands.propose(tx, actor.user_id, order_id, action, body.reason)
        return ProposalResponse.model_validate(proposal)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 201, produce)


def _shown(order: Order, parked: str | None, actor: Actor) -> DeskOrder:
    progress = order.progress
    possible = domain.possible(order, datetime.now(UTC))
    return DeskOrder(
        order_id=order.order_id,
        number=order.number,
        version=order.version,
        status=order.status,
        step=progress.at,
        phase=progress.phase,
        attempt=progress.attempt,
        next_ask_at=progress.deadline,
        reason=order.reason,
        parked=parked,
        effects=effects(order),
        allowed_actions=[
            action for action in possible if allowed_actions(ACCESS, actor, [RULES[action]])
        ],
    )
