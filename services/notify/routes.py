"""HTTP API of notify: what waits for me, and what I was told."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from chassis.auth import Actor, allowed
from chassis.errors import NotFound
from chassis.http import RuntimeDep
from chassis.pages import Page, PageQuery
from chassis.scope import acting, reading
from services.notify import commands, queries
from services.notify.schemas import (
    MessageCounts,
    MessageResponse,
    PreferenceRequest,
    PreferencesResponse,
    TodoCounts,
    TodoResponse,
    TodoStatus,
)
from services.notify.texts import MESSAGES

todos = APIRouter(prefix="/todos", tags=["notify"])
messages = APIRouter(prefix="/messages", tags=["notify"])

Worker = Annotated[Actor, Depends(allowed("todos.view"))]
Addressee = Annotated[Actor, Depends(allowed("messages.view"))]
Recipient = Annotated[Actor, Depends(allowed("messages.read"))]
Chooser = Annotated[Actor, Depends(allowed("messages.choose"))]
Kind = Annotated[str | None, Query(max_length=40, description="Only this kind, e.g. PICK.")]


@todos.get("")
async def list_todos(
    actor: Worker,
    runtime: RuntimeDep,
    page: PageQuery,
    kind: Kind = None,
    status: TodoStatus = TodoStatus.OPEN,
) -> Page[TodoResponse]:
    """What waits for you or for one of your roles, the oldest first; or what is done."""
    async with reading(runtime, actor) as reader:
        if status is TodoStatus.OPEN:
            return await queries.open_todos(reader, actor, kind, page)
        return await queries.done_todos(reader, actor, kind, page)


@todos.get("/counts")
async def count_todos(actor: Worker, runtime: RuntimeDep) -> TodoCounts:
    """How much of each kind waits for you or for one of your roles."""
    async with reading(runtime, actor) as reader:
        return await queries.todo_counts(reader, actor)


@messages.get("")
async def list_messages(
    actor: Addressee,
    runtime: RuntimeDep,
    page: PageQuery,
    unread: Annotated[bool, Query(description="Only what you have not read.")] = False,  # noqa: FBT002
) -> Page[MessageResponse]:
    """What you were told, the newest first."""
    async with reading(runtime, actor) as reader:
        return await queries.messages(reader, actor, page, unread=unread)


@messages.get("/counts")
async def count_messages(actor: Addressee, runtime: RuntimeDep) -> MessageCounts:
    """How many messages you have not read."""
    async with reading(runtime, actor) as reader:
        return await queries.message_counts(reader, actor)


@messages.get("/preferences")
async def show_preferences(actor: Addressee, runtime: RuntimeDep) -> PreferencesResponse:
    """Where e-mail to you goes, and about what you want it."""
    async with reading(runtime, actor) as reader:
        return await queries.preferences(reader, actor)


@messages.put("/preferences/{template}")
async def choose_mail(
    template: Annotated[str, Path(max_length=64)],
    body: PreferenceRequest,
    actor: Chooser,
    runtime: RuntimeDep,
) -> PreferencesResponse:
    """Switch e-mail about one kind of message on or off, for yourself; in-app it stays."""
    if template not in MESSAGES:
        raise NotFound
    async with acting(runtime, actor) as tx:
        await commands.choose_mail(tx, actor.user_id, template, wanted=body.mail)
        return await queries.preferences(tx, actor)


@messages.post("/{message_id}/read")
async def read_message(message_id: UUID, actor: Recipient, runtime: RuntimeDep) -> MessageResponse:
    """Mark a message as read; again is fine."""
    async with acting(runtime, actor) as tx:
        await queries.message(tx, actor, message_id)
        await commands.read_message(tx, message_id, actor.user_id)
        return await queries.message(tx, actor, message_id)
