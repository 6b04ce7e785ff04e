"""Expected inbounds 预到货单: announced, then received part by part."""

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
from services.inventory.commands import arriving, documents
from services.inventory.commands.documents import Ask, Draft
from services.inventory.domain.arriving import Received
from services.inventory.domain.documents import Kind, Status
from services.inventory.queries import documents as queries
from services.inventory.routes.steps import StepDep, drafted
from services.inventory.schemas.arriving import (
    ArrivalRequest,
    ArrivalResponse,
    ArrivalSummary,
    CloseRequest,
    ReceivedRequest,
    RescheduleRequest,
)
from services.inventory.schemas.documents import DueFilter

expected_inbounds = APIRouter(prefix="/expected-inbounds", tags=["expected-inbounds"])

Viewer = Annotated[Actor, Depends(allowed("expected-inbounds.view"))]
Announcer = Annotated[Actor, Depends(allowed("expected-inbounds.draft"))]
Receiver = Annotated[Actor, Depends(allowed("expected-inbounds.receive"))]
Rescheduler = Annotated[Actor, Depends(allowed("expected-inbounds.reschedule"))]
Closer = Annotated[Actor, Depends(allowed("expected-inbounds.close"))]


@expected_inbounds.post("", status_code=201, response_model=ArrivalResponse)
async def expect_inbound(
    body: ArrivalRequest, actor: Announcer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Announce goods: from whom, and when they shall arrive."""
    asked = Draft(
        Kind.ARRIVAL,
        body.warehouse_id,
        body.note,
        documents.leaving((line.sku, line.quantity) for line in body.lines),
        reason=body.reason,
        status=Status.EXPECTED,
        source=body.source,
        expected_on=body.expected_on,
    )
    return await drafted(
        runtime, actor, key, lambda tx: documents.draft(tx, actor, asked), queries.arrival
    )


@expected_inbounds.get("", response_model=Page[ArrivalSummary])
async def list_expected_inbounds(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    asked: Annotated[DueFilter, Query()],
) -> Page[ArrivalSummary]:
    """What is or was expected in the caller's warehouses, newest first."""
    async with reading(runtime, actor) as reader:
        found = await queries.documents(reader, actor, Kind.ARRIVAL, asked, page, ArrivalSummary)
    return Page[ArrivalSummary].of(found, page, key=lambda one: (one.document_id,))


@expected_inbounds.get("/{document_id}", response_model=ArrivalResponse)
async def get_expected_inbound(document_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """One expected inbound with its lines, and how much of each has come."""
    async with reading(runtime, actor) as reader:
        shown = await queries.arrival(reader, actor, document_id)
    return with_etag(json_response(shown), shown.version)


@expected_inbounds.post("/{document_id}/receive", response_model=ArrivalResponse)
async def receive_expected(body: ReceivedRequest, actor: Receiver, step: StepDep) -> Response:
    """What arrived comes in by an inbound note 入库单 of its own."""
    received = Received(actor.user_id, body.parts(), body.note)

    async def command(tx: Tx, ask: Ask) -> None:
        await arriving.receive(tx, ask, received)

    return await step.take(Kind.ARRIVAL, actor, command, queries.arrival)


@expected_inbounds.post("/{document_id}/reschedule", response_model=ArrivalResponse)
async def reschedule_expected(
    body: RescheduleRequest, actor: Rescheduler, step: StepDep
) -> Response:
    """It comes on another day."""

    async def command(tx: Tx, ask: Ask) -> None:
        await arriving.reschedule(tx, ask, body.expected_on)

    return await step.take(Kind.ARRIVAL, actor, command, queries.arrival)


@expected_inbounds.post("/{document_id}/close", response_model=ArrivalResponse)
async def close_expected(body: CloseRequest, actor: Closer, step: StepDep) -> Response:
    """What has not come is not waited for any more; what came stays."""

    async def command(tx: Tx, ask: Ask) -> None:
        await arriving.close(tx, ask, body.reason)

    return await step.take(Kind.ARRIVAL, actor, command, queries.arrival)
