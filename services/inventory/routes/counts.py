"""Counts 盘点单: a sheet is drafted, counted blind, and its differences are posted."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, allowed
from chassis.db import Tx
from chassis.http import RuntimeDep, json_response, with_etag
from chassis.idempotency import IdempotencyKey
from chassis.pages import Page, PageQuery
from chassis.scope import reading
from services.inventory.commands import counting, documents
from services.inventory.commands.documents import Ask
from services.inventory.domain.documents import Kind
from services.inventory.queries import documents as queries
from services.inventory.routes.steps import StepDep, drafted
from services.inventory.schemas.documents import (
    CountRequest,
    CountResponse,
    CountSummary,
    DocumentFilter,
    EnterRequest,
    PostCountRequest,
)

stock_counts = APIRouter(prefix="/stock-counts", tags=["stock-counts"])

Viewer = Annotated[Actor, Depends(allowed("stock-counts.view"))]
Drafter = Annotated[Actor, Depends(allowed("stock-counts.draft"))]
Counter = Annotated[Actor, Depends(allowed("stock-counts.enter"))]
Approver = Annotated[Actor, Depends(allowed("stock-counts.approve"))]
Poster = Annotated[Actor, Depends(allowed("stock-counts.post"))]
Canceller = Annotated[Actor, Depends(allowed("stock-counts.cancel"))]


@stock_counts.post("", status_code=201, response_model=CountResponse)
async def draft_count(
    body: CountRequest, actor: Drafter, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """A sheet to count by; what is expected is kept with it, and not shown."""
    return await drafted(
        runtime,
        actor,
        key,
        lambda tx: counting.draft(tx, actor, body.warehouse_id, body.skus, body.note),
        queries.count,
    )


@stock_counts.get("", response_model=Page[CountSummary])
async def list_counts(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    asked: Annotated[DocumentFilter, Query()],
) -> Page[CountSummary]:
    """Counts of the caller's warehouses, newest first."""
    async with reading(runtime, actor) as reader:
        found = await queries.documents(reader, actor, Kind.COUNT, asked, page, CountSummary)
    return Page[CountSummary].of(found, page, key=lambda one: (one.document_id,))


@stock_counts.get("/{document_id}", response_model=CountResponse)
async def get_count(document_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """One count with its lines; of those that are counted, what was expected too."""
    async with reading(runtime, actor) as reader:
        shown = await queries.count(reader, actor, document_id)
    return with_etag(json_response(shown), shown.version)


@stock_counts.post("/{document_id}/enter", response_model=CountResponse)
async def enter_count(body: EnterRequest, actor: Counter, step: StepDep) -> Response:
    """Say what lies there now. Goods that move before or after do not distort the difference."""
    counted = {line.sku: line.quantity for line in body.lines}

    async def command(tx: Tx, ask: Ask) -> None:
        await counting.enter(tx, ask, counted)

    return await step.take(Kind.COUNT, actor, command, queries.count)


@stock_counts.post("/{document_id}/approve", response_model=CountResponse)
async def approve_count(actor: Approver, step: StepDep) -> Response:
    """Agree with large differences; nobody approves what he drafted or counted himself."""
    return await step.take(Kind.COUNT, actor, documents.approve, queries.count)


@stock_counts.post("/{document_id}/post", response_model=CountResponse)
async def post_count(body: PostCountRequest, actor: Poster, step: StepDep) -> Response:
    """The book follows the differences, for a reason."""
    limit = step.runtime.settings.approval_quantity

    async def command(tx: Tx, ask: Ask) -> None:
        await counting.post(tx, ask, body.reason, limit)

    return await step.take(Kind.COUNT, actor, command, queries.count)


@stock_counts.post("/{document_id}/cancel", response_model=CountResponse)
async def cancel_count(actor: Canceller, step: StepDep) -> Response:
    """Nothing comes of it; its number stays used."""
    return await step.take(Kind.COUNT, actor, documents.cancel, queries.count)
