"""Issues 其他出库单: goods that leave without an order."""

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
from services.inventory.commands import documents, leaving
from services.inventory.commands.documents import Ask, Draft
from services.inventory.domain.documents import Kind
from services.inventory.queries import documents as queries
from services.inventory.routes.steps import StepDep, drafted
from services.inventory.schemas.documents import (
    DocumentFilter,
    IssueRequest,
    IssueResponse,
    IssueSummary,
)

issues = APIRouter(prefix="/issues", tags=["issues"])

Viewer = Annotated[Actor, Depends(allowed("issues.view"))]
Drafter = Annotated[Actor, Depends(allowed("issues.draft"))]
Approver = Annotated[Actor, Depends(allowed("issues.approve"))]
Poster = Annotated[Actor, Depends(allowed("issues.post"))]
Canceller = Annotated[Actor, Depends(allowed("issues.cancel"))]


@issues.post("", status_code=201, response_model=IssueResponse)
async def draft_issue(
    body: IssueRequest, actor: Drafter, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Write down what shall leave and why; nothing leaves before it is posted."""
    lines = documents.leaving((line.sku, line.quantity) for line in body.lines)
    asked = Draft(Kind.ISSUE, body.warehouse_id, body.note, lines, reason=body.reason)
    return await drafted(
        runtime, actor, key, lambda tx: documents.draft(tx, actor, asked), queries.issue
    )


@issues.get("", response_model=Page[IssueSummary])
async def list_issues(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    asked: Annotated[DocumentFilter, Query()],
) -> Page[IssueSummary]:
    """Issues of the caller's warehouses, newest first."""
    async with reading(runtime, actor) as reader:
        found = await queries.documents(reader, actor, Kind.ISSUE, asked, page, IssueSummary)
    return Page[IssueSummary].of(found, page, key=lambda one: (one.document_id,))


@issues.get("/{document_id}", response_model=IssueResponse)
async def get_issue(document_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """One issue with its lines."""
    async with reading(runtime, actor) as reader:
        shown = await queries.issue(reader, actor, document_id)
    return with_etag(json_response(shown), shown.version)


@issues.post("/{document_id}/approve", response_model=IssueResponse)
async def approve_issue(actor: Approver, step: StepDep) -> Response:
    """Agree that so much may leave; nobody approves what he wrote himself."""
    return await step.take(Kind.ISSUE, actor, documents.approve, queries.issue)


@issues.post("/{document_id}/post", response_model=IssueResponse)
async def post_issue(actor: Poster, step: StepDep) -> Response:
    """The goods leave; what is held for orders does not (F-69)."""
    limit = step.runtime.settings.approval_quantity

    async def command(tx: Tx, ask: Ask) -> None:
        await leaving.post_issue(tx, ask, limit)

    return await step.take(Kind.ISSUE, actor, command, queries.issue)


@issues.post("/{document_id}/cancel", response_model=IssueResponse)
async def cancel_issue(actor: Canceller, step: StepDep) -> Response:
    """Nothing comes of it; its number stays used."""
    return await step.take(Kind.ISSUE, actor, documents.cancel, queries.issue)
