"""Categories: the shelves of the catalogue."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from chassis.auth import Actor, allowed
from chassis.http import RuntimeDep
from chassis.scope import acting, reading
from services.catalog.commands import products as commands
from services.catalog.domain.categories import Category
from services.catalog.queries import products as queries
from services.catalog.schemas.products import CategoryImport, CategoryImportResult, CategoryResponse

router = APIRouter(prefix="/categories", tags=["catalog"])
Viewer = Annotated[Actor, Depends(allowed("products.view"))]
Changer = Annotated[Actor, Depends(allowed("categories.change"))]


@router.get("", response_model=list[CategoryResponse])
async def list_categories(actor: Viewer, runtime: RuntimeDep) -> list[CategoryResponse]:
    """All of them, by code; `parent_code` makes the tree."""
    async with reading(runtime, actor) as reader:
        return await queries.categories(reader)


@router.post("/import", response_model=CategoryImportResult)
async def import_categories(
    body: CategoryImport, actor: Changer, runtime: RuntimeDep
) -> CategoryImportResult:
    """Categories as they should be: new ones are added, others changed; none is taken away."""
    wanted = {row.code: Category(**row.model_dump()) for row in body.rows}
    async with acting(runtime, actor) as tx:
        changed = await commands.put_categories(tx, list(wanted.values()))
    return CategoryImportResult(changed=len(changed), unchanged=len(wanted) - len(changed))
