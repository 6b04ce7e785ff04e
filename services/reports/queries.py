"""Read models of reports: SQL in, response schema out."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import orjson
from asyncpg import Record

from chassis.db import Reader
from chassis.errors import NotFound
from services.reports.schemas import Funnel, FunnelStep, Timeline, TimelineEvent
from services.reports.texts import EVENTS, STATUSES, STEPS, Text, render

ENVELOPE = frozenset({"order_id", "dealer_id", "salesperson_id", "version"})
"""Fields of the events that the story says once, or that tell nothing."""
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


async def funnel(reader: Reader, since: datetime, until: datetime) -> Funnel:
    """How many of the orders submitted from `since` until before `until` reached each step."""
    rows = await reader.fetch(
        """
        SELECT s.step, count(s.at) AS orders,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY s.at - o.submitted_at) AS median,
               percentile_disc(0.95) WITHIN GROUP (ORDER BY s.at - o.submitted_at) AS p95
        FROM orders o
        CROSS JOIN LATERAL (VALUES
            (1, 'submitted', submitted_at), (2, 'checked', checked_at),
            (3, 'confirmed', confirmed_at), (4, 'released', released_at),
            (5, 'picked', picked_at), (6, 'outbound', outbound_at),
            (7, 'dispatched', dispatched_at), (8, 'delivered', delivered_at),
            (9, 'received', received_at), (10, 'invoiced', invoiced_at),
            (11, 'completed', completed_at), (12, 'ended', ended_at)
        ) AS s(place, step, at)
        WHERE o.submitted_at >= $1 AND o.submitted_at < $2
        GROUP BY s.place, s.step
        ORDER BY s.place
        """,
        since,
        until,
    )
    return Funnel(since=since, until=until, steps=[_step(row) for row in rows])


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


def _step(row: Record) -> FunnelStep:
    return FunnelStep(
        step=row["step"],
        label_zh=STEPS[row["step"]].zh,
        label_en=STEPS[row["step"]].en,
        orders=row["orders"],
        median_seconds=_seconds(row["median"]),
        p95_seconds=_seconds(row["p95"]),
    )


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())


def _event(row: Record) -> TimelineEvent:
    told: dict[str, object] = orjson.loads(row["facts"])
    facts = {name: fact for name, fact in told.items() if name not in ENVELOPE}
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
