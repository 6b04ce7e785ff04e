"""Rows of notify; each function is one statement for the whole batch.

Locks: to-dos by (kind, subject_id), then nothing else; messages and projections lock no two rows
that another batch could take in the opposite order, because they are written sorted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import orjson
from asyncpg import Record

from chassis.db import Reader, Tx
from chassis.ids import uuid7
from contracts.dealers import DealerState
from contracts.gateway import UserState
from services.notify.domain import WORKS, Fact, Opening, Place, Telling

Facts = dict[str, object]
"""Fields of the message that announces a row."""


async def open_todos(tx: Tx, openings: Mapping[Place, Opening]) -> list[Facts]:
    """Open work, once per opening event, unless its subject is over already."""
    if not openings:
        return []
    places = sorted(openings)
    rows = [openings[place] for place in places]
    opened = await tx.fetch(
        """
        INSERT INTO todos AS t (todo_id, kind, subject_id, status, role, user_id, dealer_id,
                                warehouse_id, order_id, parameters, opened_by, opened_at)
        SELECT todo_id, kind, subject_id, 'OPEN', role, user_id, dealer_id, warehouse_id, order_id,
               parameters, opened_by, opened_at
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[],
                    $7::uuid[], $8::uuid[], $9::jsonb[], $10::uuid[], $11::timestamptz[])
             AS new(todo_id, kind, subject_id, role, user_id, dealer_id, warehouse_id, order_id,
                    parameters, opened_by, opened_at)
        ON CONFLICT (kind, subject_id) DO UPDATE
        SET status = 'OPEN', role = excluded.role, user_id = excluded.user_id,
            parameters = excluded.parameters, opened_by = excluded.opened_by,
            opened_at = excluded.opened_at, done_at = NULL, done_by = NULL
        WHERE t.status = 'DONE' AND NOT t.final AND t.opened_by < excluded.opened_by
        RETURNING todo_id, kind, role, user_id, dealer_id
        """,
        [uuid7() for _ in rows],
        [kind for kind, _ in places],
        [subject_id for _, subject_id in places],
        [row.role for row in rows],
        [row.user_id for row in rows],
        [getattr(row.fact.event, "dealer_id", None) for row in rows],
        [getattr(row.fact.event, "warehouse_id", None) for row in rows],
        [getattr(row.fact.event, "order_id", None) for row in rows],
        [orjson.dumps(row.parameters).decode() for row in rows],
        [row.fact.message_id for row in rows],
        [row.fact.at for row in rows],
    )
    return _facts(opened)


async def open_places(reader: Reader, subject_ids: Collection[UUID]) -> set[Place]:
    """The work that is open about these subjects: of most there is none."""
    if not subject_ids:
        return set()
    rows = await reader.fetch(
        "SELECT kind, subject_id FROM todos WHERE subject_id = ANY($1::uuid[]) AND status = 'OPEN'",
        list(subject_ids),
    )
    return {(row["kind"], row["subject_id"]) for row in rows}


async def close_todos(tx: Tx, ends: Mapping[Place, Fact]) -> list[Facts]:
    """Close what is open; what is not open stays as it is."""
    if not ends:
        return []
    closed = await tx.fetch(
        """
        WITH over AS (
            SELECT t.todo_id, c.at, c.by
            FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::uuid[])
                 AS c(kind, subject_id, at, by)
            JOIN todos t ON t.kind = c.kind AND t.subject_id = c.subject_id
            WHERE t.status = 'OPEN'
            ORDER BY t.kind, t.subject_id
            FOR NO KEY UPDATE OF t
        )
        UPDATE todos t
        SET status = 'DONE', done_at = over.at, done_by = over.by
        FROM over
        WHERE t.todo_id = over.todo_id
        RETURNING t.todo_id, t.kind, t.role, t.user_id, t.dealer_id
        """,
        [kind for kind, _ in ends],
        [subject_id for _, subject_id in ends],
        [fact.at for fact in ends.values()],
        [fact.by for fact in ends.values()],
    )
    return _facts(closed)


async def void_todos(tx: Tx, ends: Mapping[Place, Fact]) -> list[Facts]:
    """Close for good what is open, and leave a tombstone for what may open later."""
    if not ends:
        return []
    places = sorted(ends)
    closed = await tx.fetch(
        """
        INSERT INTO todos AS t (todo_id, kind, subject_id, status, role, parameters, done_at,
                                done_by, final)
        SELECT todo_id, kind, subject_id, 'DONE', role, '{}', done_at, done_by, true
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::timestamptz[], $6::uuid[])
             AS over(todo_id, kind, subject_id, role, done_at, done_by)
        ON CONFLICT (kind, subject_id) DO UPDATE
        SET status = 'DONE', final = true,
            done_at = coalesce(t.done_at, excluded.done_at),
            done_by = CASE WHEN t.done_at IS NULL THEN excluded.done_by ELSE t.done_by END
        WHERE NOT t.final
        RETURNING todo_id, kind, role, user_id, dealer_id,
                  opened_at IS NOT NULL AND done_at = ANY($5::timestamptz[]) AS was_open
        """,
        [uuid7() for _ in places],
        [kind for kind, _ in places],
        [subject_id for _, subject_id in places],
        [WORKS[kind].role for kind, _ in places],
        [ends[place].at for place in places],
        [ends[place].by for place in places],
    )
    return _facts([row for row in closed if row["was_open"]])


async def insert_messages(tx: Tx, tellings: Sequence[Telling]) -> list[Facts]:
    """Queue messages, each once per event and template."""
    if not tellings:
        return []
    queued = await tx.fetch(
        """
        INSERT INTO messages (message_id, event_id, template, user_id, dealer_id, order_id,
                              parameters, queued_at)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[],
                             $6::uuid[], $7::jsonb[], $8::timestamptz[])
        ON CONFLICT (event_id, template) DO NOTHING
        RETURNING message_id, user_id, dealer_id
        """,
        [uuid7() for _ in tellings],
        [telling.fact.message_id for telling in tellings],
        [telling.template for telling in tellings],
        [telling.user_id for telling in tellings],
        [getattr(telling.fact.event, "dealer_id", None) for telling in tellings],
        [getattr(telling.fact.event, "order_id", None) for telling in tellings],
        [orjson.dumps(telling.parameters).decode() for telling in tellings],
        [telling.fact.at for telling in tellings],
    )
    return _facts(queued)


async def insert_read(tx: Tx, message_id: UUID, user_id: UUID) -> None:
    """Remember the first time that a user read a message."""
    await tx.execute(
        """
        INSERT INTO message_reads (message_id, user_id)
        VALUES ($1, $2)
        ON CONFLICT (message_id, user_id) DO NOTHING
        """,
        message_id,
        user_id,
    )


async def upsert_dealers(tx: Tx, states: Sequence[DealerState]) -> None:
    """Keep the newest state of each dealer."""
    await tx.execute(
        """
        INSERT INTO dealers AS d (dealer_id, name, salesperson_id, version)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[])
        ON CONFLICT (dealer_id) DO UPDATE
        SET name = excluded.name, salesperson_id = excluded.salesperson_id,
            version = excluded.version
        WHERE excluded.version > d.version
        """,
        [state.dealer_id for state in states],
        [state.name for state in states],
        [state.salesperson_id for state in states],
        [state.version for state in states],
    )


async def upsert_users(tx: Tx, states: Sequence[UserState]) -> None:
    """Keep the newest state of each user."""
    await tx.execute(
        """
        INSERT INTO users AS u (user_id, name, version)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[])
        ON CONFLICT (user_id) DO UPDATE
        SET name = excluded.name, version = excluded.version
        WHERE excluded.version > u.version
        """,
        [state.user_id for state in states],
        [state.name for state in states],
        [state.version for state in states],
    )


def _facts(rows: Sequence[Record]) -> list[Facts]:
    return [dict(row) for row in rows]
