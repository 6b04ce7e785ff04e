"""Rows of goods that are owed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import astuple
from datetime import date
from uuid import UUID

from chassis.auth import Role
from chassis.db import Tx
from services.notify.domain import OwedLine, Picker


async def lock_owed(tx: Tx, order_ids: Collection[UUID]) -> dict[tuple[UUID, int], OwedLine]:
    """What is owed of these orders, by order and line: of most there is nothing."""
    if not order_ids:
        return {}
    rows = await tx.fetch(
        """
        SELECT order_id, line_no, number, sku, dealer_id, salesperson_id, warehouse_id, ordered,
               shipped, waiting, since, told_by, shipped_by
        FROM owed_lines
        WHERE order_id = ANY($1::uuid[])
        ORDER BY order_id, line_no
        FOR UPDATE
        """,
        list(order_ids),
    )
    return {(row["order_id"], row["line_no"]): OwedLine(**row) for row in rows}


async def all_owed(tx: Tx) -> list[OwedLine]:
    """Everything that is owed."""
    rows = await tx.fetch(
        """
        SELECT order_id, line_no, number, sku, dealer_id, salesperson_id, warehouse_id, ordered,
               shipped, waiting, since, told_by, shipped_by
        FROM owed_lines
        ORDER BY since, order_id, line_no
        """
    )
    return [OwedLine(**row) for row in rows]


async def save_owed(tx: Tx, lines: Collection[OwedLine]) -> None:
    """Keep how these lines stand."""
    if not lines:
        return
    rows = sorted(lines, key=lambda line: (line.order_id, line.line_no))
    await tx.execute(
        """
        INSERT INTO owed_lines (order_id, line_no, number, sku, dealer_id, salesperson_id,
                                warehouse_id, ordered, shipped, waiting, since, told_by, shipped_by)
        SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::uuid[], $6::uuid[],
                             $7::uuid[], $8::int[], $9::int[], $10::int[], $11::timestamptz[],
                             $12::uuid[], $13::uuid[])
        ON CONFLICT (order_id, line_no) DO UPDATE
        SET ordered = excluded.ordered, shipped = excluded.shipped, waiting = excluded.waiting,
            salesperson_id = excluded.salesperson_id, told_by = excluded.told_by,
            shipped_by = excluded.shipped_by
        """,
        *zip(*map(astuple, rows), strict=True),
    )


async def delete_owed(tx: Tx, places: Collection[tuple[UUID, int]]) -> None:
    """Nothing is owed of these lines any more."""
    if not places:
        return
    await tx.execute(
        """
        DELETE FROM owed_lines
        USING unnest($1::uuid[], $2::int[]) AS gone(order_id, line_no)
        WHERE owed_lines.order_id = gone.order_id AND owed_lines.line_no = gone.line_no
        """,
        [order_id for order_id, _ in places],
        [line_no for _, line_no in places],
    )


async def begin_reminder(tx: Tx, day: date) -> bool:
    """False: people were reminded that day."""
    begun = await tx.fetchval(
        "INSERT INTO reminders (day) VALUES ($1) ON CONFLICT DO NOTHING RETURNING true", day
    )
    return begun is True


async def pickers(tx: Tx) -> list[Picker]:
    """Everybody who picks goods now."""
    rows = await tx.fetch(
        """
        SELECT u.user_id, u.warehouse_ids
        FROM users u
        JOIN mailboxes b USING (user_id)
        WHERE $1 = ANY(u.roles) AND b.active
        ORDER BY u.user_id
        """,
        Role.PCK,
    )
    return [Picker(row["user_id"], row["warehouse_ids"]) for row in rows]
