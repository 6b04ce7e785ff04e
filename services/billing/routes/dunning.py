"""Overdue dealers 催款."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from chassis.auth import Actor, allowed
from chassis.http import RuntimeDep
from chassis.pages import Page, PageQuery
from chassis.scope import reading
from services.billing.access import whose
from services.billing.queries import dunning as queries
from services.billing.schemas.dunning import Dunning

router = APIRouter(prefix="/dunnings", tags=["billing"])
Viewer = Annotated[Actor, Depends(allowed("dunnings.view"))]


@router.get("", response_model=Page[Dunning])
async def list_dunnings(
    actor: Viewer, runtime: RuntimeDep, page: PageQuery, dealer_id: UUID | None = None
) -> Page[Dunning]:
    """Dealers with overdue invoices by level, the highest first."""
    async with reading(runtime, actor) as reader:
        return await queries.dunnings(reader, page, dealer_id=whose(actor, dealer_id))
