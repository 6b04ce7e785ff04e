"""Closed business days 日结."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from chassis.auth import Actor, allowed
from chassis.http import RuntimeDep
from chassis.idempotency import IdempotencyKey, once
from chassis.pages import Page, PageQuery
from chassis.scope import acting, reading
from services.billing.commands import closing as commands
from services.billing.domain.closing import CloseDay
from services.billing.queries import closing as queries
from services.billing.schemas.closing import CloseDayRequest, ClosedDay

router = APIRouter(prefix="/closed-days", tags=["billing"])
Viewer = Annotated[Actor, Depends(allowed("closed-days.view"))]
Closer = Annotated[Actor, Depends(allowed("closed-days.close"))]


@router.get("", response_model=Page[ClosedDay])
async def list_closed_days(actor: Viewer, runtime: RuntimeDep, page: PageQuery) -> Page[ClosedDay]:
    """Closed business days with who closed them, newest first."""
    async with reading(runtime, actor) as reader:
        return await queries.closed_days(reader, page)


@router.post("", status_code=201, response_model=ClosedDay)
async def close_day(
    body: CloseDayRequest, actor: Closer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Close a day; money that came on it, and is recorded later, counts for the next open day."""
    ask = CloseDay(body.day, actor.user_id, datetime.now(UTC), body.exceptions_note)
    async with acting(runtime, actor) as tx:

        async def close() -> ClosedDay:
            await commands.close_day(tx, ask)
            return await queries.closed_day(tx, body.day)

        return await once(tx, key, 201, close)
