"""Read models of reports: SQL in, response schema out."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date, datetime, timedelta
from uuid import UUID

import orjson
from asyncpg import Record

from chassis.db import Reader, Tx
from chassis.errors import NotFound
from chassis.texts import Text, render
from services.reports.domain import FACTS
from services.reports.schemas import (
    Funnel,
    FunnelAsk,
    FunnelStep,
    OwedAsk,
    OwedRow,
    SalesAsk,
    SalesRow,
    Timeline,
    TimelineEvent,
)
from services.reports.texts import EVENTS, STATUSES, STEPS

PREFETCH = 500
"""Rows of a report that are fetched at once."""
OVER = frozenset({"REJECTED", "EXPIRED", "CANCELLED", "COMPLETED", "CLOSED_SHORT"})


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


async def funnel(reader: Reader, ask: FunnelAsk) -> Funnel:
    """How many of the orders submitted in a span reached each step, and how long they waited."""
    rows = await reader.fetch(
        """
        WITH reached AS (
            SELECT s.place, s.step, s.at, s.at - o.submitted_at AS after,
                   s.at - lag(s.at) OVER story AS waited,
                   CASE WHEN s.at IS NOT NULL AND lead(s.at) OVER story IS NULL
                             AND o.completed_at IS NULL AND o.ended_at IS NULL
                        THEN $3::timestamptz - s.at END AS standing
            FROM orders o
            LEFT JOIN dealers d USING (dealer_id)
            CROSS JOIN LATERAL (VALUES
                (1, 'submitted', submitted_at), (2, 'checked', checked_at),
                (3, 'confirmed', confirmed_at), (4, 'released', released_at),
                (5, 'picked', picked_at), (6, 'outbound', outbound_at),
                (7, 'dispatched', dispatched_at), (8, 'delivered', delivered_at),
                (9, 'received', received_at), (10, 'invoiced', invoiced_at),
                (11, 'completed', completed_at), (12, 'ended', ended_at)
            ) AS s(place, step, at)
            WHERE o.submitted_at >= $1 AND o.submitted_at < $2
              AND ($4::uuid IS NULL OR o.dealer_id = $4)
              AND ($5::uuid IS NULL OR o.salesperson_id = $5)
              AND ($6::text IS NULL OR d.province = $6)
              AND ($7::text IS NULL OR d.city = $7)
            WINDOW story AS (PARTITION BY o.order_id ORDER BY s.at NULLS LAST, s.place)
        )
        SELECT step, count(at) AS orders,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY after) AS median,
               percentile_disc(0.95) WITHIN GROUP (ORDER BY after) AS p95,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY waited) AS waited_median,
               percentile_disc(0.95) WITHIN GROUP (ORDER BY waited) AS waited_p95,
               count(standing) AS standing_orders,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY standing) AS standing_median
        FROM reached
        GROUP BY place, step
        ORDER BY place
        """,
        ask.since,
        ask.until,
        ask.now,
        ask.whose.dealer_id,
        ask.whose.salesperson_id,
        ask.whose.province,
        ask.whose.city,
    )
    return Funnel(since=ask.since, until=ask.until, steps=[_step(row) for row in rows])


async def sales(
    tx: Tx,
    ask: SalesAsk,
    *,
    after: tuple[date | None, str | None] = (None, None),
    limit: int | None = None,
) -> AsyncGenerator[SalesRow]:
    """What was sold less what was credited, by day and as asked; the rows after the key `after`."""
    # Behind row-level security the planner expects one invoice, and would read all for each order.
    await tx.execute("SET LOCAL enable_nestloop = off")
    rows = tx.cursor(
        """
        WITH dated AS (
            SELECT (invoiced_at AT TIME ZONE 'Asia/Shanghai')::date AS day, message_id, credit,
                   dealer_id, sku, salesperson_id, province, city,
                   quantity, net_minor, tax_minor, gross_minor
            FROM sales
            WHERE $1 = 'invoice' AND invoiced_at >= $2 AND invoiced_at < $3
            UNION ALL
            SELECT (submitted_at AT TIME ZONE 'Asia/Shanghai')::date, message_id, credit,
                   dealer_id, sku, salesperson_id, province, city,
                   quantity, net_minor, tax_minor, gross_minor
            FROM sales
            WHERE $1 = 'order' AND submitted_at >= $2 AND submitted_at < $3
              AND invoiced_at >= $2::timestamptz - interval '1 day' -- for the index; clocks differ
        ), parted AS (
            SELECT day, message_id, credit, quantity, net_minor, tax_minor, gross_minor,
                   CASE WHEN 'dealer' = ANY($4::text[]) THEN dealer_id END AS dealer_id,
                   CASE WHEN 'sku' = ANY($4::text[]) THEN sku END AS sku,
                   CASE WHEN 'salesperson' = ANY($4::text[]) THEN salesperson_id END
                       AS salesperson_id,
                   CASE WHEN 'territory' = ANY($4::text[]) THEN province END AS province,
                   CASE WHEN 'territory' = ANY($4::text[]) THEN city END AS city
            FROM dated
            WHERE ($5::text IS NULL OR sku = $5)
              AND ($6::uuid IS NULL OR dealer_id = $6)
              AND ($7::uuid IS NULL OR salesperson_id = $7)
              AND ($8::text IS NULL OR province = $8)
              AND ($9::text IS NULL OR city = $9)
        ), summed AS (
            SELECT day, dealer_id, sku, salesperson_id, province, city,
                   jsonb_build_array(dealer_id, sku, salesperson_id, province, city)::text
                       COLLATE "C" AS key,
                   count(DISTINCT message_id) FILTER (WHERE NOT credit) AS invoices,
                   count(DISTINCT message_id) FILTER (WHERE credit) AS credit_notes,
                   sum(quantity)::bigint AS quantity,
                   sum(net_minor)::bigint AS net_minor, sum(tax_minor)::bigint AS tax_minor,
                   sum(gross_minor)::bigint AS gross_minor
            FROM parted
            GROUP BY day, dealer_id, sku, salesperson_id, province, city
        )
        SELECT s.day, s.dealer_id, d.code AS dealer_code, d.name AS dealer, s.sku,
               p.name AS product, s.salesperson_id, u.name AS salesperson, s.province, s.city,
               s.invoices, s.credit_notes, s.quantity, s.net_minor, s.tax_minor, s.gross_minor,
               s.key
        FROM summed s
        LEFT JOIN dealers d ON d.dealer_id = s.dealer_id
        LEFT JOIN products p ON p.sku = s.sku
        LEFT JOIN users u ON u.user_id = s.salesperson_id
        WHERE $10::date IS NULL OR (s.day, s.key) > ($10, $11::text)
        ORDER BY s.day, s.key
        LIMIT $12
        """,
        ask.basis,
        ask.since,
        ask.until,
        list(ask.by),
        ask.sku,
        ask.whose.dealer_id,
        ask.whose.salesperson_id,
        ask.whose.province,
        ask.whose.city,
        *after,
        limit,
        prefetch=PREFETCH,
    )
    async for row in rows:
        yield SalesRow(**row)


async def owed(
    tx: Tx,
    ask: OwedAsk,
    *,
    after: tuple[datetime | None, str | None] = (None, None),
    limit: int | None = None,
) -> AsyncGenerator[OwedRow]:
    """What confirmed orders still wait for, the oldest first; the rows after the key `after`."""
    rows = tx.cursor(
        """
        WITH parted AS (
            SELECT g.order_id AS one_order, g.submitted_at, g.ordered, g.shipped,
                   CASE WHEN 'order' = ANY($1::text[]) THEN g.order_id END AS order_id,
                   CASE WHEN 'order' = ANY($1::text[]) THEN g.number END AS number,
                   CASE WHEN '{order,dealer}' && $1::text[] THEN g.dealer_id END AS dealer_id,
                   CASE WHEN 'sku' = ANY($1::text[]) THEN g.sku END AS sku,
                   CASE WHEN 'warehouse' = ANY($1::text[]) THEN g.warehouse_id END AS warehouse_id
            FROM promised_goods g
            LEFT JOIN dealers d ON d.dealer_id = g.dealer_id
            WHERE g.ordered > g.shipped
              AND ($2::text IS NULL OR g.sku = $2)
              AND ($3::uuid[] IS NULL OR g.warehouse_id = ANY($3))
              AND ($4::uuid IS NULL OR g.dealer_id = $4)
              AND ($5::uuid IS NULL OR g.salesperson_id = $5)
              AND ($6::text IS NULL OR d.province = $6)
              AND ($7::text IS NULL OR d.city = $7)
        ), summed AS (
            SELECT order_id, number, dealer_id, sku, warehouse_id,
                   jsonb_build_array(order_id, dealer_id, sku, warehouse_id)::text
                       COLLATE "C" AS key,
                   count(DISTINCT one_order) AS orders, min(submitted_at) AS oldest_at,
                   sum(ordered)::bigint AS ordered, sum(shipped)::bigint AS shipped
            FROM parted
            GROUP BY order_id, number, dealer_id, sku, warehouse_id
        )
        SELECT s.order_id, s.number, s.dealer_id, d.code AS dealer_code, d.name AS dealer, s.sku,
               p.name AS product, s.warehouse_id, s.orders, s.oldest_at, s.ordered, s.shipped,
               s.ordered - s.shipped AS owed, s.key
        FROM summed s
        LEFT JOIN dealers d ON d.dealer_id = s.dealer_id
        LEFT JOIN products p ON p.sku = s.sku
        WHERE $8::timestamptz IS NULL OR (s.oldest_at, s.key) > ($8, $9::text)
        ORDER BY s.oldest_at, s.key
        LIMIT $10
        """,
        list(ask.by),
        ask.sku,
        None if ask.warehouses is None else list(ask.warehouses),
        ask.whose.dealer_id,
        ask.whose.salesperson_id,
        ask.whose.province,
        ask.whose.city,
        *after,
        limit,
        prefetch=PREFETCH,
    )
    async for row in rows:
        yield OwedRow(**row)


async def digest(reader: Reader) -> str:
    """One hash over every row of the projection: equal rows, equal hash."""
    value: str = await reader.fetchval(
        """
        SELECT md5(concat(
            (SELECT string_agg(md5(o::text), '' ORDER BY order_id) FROM orders o),
            (SELECT string_agg(md5(e::text), '' ORDER BY message_id) FROM order_events e),
            (SELECT string_agg(md5(d::text), '' ORDER BY dealer_id) FROM dealers d),
            (SELECT string_agg(md5(u::text), '' ORDER BY user_id) FROM users u),
            (SELECT string_agg(md5(p::text), '' ORDER BY sku COLLATE "C") FROM products p)
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
        waited_median_seconds=_seconds(row["waited_median"]),
        waited_p95_seconds=_seconds(row["waited_p95"]),
        standing_orders=row["standing_orders"],
        standing_median_seconds=_seconds(row["standing_median"]),
    )


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())


def _event(row: Record) -> TimelineEvent:
    told: dict[str, object] = orjson.loads(row["facts"])
    facts = {name: fact for name, fact in told.items() if name in FACTS.get(row["type"], ())}
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
