"""HTTP API of amendments and of closing what remains of an order."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from chassis.auth import Actor, allowed
from chassis.http import IfMatch, RuntimeDep
from chassis.idempotency import IdempotencyKey, once
from chassis.scope import acting
from services.orders.amending import commands
from services.orders.amending.schemas import AmendRequest
from services.orders.domain.amending import WantedLine
from services.orders.routes import shown
from services.orders.schemas import OrderResponse, ReasonRequest

router = APIRouter(prefix="/orders", tags=["orders"])

Amender = Annotated[Actor, Depends(allowed("orders.amend"))]
Closer = Annotated[Actor, Depends(allowed("orders.close-remainder"))]


@router.post("/{order_id}/amend", response_model=OrderResponse)
async def amend_order(
    order_id: UUID, body: AmendRequest, actor: Amender, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Ask for other lines (F-54): they are in force when price, credit and stock are settled.

    A dealer may until picking begins, staff until the warehouse says that it is too late for a
    line. What became of it shows as `amendment` of the order.
    """
    wanted = [WantedLine(line.line_no, line.sku, line.quantity) for line in body.lines]

    async def produce() -> OrderResponse:
        order = await commands.amend_order(
            tx,
            actor,
            order_id,
            wanted,
            expected_version=body.expected_version,
            reason=body.reason,
        )
        return shown(order, actor)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)


@router.post("/{order_id}/close-remainder", response_model=OrderResponse)
async def close_remainder(
    order_id: UUID,
    body: ReasonRequest,
    actor: Closer,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Give up what was ordered and has neither left nor is picked; the total follows.

    While somebody is picking for the order it waits until he is done.
    """

    async def produce() -> OrderResponse:
        order = await commands.close_remainder(tx, actor, order_id, body.reason, if_match)
        return shown(order, actor)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)
