"""Prices as sheets: imported into a draft from CSV and XLSX with a rehearsal, exported as CSV."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from chassis.auth import Actor, allowed
from chassis.http import IfMatch, RuntimeDep, check_version, time_limit
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
from services.catalog.commands import price_lists as commands
from services.catalog.domain.price_lists import Entry, Imported, PriceDifference
from services.catalog.domain.pricing import UnknownSku
from services.catalog.queries import price_lists as queries
from services.catalog.routes.sheets import DIFFERENCES_SHOWN_MAX, DryRun, row_fault
from services.catalog.schemas.price_lists import EntryRequest, PriceChange, PriceSheetResult
from services.catalog.schemas.products import RowFault

COLUMNS: Mapping[str, str] = {
    "sku": "商品编码",
    "name_zh": "名称",
    "min_quantity": "起订量",
    "unit_price": "单价",
}
"""Names are there for the reader of a sheet; an import passes over them."""
HEADINGS = headings(COLUMNS)

router = APIRouter(prefix="/price-lists", tags=["catalog"])
Viewer = Annotated[Actor, Depends(allowed("price-lists.view"))]
Drafter = Annotated[Actor, Depends(allowed("price-lists.draft"))]


@router.post(
    "/{price_list_id}/import-sheet",
    response_model=PriceSheetResult,
    max_body_size=SHEET_BYTES_MAX,
    dependencies=[time_limit(60)],
    openapi_extra=FILE,
)
async def import_price_sheet(  # noqa: PLR0913, PLR0917  (options of an import)
    price_list_id: UUID,
    request: Request,
    actor: Drafter,
    runtime: RuntimeDep,
    if_match: IfMatch,
    content_type: ContentType = CSV,
    dry_run: DryRun = False,  # noqa: FBT002
    replace_all: Annotated[bool, Query(description="Also drop SKUs that no row names.")] = False,  # noqa: FBT002
) -> PriceSheetResult:
    """Up to 20,000 prices into the draft. Columns: sku, min_quantity (1), unit_price, or their
    Chinese names. The breaks of a SKU are replaced together, so a SKU with a bad row keeps what it
    has; the others are stored.
    """
    lines = await uploaded(request, content_type, HEADINGS)
    entries, places, faults = read_rows(lines)
    spoilt = {fault.sku for fault in faults if fault.sku}
    async with acting(runtime, actor) as tx:
        outcome = await commands.import_entries(
            tx,
            price_list_id,
            [entry for entry in entries if entry.sku not in spoilt],
            spared=spoilt,
            replace_all=replace_all,
            rehearsed=dry_run,
            check=lambda revision: check_version(revision, if_match),
        )
    return _result(outcome, places, faults, dry_run=dry_run)


@router.get(
    "/{price_list_id}/export",
    response_class=StreamingResponse,
    responses={200: {"content": {CSV: {}}}},
)
async def export_prices(
    price_list_id: UUID,
    version: Annotated[int, Query(ge=1, lt=1 << 31)],
    actor: Viewer,
    runtime: RuntimeDep,
) -> StreamingResponse:
    """The prices of a version as CSV; imported again unchanged, it changes nothing."""
    async with reading(runtime, actor) as reader:
        found = await queries.price_list(reader, price_list_id)
    return download(f"{found.code}-{version}.csv", _export(runtime, actor, price_list_id, version))


async def _export(
    runtime: Runtime, actor: Actor, price_list_id: UUID, version: int
) -> AsyncIterator[str]:
    yield "\ufeff" + csv_lines([[*COLUMNS]])
    place: tuple[str | None, int | None] = (None, None)
    while True:
        async with reading(runtime, actor) as reader:
            entries = await queries.entries_after(reader, price_list_id, version, place)
        if not entries:
            return
        yield csv_lines([getattr(entry, name) for name in COLUMNS] for entry in entries)
        place = (entries[-1].sku, entries[-1].min_quantity)


def read_rows(
    lines: Sequence[Mapping[str, str]],
) -> tuple[list[Entry], dict[str, int], list[RowFault]]:
    """Prices, the first row of each SKU, and what is wrong with the other rows."""
    entries: dict[tuple[str, int], Entry] = {}
    places: dict[str, int] = {}
    faults: list[RowFault] = []
    for row, line in enumerate(lines, start=FIRST_ROW):
        told = {name: cell for name, cell in line.items() if name != "name_zh"}
        try:
            found = EntryRequest.model_validate(told)
        except ValidationError as error:
            faults += [row_fault(row, {**told}, one["loc"], one["msg"]) for one in error.errors()]
            continue
        places.setdefault(found.sku, row)
        if (found.sku, found.min_quantity) in entries:
            twice = "An earlier row has this SKU and quantity."
            faults.append(row_fault(row, {**told}, ("min_quantity",), twice))
        entries.setdefault(
            (found.sku, found.min_quantity),
            Entry(found.sku, found.min_quantity, found.unit_price),
        )
    return list(entries.values()), places, faults


def _result(
    outcome: Imported, places: Mapping[str, int], faults: Sequence[RowFault], *, dry_run: bool
) -> PriceSheetResult:
    unknown = [
        RowFault(row=places[sku], sku=sku, field="sku", fault=UnknownSku().title)
        for sku in outcome.unknown
    ]
    changes = outcome.differences
    return PriceSheetResult(
        dry_run=dry_run,
        created=sum(change.before is None for change in changes),
        changed=sum(None not in {change.before, change.after} for change in changes),
        dropped=sum(change.after is None for change in changes),
        unchanged=outcome.unchanged,
        faults=sorted([*faults, *unknown], key=lambda fault: fault.row),
        differences=[_shown(change) for change in changes[:DIFFERENCES_SHOWN_MAX]],
    )


def _shown(change: PriceDifference) -> PriceChange:
    return PriceChange(
        sku=change.sku,
        min_quantity=change.min_quantity,
        before=_text(change.before),
        after=_text(change.after),
    )


def _text(price: Decimal | None) -> str | None:
    return None if price is None else f"{price.normalize():f}"
