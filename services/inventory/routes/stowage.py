"""Bins and lots: where goods lie, and which way a lot went."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, allowed
from chassis.http import RuntimeDep
from chassis.idempotency import IdempotencyKey, once
from chassis.pages import LIMIT_MAX, Page, PageQuery, PageRequest
from chassis.scope import acting, reading
from services.inventory.commands import stowage
from services.inventory.domain.fulfilment import Pick
from services.inventory.domain.stocking import InboundLine
from services.inventory.queries import stowage as queries
from services.inventory.schemas.stowage import (
    BinFilter,
    BinResponse,
    BinsRequest,
    BinsSet,
    RestowRequest,
    StowedFilter,
    StowedResponse,
    TracedShipment,
    TraceFilter,
)
from services.inventory.store.stowage import Bin

bins = APIRouter(prefix="/warehouses", tags=["bins"])
stowed = APIRouter(prefix="/stock", tags=["stowage"])

BinViewer = Annotated[Actor, Depends(allowed("bins.view"))]
BinSetter = Annotated[Actor, Depends(allowed("bins.set"))]
Viewer = Annotated[Actor, Depends(allowed("stock.view"))]
Stower = Annotated[Actor, Depends(allowed("stock.restow"))]
Tracer = Annotated[Actor, Depends(allowed("stock.trace"))]


@bins.post("/{warehouse_id}/bins", response_model=BinsSet)
async def set_bins(
    warehouse_id: UUID,
    body: BinsRequest,
    actor: BinSetter,
    runtime: RuntimeDep,
    key: IdempotencyKey,
) -> Response:
    """Add bins, or name their zones. From the first one on, what lies there has a place."""
    zones = {one.code: one.zone for one in body.bins}
    asked = [Bin(warehouse_id, code, zone) for code, zone in sorted(zones.items())]

    async def produce() -> BinsSet:
        await stowage.set_bins(tx, actor, asked)
        return BinsSet(codes=sorted(zones))

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)


@bins.get("/{warehouse_id}/bins", response_model=Page[BinResponse])
async def list_bins(
    warehouse_id: UUID,
    actor: BinViewer,
    runtime: RuntimeDep,
    page: PageQuery,
    asked: Annotated[BinFilter, Query()],
) -> Page[BinResponse]:
    """Bins of a warehouse, by code."""
    async with reading(runtime, actor) as reader:
        return await queries.bins(reader, actor, warehouse_id, asked, page)


@stowed.get("/stowed", response_model=Page[StowedResponse])
async def list_stowed(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    asked: Annotated[StowedFilter, Query()],
) -> Page[StowedResponse]:
    """What lies in which bin and of which lot; of goods that are kept by neither, nothing."""
    async with reading(runtime, actor) as reader:
        return await queries.stowed(reader, actor, asked, page)


@stowed.post("/restow", response_model=Page[StowedResponse])
async def restow(
    body: RestowRequest, actor: Stower, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Put goods into another bin, or say of which lot they are; on hand stays as it is."""
    source = Pick(body.bin, body.lot, body.quantity)
    lot = body.lot if body.to_lot is None else body.to_lot
    target = InboundLine(body.sku, body.quantity, body.to_bin, lot, body.expires_on)
    asked = StowedFilter(warehouse_id=body.warehouse_id, sku=body.sku)

    async def produce() -> Page[StowedResponse]:
        await stowage.restow(tx, actor, (body.warehouse_id, body.sku), source, target)
        return await queries.stowed(tx, actor, asked, PageRequest(None, LIMIT_MAX))

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)


@stowed.get("/lot-shipments", response_model=Page[TracedShipment])
async def trace_lot(
    actor: Tracer,
    runtime: RuntimeDep,
    page: PageQuery,
    asked: Annotated[TraceFilter, Query()],
) -> Page[TracedShipment]:
    """The shipments, and so the dealers, that a lot left with: for a recall."""
    async with reading(runtime, actor) as reader:
        return await queries.trace(reader, actor, asked, page)
