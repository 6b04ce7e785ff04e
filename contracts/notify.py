"""Messages owned by the notify service."""

from __future__ import annotations

from uuid import UUID

from contracts.message import Event


class TodoEvent(Event):
    topic = "notify.events"
    keyed_by = "todo_id"

    todo_id: UUID
    role: str
    kind: str
    user_id: UUID | None
    dealer_id: UUID | None


class TodoOpened(TodoEvent):
    """There is work for a role, or for one user of it."""

    type = "notify.todo-opened.v1"


class TodoDone(TodoEvent):
    """The work is done, by whomever."""

    type = "notify.todo-done.v1"


class MessageQueued(Event):
    """An in-app message waits for its reader; of several at once, this names the newest."""

    type = "notify.message-queued.v1"
    topic = "notify.events"
    keyed_by = "message_id"

    message_id: UUID
    user_id: UUID | None
    dealer_id: UUID | None
