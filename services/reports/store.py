"""Rows of the projections; each function is one statement for the whole batch.

Locks: dealers, users and products, then orders by order_id, then order_events, which are only
inserted.
"""

from __future__ import annotations

from collections.abc import Sequence

from chassis.db import Tx
from contracts.catalog import ProductState
from contracts.dealers import DealerState
from contracts.gateway import UserState
from services.reports.domain import STEPS, Fact, Summary


async def upsert_orders(tx: Tx, summaries: Sequence[Summary]) -> None:
    """Fold what a batch says into the orders; `summaries` are sorted by id."""
    if not summaries:
        return
    await tx.execute(
        """
        INSERT INTO orders AS o (
            order_id, number, dealer_id, salesperson_id, status, version, hold, hold_version,
            total_minor, total_version, submitted_at, checked_at, confirmed_at, released_at,
            picked_at, outbound_at, dispatched_at, delivered_at, received_at, invoiced_at,
            completed_at, ended_at
        )
        SELECT * FROM unnest(
            $1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::int[], $7::text[],
            $8::int[], $9::bigint[], $10::int[], $11::timestamptz[], $12::timestamptz[],
            $13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::timestamptz[],
            $17::timestamptz[], $18::timestamptz[], $19::timestamptz[], $20::timestamptz[],
            $21::timestamptz[], $22::timestamptz[]
        )
        ON CONFLICT (order_id) DO UPDATE SET
            salesperson_id = CASE WHEN excluded.version > o.version
                                  THEN excluded.salesperson_id ELSE o.salesperson_id END,
            status = CASE WHEN excluded.version > o.version
                          THEN excluded.status ELSE o.status END,
            version = greatest(o.version, excluded.version),
            hold = CASE WHEN excluded.hold_version > o.hold_version
                        THEN excluded.hold ELSE o.hold END,
            hold_version = greatest(o.hold_version, excluded.hold_version),
            total_minor = CASE WHEN excluded.total_version > o.total_version
                               THEN excluded.total_minor ELSE o.total_minor END,
            total_version = greatest(o.total_version, excluded.total_version),
            submitted_at = least(o.submitted_at, excluded.submitted_at),
            checked_at = least(o.checked_at, excluded.checked_at),
            confirmed_at = least(o.confirmed_at, excluded.confirmed_at),
            released_at = least(o.released_at, excluded.released_at),
            picked_at = least(o.picked_at, excluded.picked_at),
            outbound_at = least(o.outbound_at, excluded.outbound_at),
            dispatched_at = least(o.dispatched_at, excluded.dispatched_at),
            delivered_at = least(o.delivered_at, excluded.delivered_at),
            received_at = least(o.received_at, excluded.received_at),
            invoiced_at = least(o.invoiced_at, excluded.invoiced_at),
            completed_at = least(o.completed_at, excluded.completed_at),
            ended_at = least(o.ended_at, excluded.ended_at)
        """,
        [one.order_id for one in summaries],
        [one.number for one in summaries],
        [one.dealer_id for one in summaries],
        [one.salesperson_id for one in summaries],
        [one.status for one in summaries],
        [one.version for one in summaries],
        [one.hold for one in summaries],
        [one.hold_version for one in summaries],
        [one.total_minor for one in summaries],
        [one.total_version for one in summaries],
        *([one.reached.get(step) for one in summaries] for step in STEPS),
    )


async def insert_events(tx: Tx, facts: Sequence[Fact]) -> None:
    """Add events to the stories of their orders, each once."""
    if not facts:
        return
    await tx.execute(
        """
        INSERT INTO order_events (message_id, order_id, dealer_id, type, at, actor_id, facts)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[],
                             $6::uuid[], $7::json[])
        ON CONFLICT (order_id, at, message_id) DO NOTHING
        """,
        [fact.message_id for fact in facts],
        [fact.event.order_id for fact in facts],
        [fact.event.dealer_id for fact in facts],
        [fact.event.type for fact in facts],
        [fact.at for fact in facts],
        [fact.actor_id for fact in facts],
        [fact.body.decode() for fact in facts],
    )


async def lock_projection(tx: Tx) -> None:
    """Keep writers away until `tx` ends; readers go on seeing what was there before."""
    await tx.execute(
        """
        LOCK TABLE dealers, users, products, orders, order_events IN SHARE ROW EXCLUSIVE MODE
        """
    )


async def delete_orders(tx: Tx) -> None:
    """Forget every order, to build them anew in the same transaction."""
    await tx.execute("DELETE FROM orders")


async def delete_events(tx: Tx) -> None:
    """Forget every story, to build them anew in the same transaction."""
    await tx.execute("DELETE FROM order_events")


async def upsert_dealers(tx: Tx, states: Sequence[DealerState]) -> None:
    """Keep the newest state of each dealer; the same again fills what was not kept before."""
    if not states:
        return
    await tx.execute(
        """
        INSERT INTO dealers AS d (dealer_id, code, name, salesperson_id, province, city, version)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[],
                             $6::text[], $7::int[])
        ON CONFLICT (dealer_id) DO UPDATE
        SET code = excluded.code, name = excluded.name, salesperson_id = excluded.salesperson_id,
            province = excluded.province, city = excluded.city, version = excluded.version
        WHERE excluded.version >= d.version
        """,
        [state.dealer_id for state in states],
        [state.code for state in states],
        [state.name for state in states],
        [state.salesperson_id for state in states],
        [state.province for state in states],
        [state.city for state in states],
        [state.version for state in states],
    )


async def upsert_users(tx: Tx, states: Sequence[UserState]) -> None:
    """Keep the newest state of each user."""
    if not states:
        return
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


async def upsert_products(tx: Tx, states: Sequence[ProductState]) -> None:
    """Keep the newest state of each product."""
    if not states:
        return
    await tx.execute(
        """
        INSERT INTO products AS p (sku, name, version)
        SELECT * FROM unnest($1::text[], $2::text[], $3::int[])
        ON CONFLICT (sku) DO UPDATE
        SET name = excluded.name, version = excluded.version
        WHERE excluded.version > p.version
        """,
        [state.sku for state in states],
        [state.name for state in states],
        [state.version for state in states],
    )
