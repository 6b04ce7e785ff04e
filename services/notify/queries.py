"""Read models of notify: SQL in, response schema out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import orjson
from asyncpg import Record

from chassis.auth import Actor
from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from chassis.texts import render
from services.notify.schemas import (
    MessageCounts,
    MessageResponse,
    PreferenceResponse,
    PreferencesResponse,
    TodoCount,
    TodoCounts,
    TodoResponse,
    TodoStatus,
)
from services.notify.texts import MESSAGES, TODOS


async def open_todos(
    reader: Reader, actor: Actor, kind: str | None, page: PageRequest
) -> Page[TodoResponse]:
    """What waits for the actor or for one of his roles, the oldest first."""
    after_at, after_id = page.key(datetime, UUID)
    rows = await reader.fetch(
        """
        SELECT t.todo_id, t.kind, t.status, t.subject_id, t.order_id, t.dealer_id,
               d.name AS dealer, t.role, t.user_id, t.parameters, t.opened_at, t.done_at,
               NULL::text AS done_by
        FROM todos t
        LEFT JOIN dealers d USING (dealer_id)
        WHERE t.status = 'OPEN'
          AND t.role = ANY($1::text[])
          AND (t.user_id IS NULL OR t.user_id = $2)
          AND ($3::uuid[] IS NULL OR t.warehouse_id IS NULL OR t.warehouse_id = ANY($3))
          AND ($4::text IS NULL OR t.kind = $4)
          AND ($5::timestamptz IS NULL OR (t.opened_at, t.todo_id) > ($5, $6::uuid))
        ORDER BY t.opened_at, t.todo_id
        LIMIT $7
        """,
        *_mine(actor),
        kind,
        after_at,
        after_id,
        page.fetch,
    )
    return Page.of([_todo(row) for row in rows], page, key=lambda t: (t.opened_at, t.todo_id))


async def done_todos(
    reader: Reader, actor: Actor, kind: str | None, page: PageRequest
) -> Page[TodoResponse]:
    """What waited for the actor or for one of his roles and is done, the latest first."""
    before_at, before_id = page.key(datetime, UUID)
    rows = await reader.fetch(
        """
        SELECT t.todo_id, t.kind, t.status, t.subject_id, t.order_id, t.dealer_id,
               d.name AS dealer, t.role, t.user_id, t.parameters, t.opened_at, t.done_at,
               u.name AS done_by
        FROM todos t
        LEFT JOIN dealers d USING (dealer_id)
        LEFT JOIN users u ON u.user_id = t.done_by
        WHERE t.status = 'DONE'
          AND t.opened_at IS NOT NULL
          AND t.role = ANY($1::text[])
          AND (t.user_id IS NULL OR t.user_id = $2)
          AND ($3::uuid[] IS NULL OR t.warehouse_id IS NULL OR t.warehouse_id = ANY($3))
          AND ($4::text IS NULL OR t.kind = $4)
          AND ($5::timestamptz IS NULL OR (t.done_at, t.todo_id) < ($5, $6::uuid))
        ORDER BY t.done_at DESC, t.todo_id DESC
        LIMIT $7
        """,
        *_mine(actor),
        kind,
        before_at,
        before_id,
        page.fetch,
    )
    return Page.of([_todo(row) for row in rows], page, key=lambda t: (t.done_at, t.todo_id))


async def todo_counts(reader: Reader, actor: Actor) -> TodoCounts:
    """How much of each kind waits for the actor or for one of his roles, and since when."""
    rows = await reader.fetch(
        """
        SELECT kind, role, count(*) AS count, min(opened_at) AS oldest_at
        FROM todos
        WHERE status = 'OPEN'
          AND role = ANY($1::text[])
          AND (user_id IS NULL OR user_id = $2)
          AND ($3::uuid[] IS NULL OR warehouse_id IS NULL OR warehouse_id = ANY($3))
        GROUP BY kind, role
        ORDER BY kind, role
        """,
        *_mine(actor),
    )
    kinds = [TodoCount(**row) for row in rows]
    return TodoCounts(total=sum(kind.count for kind in kinds), kinds=kinds)


async def messages(
    reader: Reader, actor: Actor, page: PageRequest, *, unread: bool
) -> Page[MessageResponse]:
    """What the actor or his dealer was told, the newest first."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT m.message_id, m.template, m.order_id, m.parameters, m.queued_at, r.read_at
        FROM messages m
        LEFT JOIN message_reads r ON r.message_id = m.message_id AND r.user_id = $1
        WHERE (m.user_id = $1 OR (m.user_id IS NULL AND m.dealer_id = $2))
          AND (NOT $3 OR r.read_at IS NULL)
          AND ($4::uuid IS NULL OR m.message_id < $4)
        ORDER BY m.message_id DESC
        LIMIT $5
        """,
        actor.user_id,
        actor.dealer_id,
        unread,
        before,
        page.fetch,
    )
    return Page.of([_message(row) for row in rows], page, key=lambda m: (m.message_id,))


async def message(reader: Reader, actor: Actor, message_id: UUID) -> MessageResponse:
    """One message to the actor or his dealer. Raises NotFound."""
    row = await reader.fetchrow(
        """
        SELECT m.message_id, m.template, m.order_id, m.parameters, m.queued_at, r.read_at
        FROM messages m
        LEFT JOIN message_reads r ON r.message_id = m.message_id AND r.user_id = $2
        WHERE m.message_id = $1 AND (m.user_id = $2 OR (m.user_id IS NULL AND m.dealer_id = $3))
        """,
        message_id,
        actor.user_id,
        actor.dealer_id,
    )
    if row is None:
        raise NotFound
    return _message(row)


async def message_counts(reader: Reader, actor: Actor) -> MessageCounts:
    """How many messages the actor has not read."""
    row = await reader.fetchrow(
        """
        SELECT count(*) AS unread
        FROM messages m
        WHERE (m.user_id = $1 OR (m.user_id IS NULL AND m.dealer_id = $2))
          AND NOT EXISTS (
              SELECT FROM message_reads r WHERE r.message_id = m.message_id AND r.user_id = $1
          )
        """,
        actor.user_id,
        actor.dealer_id,
    )
    return MessageCounts(unread=row["unread"] if row else 0)


async def preferences(reader: Reader, actor: Actor) -> PreferencesResponse:
    """Where e-mail to the actor goes, and what he wants by it."""
    mailbox = await reader.fetchrow(
        "SELECT email, language FROM mailboxes WHERE user_id = $1", actor.user_id
    )
    rows = await reader.fetch("SELECT template FROM muted WHERE user_id = $1", actor.user_id)
    muted = {row["template"] for row in rows}
    return PreferencesResponse(
        email=mailbox["email"] if mailbox else None,
        language=mailbox["language"] if mailbox else "zh-CN",
        templates=[
            PreferenceResponse(
                template=template,
                title_zh=title.zh,
                title_en=title.en,
                mail=template not in muted,
            )
            for template, (title, _) in MESSAGES.items()
        ],
        allowed_actions=["messages.choose"],
    )


def _mine(actor: Actor) -> tuple[list[str], UUID, list[UUID] | None]:
    warehouses = None if actor.warehouse_ids is None else list(actor.warehouse_ids)
    return sorted(actor.roles), actor.user_id, warehouses


def _todo(row: Record) -> TodoResponse:
    facts = orjson.loads(row["parameters"]) | {"dealer": row["dealer"]}
    title = render(TODOS[row["kind"]], facts)
    return TodoResponse(
        todo_id=row["todo_id"],
        kind=row["kind"],
        status=TodoStatus(row["status"]),
        subject_id=row["subject_id"],
        order_id=row["order_id"],
        dealer_id=row["dealer_id"],
        dealer=row["dealer"],
        role=row["role"],
        user_id=row["user_id"],
        title_zh=title.zh,
        title_en=title.en,
        opened_at=row["opened_at"],
        done_at=row["done_at"],
        done_by=row["done_by"],
    )


def _message(row: Record) -> MessageResponse:
    facts = orjson.loads(row["parameters"])
    title, text = (render(part, facts) for part in MESSAGES[row["template"]])
    return MessageResponse(
        message_id=row["message_id"],
        template=row["template"],
        order_id=row["order_id"],
        title_zh=title.zh,
        title_en=title.en,
        text_zh=text.zh,
        text_en=text.en,
        queued_at=row["queued_at"],
        read_at=row["read_at"],
        allowed_actions=[] if row["read_at"] else ["messages.read"],
    )
