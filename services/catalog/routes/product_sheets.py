"""Products as sheets: imported from CSV and XLSX with a rehearsal, exported as CSV."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import JsonValue

from chassis.auth import Actor, allowed
from chassis.http import RuntimeDep, time_limit
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from chassis.sheets import (
    CSV,
    FILE,
    FIRST_ROW,
    SHEET_BYTES_MAX,
    ContentType,
    csv_lines,
    download,
    headings,
    uploaded,
)
from services.catalog.commands import products as commands
from services.catalog.domain.products import Product, changes
from services.catalog.queries import products as queries
from services.catalog.routes.products import import_result, read_rows
from services.catalog.routes.sheets import DIFFERENCES_SHOWN_MAX, DryRun
from services.catalog.schemas.products import ProductDifference, SheetImportResult

ATTRIBUTE = "attribute:"
COLUMNS: Mapping[str, str] = {
    "sku": "商品编码",
    "name_zh": "名称",
    "name_en": "英文名称",
    "category": "分类",
    "unit": "单位",
    "tax_class": "税收分类",
    "tax_rate_bp": "税率",
    "barcode": "条码",
    "status": "状态",
    "units": "换算单位",
    "lot_tracked": "批次管理",
}
HEADINGS = headings(COLUMNS)
YES_OR_NO = {"是": "true", "否": "false"}

router = APIRouter(prefix="/products", tags=["catalog"])
Viewer = Annotated[Actor, Depends(allowed("products.export"))]
Changer = Annotated[Actor, Depends(allowed("products.change"))]


@router.post(
    "/import-sheet",
    response_model=SheetImportResult,
    max_body_size=SHEET_BYTES_MAX,
    dependencies=[time_limit(60)],
    openapi_extra=FILE,
)
async def import_sheet(
    request: Request,
    actor: Changer,
    runtime: RuntimeDep,
    content_type: ContentType = CSV,
    dry_run: DryRun = False,  # noqa: FBT002
) -> SheetImportResult:
    """Up to 20,000 products as they should be, from a sheet: what a row leaves empty takes its
    default. Columns: sku, name_zh, name_en, category, unit, tax_class or tax_rate_bp, barcode,
    status, units (`箱=12;两=1/20`), lot_tracked (是 or 否), or their Chinese names, and
    `attribute:…`. Bad rows are reported, the others are stored.
    """
    lines = await uploaded(request, content_type, HEADINGS, prefix=ATTRIBUTE)
    products, places, faults = await asyncio.to_thread(read_rows, [_row(line) for line in lines])
    async with acting(runtime, actor) as tx:
        outcome = await commands.put_products(tx, products, datetime.now(UTC), rehearsed=dry_run)
    differences = [
        ProductDifference(
            row=places[one.sku] + FIRST_ROW,
            sku=one.sku,
            created=one.sku in outcome.created,
            fields=changes(outcome.before.get(one.sku), one),
        )
        for one in outcome.written
    ]
    result = import_result(places, outcome, faults)
    moved = [fault.model_copy(update={"row": fault.row + FIRST_ROW}) for fault in result.faults]
    return SheetImportResult(
        **dict(result) | {"faults": moved},
        dry_run=dry_run,
        differences=sorted(differences, key=lambda one: one.row)[:DIFFERENCES_SHOWN_MAX],
    )


@router.get("/export", response_class=StreamingResponse, responses={200: {"content": {CSV: {}}}})
async def export_products(actor: Viewer, runtime: RuntimeDep) -> StreamingResponse:
    """All products as CSV; imported again unchanged, it changes nothing. No cell is a formula."""
    async with reading(runtime, actor) as reader:
        attributes = await queries.attribute_names(reader)
    return download("products.csv", _export(runtime, actor, attributes))


async def _export(runtime: Runtime, actor: Actor, attributes: Sequence[str]) -> AsyncIterator[str]:
    yield "\ufeff" + csv_lines([[*COLUMNS, *(ATTRIBUTE + name for name in attributes)]])
    after = None
    while True:
        async with reading(runtime, actor) as reader:
            products = await queries.products_after(reader, after)
        if not products:
            return
        yield csv_lines(_line(product, attributes) for product in products)
        after = products[-1].sku


def _line(product: Product, attributes: Sequence[str]) -> list[object]:
    units = ";".join(f"{name}={factor.words}" for name, factor in product.units.items())
    told_otherwise: dict[str, object] = {"units": units}
    if product.tax_class:
        told_otherwise["tax_rate_bp"] = None
    fixed = [told_otherwise.get(name, getattr(product, name)) for name in COLUMNS]
    told = [product.attributes.get(name, "") for name in attributes]
    return ["" if cell is None else cell for cell in [*fixed, *told]]


def _row(line: Mapping[str, str]) -> dict[str, JsonValue]:
    """A line of a sheet as a row of an import."""
    row: dict[str, JsonValue] = {
        name: cell for name, cell in line.items() if not name.startswith(ATTRIBUTE)
    }
    if told := {
        name.removeprefix(ATTRIBUTE): cell
        for name, cell in line.items()
        if name.startswith(ATTRIBUTE)
    }:
        row["attributes"] = dict(told)
    if lots := line.get("lot_tracked"):
        row["lot_tracked"] = YES_OR_NO.get(lots, lots)
    if units := line.get("units"):
        row["units"] = [_unit(told) for told in units.split(";")]
    return row


def _unit(told: str) -> dict[str, JsonValue]:
    """`箱=12` or `两=1/20`; of anything else the import says what is missing."""
    name, _, factor = told.partition("=")
    numerator, _, denominator = factor.partition("/")
    return {"unit": name.strip(), "numerator": numerator, "denominator": denominator or 1}
