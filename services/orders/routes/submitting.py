"""Submit an order."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response

from chassis.auth import Actor, Role, allowed
from chassis.errors import InvalidRequest
from chassis.http import RuntimeDep
from chassis.idempotency import Answer, IdempotencyKey, Key
from chassis.ids import uuid7
from chassis.intake import GroupCommit
from chassis.runtime import Runtime
from chassis.scope import reading
from contracts.catalog import PricedLine
from contracts.quotes import ExpiredQuote, InvalidQuote, unseal
from services.orders import queries
from services.orders.commands.submitting import submit_orders
from services.orders.domain.order import Status
from services.orders.domain.submission import Submission, line_asks
from services.orders.schemas import AcceptedOrder, SubmitOrderRequest

router = APIRouter(prefix="/orders", tags=["orders"])

Submitter = Annotated[Actor, Depends(allowed("orders.submit"))]

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
