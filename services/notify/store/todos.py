"""Rows of to-dos."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

import orjson

from chassis.db import Reader, Tx
from chassis.ids import uuid7
from services.notify.domain import WORKS, Fact, Opening, Place

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
    return [dict(row) for row in opened]


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
    return [dict(row) for row in closed]


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
    return [dict(row) for row in closed if row["was_open"]]
