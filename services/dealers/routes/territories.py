"""Territories: which salesperson looks after which place."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from chassis.auth import Actor, allowed
from chassis.http import RuntimeDep
from chassis.scope import acting, reading
from services.dealers import queries
from services.dealers.commands import people as commands
from services.dealers.routes.taking_in import USERS_WAIT_SECONDS
from services.dealers.schemas.territories import (
    TerritoryImport,
    TerritoryImportResult,
    TerritoryResponse,
)
from services.dealers.store.people import Territory

router = APIRouter(prefix="/territories", tags=["dealers"])
Viewer = Annotated[Actor, Depends(allowed("territories.view"))]
Assigner = Annotated[Actor, Depends(allowed("territories.assign"))]


@router.get("", response_model=list[TerritoryResponse])
async def list_territories(actor: Viewer, runtime: RuntimeDep) -> list[TerritoryResponse]:
    """All of them, by province and city."""
    async with reading(runtime, actor) as reader:
        return await queries.territories(reader)


@router.post("/import", response_model=TerritoryImportResult)
async def import_territories(
    body: TerritoryImport, actor: Assigner, runtime: RuntimeDep
) -> TerritoryImportResult:
    """Give territories to salespeople; new applications go to them from now on."""
    wanted = {
        (row.province, row.city): Territory(row.province, row.city, row.salesperson_id)
        for row in body.rows
    }
    people = {one.salesperson_id for one in wanted.values()}
    await queries.await_users(runtime.db, people, seconds=USERS_WAIT_SECONDS)
    async with acting(runtime, actor) as tx:
        changed = await commands.assign_territories(tx, list(wanted.values()))
    return TerritoryImportResult(changed=changed, unchanged=len(wanted) - changed)
