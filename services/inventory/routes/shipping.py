"""Outbound notes 出库单 and the shipments that they become."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, allowed
from chassis.db import Tx
from chassis.errors import DomainError
from chassis.http import IfMatch, RuntimeDep, json_response, with_etag
from chassis.idempotency import IdempotencyKey, Key, once
from chassis.pages import Page, PageQuery
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from services.inventory.commands import shipping
from services.inventory.commands.steps import By, Outcome
from services.inventory.domain.fulfilment import Fulfilment
from services.inventory.domain.outbound import OutboundAsk
from services.inventory.domain.shipping import DeliverAsk, DispatchAsk, ReceiveAsk
from services.inventory.queries import shipping as queries
from services.inventory.schemas import (
    DeliverRequest,
    DispatchRequest,
    OutboundRequest,
    ShipmentFilter,
    ShipmentResponse,
    ShipmentSummary,
)

outbounds = APIRouter(prefix="/outbounds", tags=["outbounds"])
shipments = APIRouter(prefix="/shipments", tags=["shipments"])

Poster = Annotated[Actor, Depends(allowed("outbounds.post"))]
Viewer = Annotated[Actor, Depends(allowed("shipments.view"))]
Dispatcher = Annotated[Actor, Depends(allowed("shipments.dispatch"))]
Deliverer = Annotated[Actor, Depends(allowed("shipments.deliver"))]
Receiver = Annotated[Actor, Depends(allowed("shipments.receive"))]

Command = Callable[[Tx], Awaitable[list[Outcome]]]
"""A command with its batch of one."""


@outbounds.post("", status_code=201, response_model=ShipmentResponse)
async def post_outbound(
    body: OutboundRequest,
    actor: Poster,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Let what is picked leave the stock: here, and only here, on hand goes down.

    Another person than the picker posts, unless the warehouse's `one_person` allows it.
    """
    ask = OutboundAsk(body.pick_task_id, actor.user_id, body.partial)

    async def produce() -> ShipmentResponse:
        after = _done(await shipping.post_outbounds(tx, By(actor, if_match), [ask]))
        return await queries.shipment(tx, actor, after.shipments[-1].shipment_id)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 201, produce)


@shipments.get("", response_model=Page[ShipmentSummary])
async def list_shipments(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    asked: Annotated[ShipmentFilter, Query()],
) -> Page[ShipmentSummary]:
    """Shipments that the caller may see, newest first."""
    async with reading(runtime, actor) as reader:
        return await queries.shipments(reader, actor, asked, page)


@shipments.get("/counts", response_model=dict[str, int])
async def count_shipments(
    actor: Viewer, runtime: RuntimeDep, warehouse_id: UUID | None = None
) -> dict[str, int]:
    """How many shipments are in each state."""
    async with reading(runtime, actor) as reader:
        return await queries.counts(reader, actor, warehouse_id)


@shipments.get("/{shipment_id}", response_model=ShipmentResponse)
async def get_shipment(shipment_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """One shipment with its lines."""
    async with reading(runtime, actor) as reader:
        shown = await queries.shipment(reader, actor, shipment_id)
    return with_etag(json_response(shown), shown.version)


@shipments.post("/{shipment_id}/dispatch", response_model=ShipmentResponse)
async def dispatch_shipment(
    shipment_id: UUID,
    body: DispatchRequest,
    actor: Dispatcher,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """The goods go on their way: with our own fleet, a carrier, or the dealer fetches them."""
    ask = DispatchAsk(shipment_id, body.mode, body.tracking_number)

    async def command(tx: Tx) -> list[Outcome]:
        return await shipping.dispatch_shipments(tx, By(actor, if_match), [ask])

    return await _move(runtime, actor, key, shipment_id, command)


@shipments.post("/{shipment_id}/deliver", response_model=ShipmentResponse)
async def deliver_shipment(
    shipment_id: UUID,
    body: DeliverRequest,
    actor: Deliverer,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """The goods were handed over; `proof` says to whom."""
    ask = DeliverAsk(shipment_id, body.proof)

    async def command(tx: Tx) -> list[Outcome]:
        return await shipping.deliver_shipments(tx, By(actor, if_match), [ask])

    return await _move(runtime, actor, key, shipment_id, command)


@shipments.post("/{shipment_id}/receive", response_model=ShipmentResponse)
async def receive_shipment(
    shipment_id: UUID,
    actor: Receiver,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """The dealer has the goods; only he says so, or time does."""
    ask = ReceiveAsk(shipment_id, actor.user_id)

    async def command(tx: Tx) -> list[Outcome]:
        return await shipping.receive_shipments(tx, By(actor, if_match), [ask])

    return await _move(runtime, actor, key, shipment_id, command)


async def _move(
    runtime: Runtime, actor: Actor, key: Key, shipment_id: UUID, command: Command
) -> Response:
    """One command with a batch of one, answered with the shipment as it is then."""

    async def produce() -> ShipmentResponse:
        _done(await command(tx))
        return await queries.shipment(tx, actor, shipment_id)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)


def _done(outcomes: list[Outcome]) -> Fulfilment:
    (outcome,) = outcomes
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome
