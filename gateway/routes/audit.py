"""Look into the audit log: by person, dealer, document and time; all of it as CSV."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from chassis.auth import Actor, allowed
from chassis.http import RuntimeDep, time_limit
from chassis.pages import LIMIT_MAX, Page, PageQuery, PageRequest
from chassis.runtime import Runtime
from chassis.scope import reading
from chassis.sheets import csv_lines, download
from gateway import queries
from gateway.queries import AuditFilter
from gateway.schemas import AuditEntry

router = APIRouter(prefix="/audit-log", tags=["audit log"])

Auditor = Annotated[Actor, Depends(allowed("audit-log.view"))]
Reference = Annotated[
    str | None,
    Query(max_length=64, pattern=r"^[a-z]+(:[0-9a-f-]{36})?$", examples=["operator"]),
]
Kind = Annotated[str | None, Query(max_length=64, pattern=r"^[a-z.-]+$", examples=["users.change"])]

EXPORT_SECONDS_MAX = 300.0
COLUMNS = (
    *("at", "actor", "actor_name", "action", "title_zh", "title_en", "subject_id"),
    *("dealer_id", "dealer", "on_behalf_of", "documents", "before", "facts"),
)


async def _asked(  # noqa: PLR0913  (each is a filter of the query string)
    *,
    actor: Reference = None,
    action: Kind = None,
    subject_id: UUID | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    dealer_id: UUID | None = None,
    document: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
) -> AuditFilter:
    """`since` is included, `until` is not; `document` is a whole number, code or SKU."""
    return AuditFilter(actor, action, subject_id, since, until, dealer_id, document)


Asked = Annotated[AuditFilter, Depends(_asked)]


@router.get("")
async def list_audit_log(
    auditor: Auditor, runtime: RuntimeDep, page: PageQuery, asked: Asked
) -> Page[AuditEntry]:
    """Who changed what about whom, newest first."""
    async with reading(runtime, auditor) as reader:
        return await queries.audit_log(reader, page, asked)


@router.get(
    "/export",
    response_class=StreamingResponse,
    dependencies=[time_limit(EXPORT_SECONDS_MAX)],
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def export_audit_log(
    auditor: Auditor, runtime: RuntimeDep, asked: Asked
) -> StreamingResponse:
    """The same as a sheet, newest first, page by page as it is read."""
    return download("audit-log.csv", _sheet(runtime, auditor, asked))


async def _sheet(runtime: Runtime, auditor: Actor, asked: AuditFilter) -> AsyncIterator[str]:
    yield csv_lines([COLUMNS])
    page: PageRequest | None = PageRequest(None, LIMIT_MAX)
    while page is not None:
        async with reading(runtime, auditor) as reader:
            found = await queries.audit_log(reader, page, asked)
        yield csv_lines(map(_cells, found.items))
        page = _after(found.items[-1]) if found.next_cursor else None


def _after(last: AuditEntry) -> PageRequest:
    """The page behind an entry; a key is of plain types, and the driver has a UUID of its own."""
    return PageRequest((UUID(bytes=last.entry_id.bytes),), LIMIT_MAX)


def _cells(entry: AuditEntry) -> tuple[object, ...]:
    return (
        entry.at.isoformat(),
        entry.actor,
        entry.actor_name,
        entry.action,
        entry.title_zh,
        entry.title_en,
        entry.subject_id,
        entry.dealer_id,
        entry.dealer,
        entry.on_behalf_of,
        " ".join(entry.documents),
        orjson.dumps(entry.before).decode(),
        orjson.dumps(entry.facts).decode(),
    )
