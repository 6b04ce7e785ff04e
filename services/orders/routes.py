"""HTTP API of orders: parse, call one command or query, answer."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response

from chassis.auth import Actor, Resource, Role, allowed, allowed_actions
from chassis.errors import DomainError, InvalidRequest
from chassis.http import IfMatch, RuntimeDep, json_response, with_etag
from chassis.idempotency import Answer, IdempotencyKey, Key, once
from chassis.ids import uuid7
from chassis.intake import GroupCommit
from chassis.pages import Page, PageQuery
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from contracts.catalog import PricedLine
from contracts.orders import Hold
from contracts.quotes import ExpiredQuote, InvalidQuote, unseal
from services.orders import queries, saga
from services.orders.access import ACCESS
from services.orders.commands.acting import Change, change_order
from services.orders.commands.submitting import submit_orders
from services.orders.domain import actions
from services.orders.domain.order import Order, Status
from services.orders.domain.submission import Submission, line_asks
from services.orders.schemas import (
    AcceptedOrder,
    OrderResponse,
    OrderSummary,
    ReasonRequest,
    SubmitOrderRequest,
)

router = APIRouter(prefix="/orders", tags=["orders"])

Viewer = Annotated[Actor, Depends(allowed("orders.view"))]
Submitter = Annotated[Actor, Depends(allowed("orders.submit"))]
Confirmer = Annotated[Actor, Depends(allowed("orders.confirm"))]
Rejecter = Annotated[Actor, Depends(allowed("orders.reject"))]
Holder = Annotated[Actor, Depends(allowed("orders.hold"))]
Releaser = Annotated[Actor, Depends(allowed("orders.release-hold"))]
CreditReleaser = Annotated[Actor, Depends(allowed("orders.release-credit-hold"))]
Canceller = Annotated[Actor, Depends(allowed("orders.cancel"))]

WAIT_SECONDS_MAX = 10
POLL_SECONDS = 0.05


SUBMITTING = GroupCommit(
    command=submit_orders,
    key=lambda ask: ask.order_id.bytes,
    respond=AcceptedOrder.of,
)
"""Orders that arrive together are stored in one transaction."""


@router.post("", status_code=201, response_model=AcceptedOrder)
async def submit_order(
    body: SubmitOrderRequest,
    actor: Submitter,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    prefer: Annotated[
        str | None,
        Header(max_length=64, description="`wait=5`: answer when the checks end, or after 5 s."),
    ] = None,
) -> Response:
    """Accept an order: it is stored when this answers; its checks go on in the background."""
    answer = await serve_submit(body, actor, key, runtime)
    return (await _after_checks(runtime, actor, answer, prefer)).response()


async def serve_submit(
    body: SubmitOrderRequest, actor: Actor, key: Key, runtime: Runtime
) -> Answer:
    """What the hot route and the documented one share."""
    ask = await submission(body, actor, runtime)
    return await runtime.intakes[SUBMITTING](ask, actor, key)


async def submission(body: SubmitOrderRequest, actor: Actor, runtime: Runtime) -> Submission:
    """What a request asks for, in the name of its caller. Raises InvalidRequest."""
    now = datetime.now(UTC)
    dealer_id = actor.dealer_id or body.dealer_id
    if dealer_id is None or body.dealer_id not in {None, dealer_id}:
        raise InvalidRequest(("/dealer_id", "Say for which dealer; a dealer orders for himself."))
    return Submission(
        order_id=uuid7(),
        number=await runtime.state["numbers"].take(now),
        dealer_id=dealer_id,
        placed_by=actor.user_id,
        on_behalf=actor.dealer_id is None,
        seller_id=actor.user_id if Role.SAL in actor.roles and not actor.sees_all else None,
        submitted_at=now,
        lines=line_asks([(line.sku, line.quantity) for line in body.lines]),
        priced=_quoted(body, dealer_id, runtime, now),
        expected_total_minor=body.expected_total_minor,
        note=body.note,
        shortage=body.shortage,
    )


def _quoted(
    body: SubmitOrderRequest, dealer_id: UUID, runtime: Runtime, now: datetime
) -> tuple[PricedLine, ...]:
    """The lines of the quote, if there is one and it holds; an expired one is priced anew."""
    if body.quote is None:
        return ()
    try:
        quote = unseal(body.quote, runtime.state["quote_keys"], now)
    except ExpiredQuote:
        return ()
    except InvalidQuote:
        raise InvalidRequest(
            ("/quote", "Not a quote of this company: ask for a new one.")
        ) from None
    asked = [(line.sku, line.quantity) for line in body.lines]
    if quote.dealer_id != dealer_id or [(line.sku, line.quantity) for line in quote.lines] != asked:
        raise InvalidRequest(("/quote", "The quote is for another dealer or for other lines."))
    return quote.lines


async def _after_checks(
    runtime: Runtime, actor: Actor, answer: Answer, prefer: str | None
) -> Answer:
    """Hold the answer as RFC 7240 `Prefer: wait` asks, and tell how the order stands then.

    The order is durable already. Without that preference the answer is the one that is kept.
    """
    wanted = re.search(r"\bwait=(\d{1,4})\b", prefer or "")
    if not wanted:
        return answer
    order_id = AcceptedOrder.model_validate_json(answer.body).order_id
    deadline = asyncio.get_running_loop().time() + min(int(wanted[1]), WAIT_SECONDS_MAX)
    while True:
        async with reading(runtime, actor) as reader:
            order = await queries.order(reader, order_id)
        checked = order.status is not Status.SUBMITTED
        if checked or asyncio.get_running_loop().time() >= deadline:
            return replace(answer, body=AcceptedOrder.of(order).model_dump_json().encode())
        await asyncio.sleep(POLL_SECONDS)


@router.get("", response_model=Page[OrderSummary])
async def list_orders(  # noqa: PLR0913, PLR0917  (filters)
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    status: Annotated[list[Status] | None, Query()] = None,
    queue: Annotated[str | None, Query(max_length=16)] = None,
    dealer_id: UUID | None = None,
    number: Annotated[str | None, Query(max_length=32)] = None,
) -> Page[OrderSummary]:
    """Orders that the caller may see, newest first; `queue=SAL`: those that wait for that role."""
    async with reading(runtime, actor) as reader:
        return await queries.orders(
            reader,
            page,
            statuses=status or (),
            queue=queue,
            dealer_id=dealer_id,
            number=number,
        )


@router.get("/counts", response_model=dict[str, int])
async def count_orders(actor: Viewer, runtime: RuntimeDep) -> dict[str, int]:
    """Open orders by the role that they wait for."""
    async with reading(runtime, actor) as reader:
        return await queries.counts(reader)


@router.get("/{order_id}", response_model=OrderResponse)
async def get_order(order_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """One order with its lines, holds and what the caller may do to it."""
    async with reading(runtime, actor) as reader:
        order = await queries.order(reader, order_id)
    return with_etag(json_response(shown(order, actor)), order.version)


@router.post("/{order_id}/confirm", response_model=OrderResponse)
async def confirm_order(
    order_id: UUID, actor: Confirmer, runtime: RuntimeDep, key: IdempotencyKey, if_match: IfMatch
) -> Response:
    """Give the promise (F-55): the dealer's own salesperson only."""

    def change(order: Order, now: datetime) -> Order | DomainError:
        return actions.confirm(order, actor.user_id, now)

    return await _change(runtime, actor, key, "orders.confirm", order_id, change, if_match)


@router.post("/{order_id}/reject", response_model=OrderResponse)
async def reject_order(
    order_id: UUID,
    body: ReasonRequest,
    actor: Rejecter,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Refuse the order; what it holds is released."""

    def change(order: Order, _: datetime) -> Order | DomainError:
        return actions.reject(order, body.reason)

    return await _change(runtime, actor, key, "orders.reject", order_id, change, if_match)


@router.post("/{order_id}/cancel", response_model=OrderResponse)
async def cancel_order(
    order_id: UUID,
    body: ReasonRequest,
    actor: Canceller,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Undo the order unless goods have left. A dealer may until it is confirmed, staff later."""

    def change(order: Order, _: datetime) -> Order | DomainError:
        if order.confirmed and not ACCESS["orders.cancel-confirmed"].roles & actor.roles:
            return actions.ConfirmedAlready()
        return actions.cancel(order, body.reason)

    return await _change(runtime, actor, key, "orders.cancel", order_id, change, if_match)


@router.post("/{order_id}/hold", response_model=OrderResponse)
async def hold_order(
    order_id: UUID, actor: Holder, runtime: RuntimeDep, key: IdempotencyKey, if_match: IfMatch
) -> Response:
    """Stop the order by hand before the warehouse starts."""

    def change(order: Order, _: datetime) -> Order | DomainError:
        return actions.hold(order)

    return await _change(runtime, actor, key, "orders.hold", order_id, change, if_match)


@router.post("/{order_id}/release-hold", response_model=OrderResponse)
async def release_hold(
    order_id: UUID, actor: Releaser, runtime: RuntimeDep, key: IdempotencyKey, if_match: IfMatch
) -> Response:
    """Let an order go on that was stopped by hand."""

    def change(order: Order, _: datetime) -> Order | DomainError:
        return actions.release_hold(order, Hold.MANUAL)

    return await _change(runtime, actor, key, "orders.release-hold", order_id, change, if_match)


@router.post("/{order_id}/release-credit-hold", response_model=OrderResponse)
async def release_credit_hold(
    order_id: UUID,
    actor: CreditReleaser,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Let an order go on although it exceeds the dealer's credit limit; the hold is made anew."""

    def change(order: Order, _: datetime) -> Order | DomainError:
        return actions.release_hold(order, Hold.CREDIT)

    action = "orders.release-credit-hold"
    return await _change(runtime, actor, key, action, order_id, change, if_match)


async def _change(  # noqa: PLR0913, PLR0917
    runtime: Runtime,
    actor: Actor,
    key: Key,
    action: str,
    order_id: UUID,
    change: Change,
    if_match: int | None,
) -> Response:
    async def produce() -> OrderResponse:
        order = await change_order(tx, ACCESS, actor, action, order_id, change, if_match=if_match)
        return shown(order, actor)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)


def shown(order: Order, actor: Actor) -> OrderResponse:
    """The order as its answer, with what the caller may do to it."""
    resource = Resource(dealer_id=order.dealer_id, salesperson_id=order.salesperson_id)
    possible = [_access_name(action, order) for action in actions.allowed(order)]
    may = allowed_actions(ACCESS, actor, possible, resource)
    return OrderResponse.of(
        order, saga.queue(order), [_ACTIONS.get(one, one.removeprefix("orders.")) for one in may]
    )


_ACTIONS = {"orders.cancel-confirmed": "cancel", "orders.amend-started": "amend"}
"""Actions that some may do only up to a state of the order; for others it is `orders.…` without."""


def _access_name(action: str, order: Order) -> str:
    if action == "cancel" and order.confirmed:
        return "orders.cancel-confirmed"
    return "orders.amend-started" if action == "amend" and order.started else f"orders.{action}"
