"""Transfers 调拨单: goods on their way from one warehouse to another."""

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
    DueFilter,
    ReceiveRequest,
    TransferRequest,
    TransferResponse,
    TransferSummary,
)

transfers = APIRouter(prefix="/transfers", tags=["transfers"])

Viewer = Annotated[Actor, Depends(allowed("transfers.view"))]
Drafter = Annotated[Actor, Depends(allowed("transfers.draft"))]
Shipper = Annotated[Actor, Depends(allowed("transfers.ship"))]
Receiver = Annotated[Actor, Depends(allowed("transfers.receive"))]
Canceller = Annotated[Actor, Depends(allowed("transfers.cancel"))]


@transfers.post("", status_code=201, response_model=TransferResponse)
async def draft_transfer(
    body: TransferRequest, actor: Drafter, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Write down what shall go where; nothing leaves before it is shipped."""
    asked = Draft(
        Kind.TRANSFER,
        body.warehouse_id,
        body.note,
        documents.leaving((line.sku, line.quantity) for line in body.lines),
        to_warehouse_id=body.to_warehouse_id,
        expected_on=body.expected_on,
    )
    return await drafted(
        runtime, actor, key, lambda tx: documents.draft(tx, actor, asked), queries.transfer
    )


@transfers.get("", response_model=Page[TransferSummary])
async def list_transfers(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    asked: Annotated[DueFilter, Query()],
) -> Page[TransferSummary]:
    """Transfers from or to the caller's warehouses, newest first."""
    async with reading(runtime, actor) as reader:
        found = await queries.documents(reader, actor, Kind.TRANSFER, asked, page, TransferSummary)
    return Page[TransferSummary].of(found, page, key=lambda one: (one.document_id,))


@transfers.get("/{document_id}", response_model=TransferResponse)
async def get_transfer(document_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """One transfer with its lines."""
    async with reading(runtime, actor) as reader:
        shown = await queries.transfer(reader, actor, document_id)
    return with_etag(json_response(shown), shown.version)


@transfers.post("/{document_id}/ship", response_model=TransferResponse)
async def ship_transfer(actor: Shipper, step: StepDep) -> Response:
    """The goods leave; until they are received they are in neither warehouse (F-25)."""
    return await step.take(Kind.TRANSFER, actor, leaving.ship_transfer, queries.transfer)


@transfers.post("/{document_id}/receive", response_model=TransferResponse)
async def receive_transfer(body: ReceiveRequest, actor: Receiver, step: StepDep) -> Response:
    """What arrived comes in by an inbound note; what did not is lost, and the note says why."""

    async def command(tx: Tx, ask: Ask) -> None:
        await leaving.receive_transfer(tx, ask, body.quantities(), body.note)

    return await step.take(Kind.TRANSFER, actor, command, queries.transfer)


@transfers.post("/{document_id}/cancel", response_model=TransferResponse)
async def cancel_transfer(actor: Canceller, step: StepDep) -> Response:
    """Nothing comes of it; its number stays used."""
    return await step.take(Kind.TRANSFER, actor, documents.cancel, queries.transfer)
