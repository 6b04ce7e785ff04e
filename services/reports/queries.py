"""Read models of reports: SQL in, response schema out."""

from __future__ import annotations

from uuid import UUID

import orjson
from asyncpg import Record

from chassis.db import Reader
from chassis.errors import NotFound
from services.reports.schemas import Timeline, TimelineEvent
from services.reports.texts import EVENTS, STATUSES, Text, render

OVER = frozenset({"REJECTED", "EXPIRED", "CANCELLED", "COMPLETED"})


async def timeline(reader: Reader, order_id: UUID) -> Timeline:
    """The story of one order, the oldest event first. Raises NotFound."""
    order = await reader.fetchrow(
        """
        SELECT o.order_id, o.number, o.dealer_id, d.name AS dealer, o.status, o.hold, o.total_minor
        FROM orders o
        LEFT JOIN dealers d USING (dealer_id)
        WHERE o.order_id = $1
        """,
        order_id,
    )
    if order is None:
        raise NotFound
    events = await reader.fetch(
        """
        SELECT e.message_id, e.at, e.type, e.actor_id, u.name AS actor, e.facts
        FROM order_events e
        LEFT JOIN users u ON u.user_id = e.actor_id
        WHERE e.order_id = $1
        ORDER BY e.at, e.message_id
        """,
        order_id,
    )
    held = order["hold"] and order["status"] not in OVER
    status = "ON_HOLD" if held else order["status"]
    return Timeline(
        order_id=order["order_id"],
        number=order["number"],
        dealer_id=order["dealer_id"],
        dealer=order["dealer"],
        status=status,
        status_zh=STATUSES[status].zh,
        status_en=STATUSES[status].en,
        total_minor=order["total_minor"],
        events=[_event(row) for row in events],
        allowed_actions=[],
    )


async def digest(reader: Reader) -> str:
    """One hash over every row of the projection: equal rows, equal hash."""
    value: str = await reader.fetchval(
        """
        SELECT md5(concat(
            (SELECT string_agg(md5(o::text), '' ORDER BY order_id) FROM orders o),
            (SELECT string_agg(md5(e::text), '' ORDER BY message_id) FROM order_events e)
        ))
        """
    )
    return value


def _event(row: Record) -> TimelineEvent:
    facts = orjson.loads(row["facts"])
    text = render(EVENTS.get(row["type"], Text(row["type"], row["type"])), facts)
    return TimelineEvent(
        message_id=row["message_id"],
        at=row["at"],
        type=row["type"],
        actor_id=row["actor_id"],
        actor=row["actor"],
        text_zh=text.zh,
        text_en=text.en,
        facts=facts,
    )
