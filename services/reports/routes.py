"""HTTP API of reports: the story of an order."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from chassis.auth import Actor, allowed
from chassis.http import RuntimeDep
from chassis.scope import reading
from services.reports import queries
from services.reports.schemas import Timeline

router = APIRouter(tags=["reports"])

Follower = Annotated[Actor, Depends(allowed("timeline.view"))]


@router.get("/orders/{order_id}/timeline")
async def get_timeline(order_id: UUID, actor: Follower, runtime: RuntimeDep) -> Timeline:
    """What happened to an order, step by step, from all services."""
    async with reading(runtime, actor) as reader:
        return await queries.timeline(reader, order_id)
