"""HTTP API of reports: the story of an order, and what many add up to, as JSON and as CSV."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from chassis.auth import Actor, allowed
from chassis.clock import BUSINESS_TIME
from chassis.db import Tx
from chassis.errors import InvalidRequest, Unavailable
from chassis.http import RuntimeDep, time_limit
from chassis.pages import Page, PageQuery
from chassis.runtime import Runtime
from chassis.scope import reading
from services.reports import queries, sheets
from services.reports.schemas import (
    Basis,
    Funnel,
    FunnelAsk,
    FunnelStep,
    Language,
    OwedAsk,
    OwedBy,
    OwedRow,
    SalesAsk,
    SalesBy,
    SalesRow,
    Timeline,
    Whose,
)

router = APIRouter(tags=["reports"])

DAYS = 30
"""The span of a report when none is named."""
DAYS_MAX = 366
YEARS = range(2_000, 2_100)
EXPORT_SECONDS_MAX = 300
EXPORTS_AT_ONCE = 2
"""Each holds a connection for as long as its reader takes; the others are for those who wait."""

Analyst = Annotated[Actor, Depends(allowed("funnel.view"))]
Follower = Annotated[Actor, Depends(allowed("timeline.view"))]
Seller = Annotated[Actor, Depends(allowed("sales.view"))]
Supplier = Annotated[Actor, Depends(allowed("owed-goods.view"))]
Lang = Annotated[Language, Query(description="Of the names of columns and steps.")]
Name = Annotated[str | None, Query(max_length=64, pattern=r"^[^\x00]*$")]
OneSku = Annotated[
    str | None, Query(max_length=64, pattern=r"^[^\x00]*$", description="Only this SKU.")
]

CSV: dict[str, Any] = {
    "response_class": StreamingResponse,
    "responses": {
        200: {
            "description": "UTF-8 with a byte order mark, amounts in yuan.",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        }
    },
    "dependencies": [time_limit(EXPORT_SECONDS_MAX)],
}


async def _whose(
    dealer_id: UUID | None = None,
    salesperson_id: UUID | None = None,
    province: Name = None,
    city: Name = None,
) -> Whose:
    return Whose(dealer_id, salesperson_id, province, city)


WhoseQuery = Annotated[Whose, Depends(_whose)]


async def _funnel(
    whose: WhoseQuery,
    since: Annotated[
        AwareDatetime | None, Query(description="Submitted from then on; 30 days ago if left out.")
    ] = None,
    until: Annotated[AwareDatetime | None, Query(description="Exclusive; now if left out.")] = None,
) -> FunnelAsk:
    now = datetime.now(UTC)
    _check_years("?since", since)
    _check_years("?until", until)
    end = until or now
    start = since or end - timedelta(days=DAYS)
    if start >= end:
        raise InvalidRequest(("?since", "The span must begin before it ends."))
    return FunnelAsk(start, end, now, whose)


async def _days(
    first_day: Annotated[
        date | None, Query(description="In business time; 29 days before the last if left out.")
    ] = None,
    last_day: Annotated[
        date | None, Query(description="This one counts too; today if left out.")
    ] = None,
) -> tuple[datetime, datetime]:
    """Where the days begin and end. Raises InvalidRequest."""
    _check_years("?first_day", first_day)
    _check_years("?last_day", last_day)
    last = last_day or datetime.now(BUSINESS_TIME).date()
    first = first_day or last - timedelta(days=DAYS - 1)
    if first > last:
        raise InvalidRequest(("?first_day", "The first day must not be after the last."))
    if (last - first).days >= DAYS_MAX:
        raise InvalidRequest(("?first_day", f"At most {DAYS_MAX} days at once."))
    return _begin(first), _begin(last + timedelta(days=1))


async def _sales(
    days: Annotated[tuple[datetime, datetime], Depends(_days)],
    whose: WhoseQuery,
    by: Annotated[
        list[SalesBy], Query(max_length=5, description="One or more: `by=dealer&by=sku`.")
    ] = [SalesBy.DEALER],  # noqa: B006  (FastAPI copies it)
    basis: Annotated[
        Basis, Query(description="Days of invoices, or days of the orders that were invoiced.")
    ] = Basis.INVOICE,
    sku: OneSku = None,
) -> SalesAsk:
    return SalesAsk(*days, frozenset(by), basis, sku, whose)


async def _owed(
    whose: WhoseQuery,
    by: Annotated[
        list[OwedBy], Query(max_length=5, description="One or more: `by=order&by=sku`.")
    ] = [OwedBy.ORDER, OwedBy.SKU],  # noqa: B006  (FastAPI copies it)
    sku: OneSku = None,
    warehouse_id: UUID | None = None,
) -> OwedAsk:
    warehouses = frozenset({warehouse_id}) if warehouse_id else None
    return OwedAsk(frozenset(by), sku, warehouses, whose)


FunnelQuery = Annotated[FunnelAsk, Depends(_funnel)]
SalesQuery = Annotated[SalesAsk, Depends(_sales)]
OwedQuery = Annotated[OwedAsk, Depends(_owed)]


@router.get("/orders/{order_id}/timeline")
async def get_timeline(order_id: UUID, actor: Follower, runtime: RuntimeDep) -> Timeline:
    """What happened to an order, step by step, from all services."""
    async with reading(runtime, actor) as reader:
        return await queries.timeline(reader, order_id)


@router.get("/reports/order-funnel")
async def get_order_funnel(actor: Analyst, runtime: RuntimeDep, ask: FunnelQuery) -> Funnel:
    """How far the orders of a span of time came, and where they waited; your own, if you sell."""
    async with reading(runtime, actor) as reader:
        return await queries.funnel(reader, ask)


@router.get("/exports/order-funnel", **CSV)
async def export_order_funnel(
    actor: Analyst, runtime: RuntimeDep, ask: FunnelQuery, lang: Lang = Language.ZH
) -> StreamingResponse:
    """The same as a sheet."""
    rows = partial(_steps, ask=ask)
    return await _sheet(runtime, actor, "order-funnel", rows, sheets.funnel(lang), lang)


@router.get("/reports/daily-sales")
async def list_daily_sales(
    actor: Seller, runtime: RuntimeDep, ask: SalesQuery, page: PageQuery
) -> Page[SalesRow]:
    """What was invoiced, by day and by what you ask for; of your own orders, if you sell."""
    after = page.key(date, str)
    async with reading(runtime, actor) as reader:
        found = [row async for row in queries.sales(reader, ask, after=after, limit=page.fetch)]
    return Page[SalesRow].of(found, page, key=lambda row: (row.day, row.key))


@router.get("/exports/daily-sales", **CSV)
async def export_daily_sales(
    actor: Seller, runtime: RuntimeDep, ask: SalesQuery, lang: Lang = Language.ZH
) -> StreamingResponse:
    """The same as a sheet, whole."""
    columns = sheets.parted(sheets.SALES, ask.by)
    rows = partial(queries.sales, ask=ask)
    return await _sheet(runtime, actor, "daily-sales", rows, columns, lang)


@router.get("/reports/owed-goods")
async def list_owed_goods(
    actor: Supplier, runtime: RuntimeDep, ask: OwedQuery, page: PageQuery
) -> Page[OwedRow]:
    """What confirmed orders still wait for, the oldest first; only yours, if you buy or sell."""
    after, ask = page.key(datetime, str), ask.within(actor.warehouse_ids)
    async with reading(runtime, actor) as reader:
        found = [row async for row in queries.owed(reader, ask, after=after, limit=page.fetch)]
    return Page[OwedRow].of(found, page, key=lambda row: (row.oldest_at, row.key))


@router.get("/exports/owed-goods", **CSV)
async def export_owed_goods(
    actor: Supplier, runtime: RuntimeDep, ask: OwedQuery, lang: Lang = Language.ZH
) -> StreamingResponse:
    """The same as a sheet, whole."""
    columns = sheets.parted(sheets.OWED, ask.by)
    rows = partial(queries.owed, ask=ask.within(actor.warehouse_ids))
    return await _sheet(runtime, actor, "owed-goods", rows, columns, lang)


async def _steps(reader: Tx, ask: FunnelAsk) -> AsyncGenerator[FunnelStep]:
    for step in (await queries.funnel(reader, ask)).steps:
        yield step


async def _sheet(
    runtime: Runtime,
    actor: Actor,
    name: str,
    rows: Callable[[Tx], AsyncIterable[object]],
    columns: Sequence[sheets.Column],
    lang: Language,
) -> StreamingResponse:
    """A CSV file; what fails before its first row is a problem and no file. Raises Unavailable."""
    places: asyncio.Semaphore = runtime.state.setdefault(
        "exports", asyncio.Semaphore(EXPORTS_AT_ONCE)
    )
    if places.locked():
        raise Unavailable(retry_after_seconds=10)

    async def pieces() -> AsyncGenerator[bytes]:
        async with places, reading(runtime, actor) as reader:
            async for piece in sheets.csv_of(rows(reader), columns, lang):
                yield piece

    written = pieces()
    first = await anext(written)
    today = datetime.now(BUSINESS_TIME).date()
    return StreamingResponse(
        _joined(first, written),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-{today}.csv"'},
    )


async def _joined(first: bytes, others: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    yield first
    async with aclosing(others):
        async for piece in others:
            yield piece


def _begin(day: date) -> datetime:
    """When a day of business begins."""
    return datetime.combine(day, time.min, BUSINESS_TIME)


def _check_years(place: str, when: date | None) -> None:
    if when is not None and when.year not in YEARS:
        raise InvalidRequest((place, f"A year from {YEARS[0]} to {YEARS[-1]}."))
