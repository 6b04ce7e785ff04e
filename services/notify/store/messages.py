"""Rows of in-app messages, and who read them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import orjson

from chassis.db import Tx
from chassis.ids import uuid7
from services.notify.domain import Telling
from services.notify.store.todos import Facts


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
    return [dict(row) for row in queued]


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
