"""Pick tasks 配货单: the pickers' queue and what they do with it."""

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
from services.inventory.commands import picking
from services.inventory.commands.steps import By, Outcome
from services.inventory.domain.picking import PickAsk, PickTaskAsk, ShortAsk
from services.inventory.queries import picking as queries
from services.inventory.schemas import (
    PickRequest,
    PickTaskFilter,
    PickTaskResponse,
    PickTaskSummary,
    ShortRequest,
)

pick_tasks = APIRouter(prefix="/pick-tasks", tags=["pick-tasks"])

Viewer = Annotated[Actor, Depends(allowed("pick-tasks.view"))]
Starter = Annotated[Actor, Depends(allowed("pick-tasks.start"))]
Confirmer = Annotated[Actor, Depends(allowed("pick-tasks.confirm"))]
Shortener = Annotated[Actor, Depends(allowed("pick-tasks.short"))]
Returner = Annotated[Actor, Depends(allowed("pick-tasks.put-back"))]

Command = Callable[[Tx], Awaitable[list[Outcome]]]
"""A command with its batch of one."""


@pick_tasks.get("", response_model=Page[PickTaskSummary])
async def list_pick_tasks(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    asked: Annotated[PickTaskFilter, Query()],
) -> Page[PickTaskSummary]:
    """Tasks of the caller's warehouses, oldest first. Only released orders are here (F-22)."""
    async with reading(runtime, actor) as reader:
        return await queries.pick_tasks(reader, actor, asked, page)


@pick_tasks.get("/counts", response_model=dict[str, int])
async def count_pick_tasks(
    actor: Viewer, runtime: RuntimeDep, warehouse_id: UUID | None = None
) -> dict[str, int]:
    """How many tasks are in each state."""
    async with reading(runtime, actor) as reader:
        return await queries.counts(reader, actor, warehouse_id)


@pick_tasks.get("/{pick_task_id}", response_model=PickTaskResponse)
async def get_pick_task(pick_task_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """One pick task with what is to be picked."""
    async with reading(runtime, actor) as reader:
        task = await queries.pick_task(reader, actor, pick_task_id)
    return with_etag(json_response(task), task.version)


@pick_tasks.post("/{pick_task_id}/start", response_model=PickTaskResponse)
async def start_pick(
    pick_task_id: UUID,
    actor: Starter,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Begin to pick; refused while the dealer is on stop."""
    ask = PickTaskAsk(pick_task_id, actor.user_id)

    async def command(tx: Tx) -> list[Outcome]:
        return await picking.start_picks(tx, By(actor, if_match), [ask])

    return await _do(runtime, actor, key, pick_task_id, command)


@pick_tasks.post("/{pick_task_id}/confirm", response_model=PickTaskResponse)
async def confirm_pick(
    pick_task_id: UUID,
    body: PickRequest,
    actor: Confirmer,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Count what was picked. What is missing stays reserved, and the task open for it."""
    ask = PickAsk(pick_task_id, actor.user_id, body.quantities(), body.named())

    async def command(tx: Tx) -> list[Outcome]:
        return await picking.confirm_picks(tx, By(actor, if_match), [ask])

    return await _do(runtime, actor, key, pick_task_id, command)


@pick_tasks.post("/{pick_task_id}/short", response_model=PickTaskResponse)
async def shorten_pick(
    pick_task_id: UUID,
    body: ShortRequest,
    actor: Shortener,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """Say what is not there or damaged: it follows as a backorder, and the SKU is to be counted."""
    ask = ShortAsk(pick_task_id, actor.user_id, body.missing())

    async def command(tx: Tx) -> list[Outcome]:
        return await picking.shorten_picks(tx, By(actor, if_match), [ask])

    return await _do(runtime, actor, key, pick_task_id, command)


@pick_tasks.post("/{pick_task_id}/put-back", response_model=PickTaskResponse)
async def put_back(
    pick_task_id: UUID,
    actor: Returner,
    runtime: RuntimeDep,
    key: IdempotencyKey,
    if_match: IfMatch,
) -> Response:
    """The goods of a cancelled order are back in their bins: they are free for others now."""
    ask = PickTaskAsk(pick_task_id, actor.user_id)

    async def command(tx: Tx) -> list[Outcome]:
        return await picking.put_back(tx, By(actor, if_match), [ask])

    return await _do(runtime, actor, key, pick_task_id, command)


async def _do(
    runtime: Runtime, actor: Actor, key: Key, pick_task_id: UUID, command: Command
) -> Response:
    """One command with a batch of one, answered with the task as it is then."""

    async def produce() -> PickTaskResponse:
        (outcome,) = await command(tx)
        if isinstance(outcome, DomainError):
            raise outcome
        return await queries.pick_task(tx, actor, pick_task_id)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)
