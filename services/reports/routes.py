"""HTTP API of reports: the story of an order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from chassis.auth import Actor, allowed
from chassis.errors import InvalidRequest
from chassis.http import RuntimeDep
from chassis.scope import reading
from services.reports import queries
from services.reports.schemas import Funnel, Timeline

router = APIRouter(tags=["reports"])

DAYS = 30
"""The span of a report when none is named."""

Analyst = Annotated[Actor, Depends(allowed("funnel.view"))]
Follower = Annotated[Actor, Depends(allowed("timeline.view"))]


@router.get("/orders/{order_id}/timeline")
async def get_timeline(order_id: UUID, actor: Follower, runtime: RuntimeDep) -> Timeline:
    """What happened to an order, step by step, from all services."""
    async with reading(runtime, actor) as reader:
        return await queries.timeline(reader, order_id)


@router.get("/reports/order-funnel")
async def get_order_funnel(
    actor: Analyst,
    runtime: RuntimeDep,
    since: Annotated[
        AwareDatetime | None, Query(description="Submitted from then on; 30 days ago if left out.")
    ] = None,
    until: Annotated[AwareDatetime | None, Query(description="Exclusive; now if left out.")] = None,
) -> Funnel:
    """How far the orders of a span of time came, and how fast; your own, if you sell."""
    end = until or datetime.now(UTC)
    start = since or end - timedelta(days=DAYS)
    if start >= end:
        raise InvalidRequest(("?since", "The span must begin before it ends."))
    async with reading(runtime, actor) as reader:
        return await queries.funnel(reader, start, end)
