"""Payments: receipts 收款单 that finance records, allocates and reverses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, Resource, allowed, allowed_actions
from chassis.db import Reader
from chassis.errors import InvalidRequest
from chassis.http import IfMatch, RuntimeDep, json_response, with_etag
from chassis.idempotency import IdempotencyKey, once
from chassis.ids import uuid7
from chassis.pages import Page, PageQuery
from chassis.scope import acting, reading
from services.billing.access import ACCESS, whose
from services.billing.commands import receipts as commands
from services.billing.domain.allocations import Allocate
from services.billing.domain.covering import Share
from services.billing.domain.documents import business_day
from services.billing.domain.receipts import ReceiptState, RecordReceipt, Reverse
from services.billing.queries import payments as queries
from services.billing.schemas.payments import (
    AllocateRequest,
    Payment,
    PaymentFilters,
    PaymentRequest,
    PaymentResponse,
    ReverseRequest,
    ShareRequest,
)

router = APIRouter(prefix="/payments", tags=["billing"])
Viewer = Annotated[Actor, Depends(allowed("payments.view"))]
Recorder = Annotated[Actor, Depends(allowed("payments.record"))]
Allocator = Annotated[Actor, Depends(allowed("payments.allocate"))]
Reverser = Annotated[Actor, Depends(allowed("payments.reverse"))]


@router.get("", response_model=Page[Payment])
async def list_payments(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    filters: Annotated[PaymentFilters, Query()],
) -> Page[Payment]:
    """Receipts, newest first."""
    narrowed = filters.model_copy(update={"dealer_id": whose(actor, filters.dealer_id)})
    async with reading(runtime, actor) as reader:
        return await queries.payments(reader, page, narrowed)


@router.get("/{payment_id}", response_model=PaymentResponse)
async def get_payment(payment_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """A receipt, what it pays for, and what of it is in the wallet."""
    async with reading(runtime, actor) as reader:
        payment = await _shown(reader, actor, payment_id)
    return with_etag(json_response(payment), payment.version)


@router.post("", status_code=201, response_model=PaymentResponse)
async def record_payment(
    body: PaymentRequest, actor: Recorder, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Record money that came in. What the orders named do not need goes to the wallet."""
    ask = RecordReceipt(
        receipt_id=uuid7(),
        dealer_id=body.dealer_id,
        method=body.method,
        amount_minor=body.amount_minor,
        by=actor.user_id,
        received_on=_received_on(body.received_on),
        reference=body.reference,
        note=body.note,
        shares=_shares(body.allocations),
    )
    async with acting(runtime, actor) as tx:

        async def record() -> PaymentResponse:
            (refusal,) = await commands.record_receipts(tx, [ask])
            if refusal:
                raise refusal
            return await _shown(tx, actor, ask.receipt_id)

        return await once(tx, key, 201, record)


@router.post("/{payment_id}/allocate", response_model=PaymentResponse)
async def allocate_payment(
    payment_id: UUID,
    body: AllocateRequest,
    actor: Allocator,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Pay for orders with what is left of a receipt, as far as they need it."""
    ask = Allocate(payment_id, _shares(body.allocations), actor.user_id, version=if_match)
    async with acting(runtime, actor) as tx:

        async def allocate() -> PaymentResponse:
            (refusal,) = await commands.allocate_receipts(tx, [ask])
            if refusal:
                raise refusal
            return await _shown(tx, actor, payment_id)

        return await once(tx, key, 200, allocate)


@router.post("/{payment_id}/reverse", response_model=PaymentResponse)
async def reverse_payment(
    payment_id: UUID,
    body: ReverseRequest,
    actor: Reverser,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Void a receipt: what it paid for is due again, and the rest leaves the wallet."""
    ask = Reverse(
        receipt_id=payment_id,
        reason=body.reason,
        by=actor.user_id,
        at=datetime.now(UTC),
        second_person_from_minor=runtime.settings.second_person_from_minor,
        version=if_match,
    )
    async with acting(runtime, actor) as tx:

        async def reverse() -> PaymentResponse:
            (refusal,) = await commands.reverse_receipts(tx, [ask])
            if refusal:
                raise refusal
            return await _shown(tx, actor, payment_id)

        return await once(tx, key, 200, reverse)


async def _shown(reader: Reader, actor: Actor, payment_id: UUID) -> PaymentResponse:
    payment = await queries.payment(reader, payment_id)
    possible = ["payments.reverse"] if payment.state is ReceiptState.CONFIRMED else []
    if possible and payment.unallocated_minor:
        possible.insert(0, "payments.allocate")
    resource = Resource(dealer_id=payment.dealer_id)
    actions = allowed_actions(ACCESS, actor, possible, resource)
    return payment.model_copy(update={"allowed_actions": actions})


def _shares(requests: Sequence[ShareRequest]) -> tuple[Share, ...]:
    """Raises InvalidRequest where an order is named twice."""
    seen: set[UUID] = set()
    for place, request in enumerate(requests):
        if request.order_id in seen:
            raise InvalidRequest((f"/allocations/{place}/order_id", "Name each order once."))
        seen.add(request.order_id)
    return tuple(Share(request.order_id, request.amount_minor) for request in requests)


def _received_on(day: date | None) -> date:
    """Raises InvalidRequest for a day that has not come."""
    today = business_day(datetime.now(UTC))
    if day and day > today:
        raise InvalidRequest(("/received_on", "That day has not come yet."))
    return day or today
