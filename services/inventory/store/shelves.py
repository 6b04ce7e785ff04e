"""Stock by warehouse and SKU, and the notes of what came in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from chassis.ids import uuid7
from services.inventory.domain.fulfilment import (
    Change,
    Mode,
    Place,
    StockChange,
    WarehouseRules,
)
from services.inventory.domain.stocking import Inbound


async def lock(tx: Tx) -> None:
    """Let one transaction at a time change what lies on the shelves or is reserved of it.

    A batch of the consumer reserves for some orders and ships others, in one transaction: no order
    of rows is the same for all of them, and without this two consumers stop each other (a third of
    the batches did). They would wait for each other anyway, at the first hot SKU.
    """
    await tx.execute("SELECT pg_advisory_xact_lock(1, 0)")


async def lock_available(tx: Tx, places: Collection[Place]) -> dict[Place, int]:
    """What can be promised, by place; held until the transaction ends.

    What orders wait for is theirs, even in the moment before they get it: nobody overtakes them.
    """
    rows = await tx.fetch(
        """
        SELECT warehouse_id, sku,
               greatest(on_hand - reserved - in_doubt - backordered, 0) AS available
        FROM unnest($1::uuid[], $2::text[]) AS wanted(warehouse_id, sku)
        JOIN stock USING (warehouse_id, sku)
        ORDER BY warehouse_id, sku
        FOR NO KEY UPDATE OF stock
        """,
        [warehouse_id for warehouse_id, _ in places],
        [sku for _, sku in places],
    )
    return {(row["warehouse_id"], row["sku"]): row["available"] for row in rows}


async def any_free_for_backorders(tx: Tx) -> bool:
    """Whether goods are free somewhere that somebody waits for."""
    return bool(
        await tx.fetchval(
            """
            SELECT EXISTS (
                SELECT FROM stock WHERE backordered > 0 AND on_hand - reserved - in_doubt > 0
            )
            """
        )
    )


async def free_for_backorders(
    tx: Tx, places: Collection[Place] | None, count_max: int = 2_000
) -> dict[Place, int]:
    """What is free by place, there or anywhere, where somebody waits for it."""
    rows = await tx.fetch(
        """
        SELECT warehouse_id, sku, on_hand - reserved - in_doubt AS free
        FROM stock
        WHERE backordered > 0 AND on_hand - reserved - in_doubt > 0
          AND ($1::uuid[] IS NULL
               OR (warehouse_id, sku) IN (SELECT * FROM unnest($1::uuid[], $2::text[])))
        ORDER BY warehouse_id, sku
        LIMIT $3
        FOR NO KEY UPDATE
        """,
        None if places is None else [warehouse_id for warehouse_id, _ in places],
        None if places is None else [sku for _, sku in places],
        count_max,
    )
    return {(row["warehouse_id"], row["sku"]): row["free"] for row in rows}


async def move(tx: Tx, change: StockChange) -> None:
    """Change what lies on the shelves, is reserved of it, in doubt and waited for, in order."""
    counts = (change.on_hand, change.reserved, change.backordered, change.in_doubt)
    places = [place for place in set().union(*counts) if any(count[place] for count in counts)]
    if not places:
        return
    if waited_for := [place for place, count in change.backordered.items() if count > 0]:
        await _open(tx, waited_for)
    await tx.execute(
        """
        WITH change AS MATERIALIZED (
            SELECT warehouse_id, sku, on_hand, reserved, backordered, in_doubt
            FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[],
                        $6::bigint[])
              AS change(warehouse_id, sku, on_hand, reserved, backordered, in_doubt)
        ), shelf AS MATERIALIZED (
            SELECT warehouse_id, sku
            FROM change JOIN stock USING (warehouse_id, sku)
            ORDER BY warehouse_id, sku
            FOR NO KEY UPDATE OF stock
        )
        UPDATE stock
        SET on_hand = stock.on_hand + change.on_hand, reserved = stock.reserved + change.reserved,
            backordered = stock.backordered + change.backordered,
            in_doubt = stock.in_doubt + change.in_doubt
        FROM change JOIN shelf USING (warehouse_id, sku)
        WHERE stock.warehouse_id = change.warehouse_id AND stock.sku = change.sku
        """,
        [warehouse_id for warehouse_id, _ in places],
        [sku for _, sku in places],
        *([count[place] for place in places] for count in counts),
    )


async def doubt(tx: Tx, changed: Sequence[Change]) -> None:
    """Keep which goods were not found, until a count says what is there."""
    doubts = [(change.after.warehouse_id, one) for change in changed for one in change.doubts]
    if not doubts:
        return
    await tx.execute(
        """
        INSERT INTO stock_doubts
            (doubt_id, warehouse_id, sku, pick_task_id, line_no, quantity, reason, told_by,
             told_at)
        SELECT doubt_id, warehouse_id, sku, pick_task_id, line_no, quantity, reason, told_by,
               told_at
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::int[], $6::bigint[],
                    $7::text[], $8::uuid[], $9::timestamptz[])
          AS doubt(doubt_id, warehouse_id, sku, pick_task_id, line_no, quantity, reason, told_by,
                   told_at)
        """,
        [uuid7() for _ in doubts],
        [warehouse_id for warehouse_id, _ in doubts],
        [one.sku for _, one in doubts],
        [one.pick_task_id for _, one in doubts],
        [one.line_no for _, one in doubts],
        [one.quantity for _, one in doubts],
        [one.reason for _, one in doubts],
        [one.told_by for _, one in doubts],
        [one.told_at for _, one in doubts],
    )


async def settle_doubts(tx: Tx, document_id: UUID, warehouse_id: UUID, skus: Sequence[str]) -> None:
    """A count says what is there of these SKUs: nothing of them is in doubt any more."""
    await tx.execute(
        """
        WITH settled AS (
            UPDATE stock_doubts
            SET settled_by = $1
            WHERE warehouse_id = $2 AND sku = ANY($3::text[]) AND settled_by IS NULL
        )
        UPDATE stock
        SET in_doubt = 0
        WHERE warehouse_id = $2 AND sku = ANY($3::text[]) AND in_doubt > 0
        """,
        document_id,
        warehouse_id,
        skus,
    )


async def _open(tx: Tx, places: Sequence[Place]) -> None:
    """An empty shelf for what never lay there, so that it can be waited for."""
    await tx.execute(
        """
        INSERT INTO stock (warehouse_id, sku, on_hand)
        SELECT warehouse_id, sku, 0
        FROM unnest($1::uuid[], $2::text[]) AS wanted(warehouse_id, sku)
        ORDER BY warehouse_id, sku
        ON CONFLICT DO NOTHING
        """,
        [warehouse_id for warehouse_id, _ in places],
        [sku for _, sku in places],
    )


async def insert_inbound(tx: Tx, inbound: Inbound, number: str, now: datetime) -> None:
    """The note, its lines, which are moves of the stock, and what they add to the shelves."""
    await tx.execute(
        """
        WITH line AS MATERIALIZED (
            SELECT line_no, sku, quantity
            FROM unnest($7::text[], $8::bigint[]) WITH ORDINALITY AS line(sku, quantity, line_no)
        ), note AS (
            INSERT INTO inbounds
                (inbound_id, number, warehouse_id, source, posted_by, posted_at, expected_id, note)
            VALUES ($1, $2, $3, $4, $5, $6, $9, $10)
        ), moves AS (
            INSERT INTO stock_moves
                (document_id, line_no, kind, warehouse_id, sku, quantity, moved_at)
            SELECT $1, line_no, 'INBOUND', $3, sku, quantity, $6
            FROM line
        )
        INSERT INTO stock (warehouse_id, sku, on_hand)
        SELECT $3, sku, sum(quantity)
        FROM line
        GROUP BY sku
        ORDER BY sku
        ON CONFLICT (warehouse_id, sku) DO UPDATE SET on_hand = stock.on_hand + excluded.on_hand
        """,
        inbound.inbound_id,
        number,
        inbound.warehouse_id,
        inbound.source,
        inbound.posted_by,
        now,
        [line.sku for line in inbound.lines],
        [line.quantity for line in inbound.lines],
        inbound.expected_id,
        inbound.note,
    )


async def unknown_products(tx: Tx, skus: Sequence[str]) -> set[str]:
    """Which of the SKUs are no product."""
    rows = await tx.fetch(
        """
        SELECT DISTINCT sku
        FROM unnest($1::text[]) AS asked(sku)
        WHERE NOT EXISTS (SELECT FROM products WHERE products.sku = asked.sku)
        """,
        skus,
    )
    return {row["sku"] for row in rows}


async def warehouses(tx: Tx, warehouse_ids: Collection[UUID]) -> dict[UUID, WarehouseRules]:
    """Warehouses by id; unknown ids are left out."""
    rows = await tx.fetch(
        """
        SELECT warehouse_id, mode, one_person, alternatives
        FROM warehouses
        WHERE warehouse_id = ANY($1::uuid[])
        """,
        list(warehouse_ids),
    )
    return {
        row["warehouse_id"]: WarehouseRules(
            Mode(row["mode"]), row["one_person"], tuple(row["alternatives"])
        )
        for row in rows
    }
