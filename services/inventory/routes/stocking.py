"""Warehouses, stock, inbound notes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, allowed
from chassis.errors import DomainError
from chassis.http import IfMatch, RuntimeDep
from chassis.idempotency import IdempotencyKey, once
from chassis.ids import uuid7
from chassis.pages import Page, PageQuery
from chassis.scope import acting, reading
from services.inventory.commands import stocking
from services.inventory.domain import stowage
from services.inventory.domain.stocking import Inbound, InboundLine, Warehouse
from services.inventory.queries import promising
from services.inventory.queries import stocking as queries
from services.inventory.schemas import (
    InboundFilter,
    InboundRequest,
    InboundResponse,
    InboundSummary,
    StockFilter,
    StockResponse,
    WarehouseChange,
    WarehouseRequest,
    WarehouseResponse,
)
from services.inventory.schemas.arriving import IncomingFilter, IncomingResponse
from services.inventory.schemas.promising import AvailabilityAsked, AvailabilityResponse

warehouses = APIRouter(prefix="/warehouses", tags=["warehouses"])
stock = APIRouter(prefix="/stock", tags=["stock"])
inbounds = APIRouter(prefix="/inbounds", tags=["inbounds"])

WarehouseViewer = Annotated[Actor, Depends(allowed("warehouses.view"))]
Creator = Annotated[Actor, Depends(allowed("warehouses.create"))]
Changer = Annotated[Actor, Depends(allowed("warehouses.change"))]
PromiseViewer = Annotated[Actor, Depends(allowed("stock.promise"))]
StockViewer = Annotated[Actor, Depends(allowed("stock.view"))]
InboundViewer = Annotated[Actor, Depends(allowed("inbounds.view"))]
Poster = Annotated[Actor, Depends(allowed("inbounds.post"))]


@warehouses.post("", status_code=201, response_model=WarehouseResponse)
async def create_warehouse(
    body: WarehouseRequest, actor: Creator, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Open a warehouse. Its mode stays as it is."""
    asked = Warehouse(uuid7(), body.code, body.name, body.mode, body.one_person)

    async def produce() -> WarehouseResponse:
        return _shown(await stocking.create_warehouse(tx, asked), actor)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 201, produce)


@warehouses.post("/{warehouse_id}/change", response_model=WarehouseResponse)
async def change_warehouse(
    warehouse_id: UUID,
    body: WarehouseChange,
    actor: Changer,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Change the name, who helps out, or that another than the picker posts the outbound."""

    async def produce() -> WarehouseResponse:
        outcome = await stocking.change_warehouse(
            tx,
            warehouse_id,
            name=body.name,
            one_person=body.one_person,
            alternatives=None if body.alternatives is None else tuple(body.alternatives),
            if_match=if_match,
        )
        return _shown(outcome, actor)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)


@warehouses.get("", response_model=Page[WarehouseResponse])
async def list_warehouses(
    actor: WarehouseViewer, runtime: RuntimeDep, page: PageQuery
) -> Page[WarehouseResponse]:
    """Warehouses that the caller works in, by code."""
    async with reading(runtime, actor) as reader:
        return await queries.warehouses(reader, actor, page)


@stock.get("", response_model=Page[StockResponse])
async def list_stock(
    actor: StockViewer,
    runtime: RuntimeDep,
    page: PageQuery,
    asked: Annotated[StockFilter, Query()],
) -> Page[StockResponse]:
    """What lies where, and how much of it is free."""
    async with reading(runtime, actor) as reader:
        return await queries.stock(reader, actor, asked, page)


@stock.get("/availability", response_model=AvailabilityResponse)
async def get_availability(
    actor: PromiseViewer, runtime: RuntimeDep, asked: Annotated[AvailabilityAsked, Query()]
) -> AvailabilityResponse:
    """Whether so much is there for a new order, and when it will be (P-02).

    A dealer is told a signal and a day of his own warehouse, and never a number.
    """
    today = stowage.today(datetime.now(UTC))
    async with reading(runtime, actor) as reader:
        return await promising.availability(reader, actor, asked, today)


@stock.get("/incoming", response_model=Page[IncomingResponse])
async def list_incoming(
    actor: StockViewer,
    runtime: RuntimeDep,
    page: PageQuery,
    asked: Annotated[IncomingFilter, Query()],
) -> Page[IncomingResponse]:
    """What is still to come and when: expected inbounds, and transfers on their way."""
    async with reading(runtime, actor) as reader:
        return await queries.incoming(reader, actor, asked, page)


@inbounds.post("", status_code=201, response_model=InboundResponse)
async def post_inbound(
    body: InboundRequest, actor: Poster, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Goods came in: an inbound note 入库单 with a number without gaps."""
    lines = tuple(InboundLine(**line.model_dump()) for line in body.lines)
    inbound = Inbound(uuid7(), body.warehouse_id, body.source, actor.user_id, lines)

    async def produce() -> InboundResponse:
        if refusal := await stocking.post_inbound(tx, actor, inbound):
            raise refusal
        return await queries.inbound(tx, actor, inbound.inbound_id)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 201, produce)


@inbounds.get("", response_model=Page[InboundSummary])
async def list_inbounds(
    actor: InboundViewer,
    runtime: RuntimeDep,
    page: PageQuery,
    asked: Annotated[InboundFilter, Query()],
) -> Page[InboundSummary]:
    """Inbound notes, newest first."""
    async with reading(runtime, actor) as reader:
        return await queries.inbounds(reader, actor, asked, page)


@inbounds.get("/{inbound_id}", response_model=InboundResponse)
async def get_inbound(
    inbound_id: UUID, actor: InboundViewer, runtime: RuntimeDep
) -> InboundResponse:
    """One inbound with its lines."""
    async with reading(runtime, actor) as reader:
        return await queries.inbound(reader, actor, inbound_id)


def _shown(outcome: Warehouse | DomainError, actor: Actor) -> WarehouseResponse:
    if isinstance(outcome, DomainError):
        raise outcome
    return queries.warehouse_shown(outcome, actor)
