"""Refunds 退款: asked for by one person, approved by another, then paid."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, Resource, allowed, allowed_actions, authorize
from chassis.db import Reader
from chassis.http import IfMatch, RuntimeDep, json_response, with_etag
from chassis.idempotency import IdempotencyKey, Key, once
from chassis.ids import uuid7
from chassis.pages import Page, PageQuery
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from services.billing.access import ACCESS, whose
from services.billing.commands import refunds as commands
from services.billing.domain.refunds import STEPS, RequestRefund, Step, TakeStep
from services.billing.queries import refunds as queries
from services.billing.schemas.fields import WhyRequest
from services.billing.schemas.refunds import (
    PayRefundRequest,
    Refund,
    RefundFilters,
    RefundRequest,
    RefundResponse,
)

router = APIRouter(prefix="/refunds", tags=["billing"])
Viewer = Annotated[Actor, Depends(allowed("refunds.view"))]
Asker = Annotated[Actor, Depends(allowed("refunds.request"))]
Approver = Annotated[Actor, Depends(allowed("refunds.approve"))]
Rejecter = Annotated[Actor, Depends(allowed("refunds.reject"))]
Payer = Annotated[Actor, Depends(allowed("refunds.pay"))]
Failer = Annotated[Actor, Depends(allowed("refunds.fail"))]


@router.get("", response_model=Page[Refund])
async def list_refunds(
    actor: Viewer, runtime: RuntimeDep, page: PageQuery, filters: Annotated[RefundFilters, Query()]
) -> Page[Refund]:
    """Refunds, newest first."""
    narrowed = filters.model_copy(update={"dealer_id": whose(actor, filters.dealer_id)})
    async with reading(runtime, actor) as reader:
        return await queries.refunds(reader, page, narrowed)


@router.get("/{refund_id}", response_model=RefundResponse)
async def get_refund(refund_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """A refund, and what can be done with it."""
    async with reading(runtime, actor) as reader:
        refund = await _shown(reader, actor, refund_id)
    return with_etag(json_response(refund), refund.version)


@router.post("", status_code=201, response_model=RefundResponse)
async def request_refund(
    body: RefundRequest, actor: Asker, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Ask for money of the wallet to be paid back; it is set apart at once."""
    authorize(ACCESS, actor, "refunds.request", Resource(dealer_id=body.dealer_id))
    ask = RequestRefund(refund_id=uuid7(), by=actor.user_id, **body.model_dump())
    async with acting(runtime, actor) as tx:

        async def request() -> RefundResponse:
            (refusal,) = await commands.request_refunds(tx, [ask])
            if refusal:
                raise refusal
            return await _shown(tx, actor, ask.refund_id)

        return await once(tx, key, 201, request)


@router.post("/{refund_id}/approve", response_model=RefundResponse)
async def approve_refund(
    refund_id: UUID, actor: Approver, runtime: RuntimeDep, key: IdempotencyKey, if_match: IfMatch
) -> Response:
    """Agree to a refund that somebody else asked for."""
    return await _take(runtime, actor, key, _step(refund_id, Step.APPROVE, actor, "", if_match))


@router.post("/{refund_id}/reject", response_model=RefundResponse)
async def reject_refund(
    refund_id: UUID,
    body: WhyRequest,
    actor: Rejecter,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Decline a refund, or give it up; the money goes back to the wallet."""
    step = _step(refund_id, Step.REJECT, actor, body.reason, if_match)
    return await _take(runtime, actor, key, step)


@router.post("/{refund_id}/pay", response_model=RefundResponse)
async def pay_refund(
    refund_id: UUID,
    body: PayRefundRequest,
    actor: Payer,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Say that the bank transferred it."""
    step = _step(refund_id, Step.PAY, actor, body.bank_reference, if_match)
    return await _take(runtime, actor, key, step)


@router.post("/{refund_id}/fail", response_model=RefundResponse)
async def fail_refund(
    refund_id: UUID,
    body: WhyRequest,
    actor: Failer,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Say that the bank did not transfer it; it can be paid again."""
    step = _step(refund_id, Step.FAIL, actor, body.reason, if_match)
    return await _take(runtime, actor, key, step)


def _step(refund_id: UUID, step: Step, actor: Actor, text: str, version: int | None) -> TakeStep:
    return TakeStep(refund_id, step, actor.user_id, datetime.now(UTC), text, version)


async def _take(runtime: Runtime, actor: Actor, key: Key, step: TakeStep) -> Response:
    async with acting(runtime, actor) as tx:

        async def take() -> RefundResponse:
            (refusal,) = await commands.take_steps(tx, [step])
            if refusal:
                raise refusal
            return await _shown(tx, actor, step.refund_id)

        return await once(tx, key, 200, take)


async def _shown(reader: Reader, actor: Actor, refund_id: UUID) -> RefundResponse:
    refund = await queries.refund(reader, refund_id)
    own = refund.requested_by == actor.user_id
    possible = [
        f"refunds.{step}" for step in STEPS[refund.state] if not (own and step is Step.APPROVE)
    ]
    actions = allowed_actions(ACCESS, actor, possible, Resource(dealer_id=refund.dealer_id))
    return RefundResponse(**refund.model_dump(), allowed_actions=actions)
