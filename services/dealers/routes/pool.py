"""The pool of applicants: scored by one sheet, filtered, compared, put on a shortlist (F-52)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, allowed
from chassis.errors import NotFound
from chassis.http import IfMatch, RuntimeDep, check_version, json_response, with_etag
from chassis.idempotency import IdempotencyKey, once
from chassis.pages import Page, PageQuery, PageRequest
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from services.dealers import queries
from services.dealers.commands import scoring as commands
from services.dealers.domain.applications import Status
from services.dealers.domain.scoring import POINTS_MAX, Sheet
from services.dealers.queries import PoolFilter
from services.dealers.schemas.fields import Place, Word
from services.dealers.schemas.pool import (
    PoolEntry,
    SheetRequest,
    SheetResponse,
    ShortlistRequest,
)
from services.dealers.store import scores

router = APIRouter(prefix="/dealer-applications", tags=["dealers"])
Comparer = Annotated[Actor, Depends(allowed("applications.compare"))]
SheetSetter = Annotated[Actor, Depends(allowed("applications.set-sheet"))]
Shortlister = Annotated[Actor, Depends(allowed("applications.shortlist"))]

COMPARED_MAX = 10
EXPORTED_MAX = 10_000
COLUMNS = (
    "企业名称",
    "省份",
    "城市",
    "状态",
    "得分",
    "评分表版本",
    "年销售额(分)",
    "经营品牌",
    "销售渠道",
    "资料数",
    "业务员",
    "入围",
    "重点发展",
    "入围时得分",
    "提交时间",
)
CSV: dict[int | str, dict[str, Any]] = {
    200: {"description": "A table.", "content": {"text/csv": {"schema": {"type": "string"}}}}
}


def _filter(  # noqa: PLR0913, PLR0917  (filters)
    status: Annotated[list[Status] | None, Query()] = None,
    province: Annotated[Place | None, Query()] = None,
    city: Annotated[Place | None, Query()] = None,
    brand: Annotated[Word | None, Query(description="Carries it.")] = None,
    channel: Annotated[Word | None, Query(description="Sells by it.")] = None,
    points_min: Annotated[int | None, Query(ge=0, le=POINTS_MAX)] = None,
    shortlisted: Annotated[bool | None, Query()] = None,
    key_development: Annotated[bool | None, Query()] = None,
) -> PoolFilter:
    return PoolFilter(
        status or (), province, city, brand, channel, points_min, shortlisted, key_development
    )


Filter = Annotated[PoolFilter, Depends(_filter)]


@router.get("/pool", response_model=Page[PoolEntry])
async def list_pool(
    actor: Comparer, runtime: RuntimeDep, page: PageQuery, wanted: Filter
) -> Page[PoolEntry]:
    """Applicants with their scores, the best first; a salesperson sees those of his territory."""
    async with reading(runtime, actor) as reader:
        return await queries.pool(reader, page, wanted)


@router.get("/pool/export", response_class=Response, responses=CSV)
async def export_pool(actor: Comparer, runtime: RuntimeDep, wanted: Filter) -> Response:
    """The best 10,000 of the filter as CSV, in UTF-8 with a mark that spreadsheets understand."""
    async with reading(runtime, actor) as reader:
        found = await queries.pool(reader, PageRequest(None, EXPORTED_MAX), wanted)
    return Response(
        _table(found.items),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="applicants.csv"'},
    )


@router.get("/comparison", response_model=list[PoolEntry])
async def compare_applications(
    actor: Comparer,
    runtime: RuntimeDep,
    application_id: Annotated[list[UUID], Query(min_length=1, max_length=COMPARED_MAX)],
) -> list[PoolEntry]:
    """Some applicants side by side, in the order in which they were asked for."""
    ids = list(dict.fromkeys(application_id))
    async with reading(runtime, actor) as reader:
        page = await queries.pool(reader, PageRequest(None, COMPARED_MAX), PoolFilter(), ids)
    found = {one.application_id: one for one in page.items}
    if len(found) != len(ids):
        raise NotFound
    return [found[one] for one in ids]


@router.get("/score-sheet", response_model=SheetResponse)
async def get_sheet(actor: Comparer, runtime: RuntimeDep) -> Response:
    """By what applicants are scored; not found while nobody has set it."""
    async with reading(runtime, actor) as reader:
        sheet = await scores.sheet(reader)
    if sheet is None:
        raise NotFound
    return _answer_sheet(sheet)


@router.put("/score-sheet", response_model=SheetResponse)
async def set_sheet(
    body: SheetRequest, actor: SheetSetter, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """Score by this from now on: all who stand to be judged get their new scores at once."""
    wanted = Sheet(
        version=0,
        **body.model_dump(exclude={"wanted_brands"}),
        wanted_brands=tuple(body.wanted_brands),
    )
    async with acting(runtime, actor) as tx:
        sheet = await commands.set_sheet(
            tx,
            wanted,
            by=actor.user_id,
            now=datetime.now(UTC),
            check=lambda version: check_version(version, if_match),
        )
    return _answer_sheet(sheet)


@router.post("/{application_id}/shortlist", response_model=PoolEntry)
async def shortlist_application(
    application_id: UUID,
    body: ShortlistRequest,
    actor: Shortlister,
    runtime: RuntimeDep,
    key: IdempotencyKey,
) -> Response:
    """Put one on the shortlist with the score of now; on it already, he keeps the score of then."""
    await _check_seen(runtime, actor, application_id)
    async with acting(runtime, actor) as tx:

        async def decide() -> PoolEntry:
            await commands.list_short(
                tx,
                application_id,
                key_development=body.key_development,
                note=body.note,
                by=actor.user_id,
                now=datetime.now(UTC),
            )
            page = await queries.pool(tx, PageRequest(None, 1), PoolFilter(), [application_id])
            return page.items[0]

        return await once(tx, key, 200, decide)


@router.delete("/{application_id}/shortlist", status_code=204)
async def unlist_application(application_id: UUID, actor: Shortlister, runtime: RuntimeDep) -> None:
    """Take one off the shortlist."""
    await _check_seen(runtime, actor, application_id)
    async with acting(runtime, actor) as tx:
        await commands.unlist(tx, application_id)


async def _check_seen(runtime: Runtime, actor: Actor, application_id: UUID) -> None:
    """Raises NotFound for what is not of his territory."""
    async with reading(runtime, actor) as reader:
        await queries.application(reader, application_id)


def _answer_sheet(sheet: Sheet) -> Response:
    shown = SheetResponse.model_validate(asdict(sheet))
    return with_etag(json_response(shown), sheet.version)


def _table(entries: Iterable[PoolEntry]) -> str:
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(COLUMNS)
    writer.writerows(map(_row, entries))
    return "\ufeff" + lines.getvalue()


def _row(entry: PoolEntry) -> tuple[object, ...]:
    score, short = entry.score, entry.shortlist
    return (
        _cell(entry.name),
        _cell(entry.province),
        _cell(entry.city),
        entry.status,
        score.points if score else None,
        score.sheet_version if score else None,
        entry.annual_sales_minor,
        _cell("、".join(entry.brands)),
        _cell("、".join(entry.channels)),
        entry.documents,
        _cell(entry.screener_name or ""),
        "是" if short else "否",
        "是" if short and short.key_development else "否",
        short.score.points if short and short.score else None,
        entry.submitted_at.isoformat(),
    )


def _cell(text: str) -> str:
    """What begins like a formula would be one in a spreadsheet."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
