"""Thresholds of alerts, and which of them what is available has crossed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.db import Tx
from chassis.ids import uuid7
from services.inventory.domain.alerting import Crossing, Threshold


async def upsert(tx: Tx, thresholds: Sequence[Threshold]) -> None:
    """Whether a SKU is low now stays; the next sweep judges it anew."""
    await tx.execute(
        """
        INSERT INTO stock_thresholds (threshold_id, warehouse_id, sku, low_below, recovered_from)
        SELECT threshold_id, warehouse_id, sku, low_below, recovered_from
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[])
          AS asked(threshold_id, warehouse_id, sku, low_below, recovered_from)
        ORDER BY warehouse_id, sku
        ON CONFLICT (warehouse_id, sku) DO UPDATE
        SET low_below = excluded.low_below, recovered_from = excluded.recovered_from
        """,
        [uuid7() for _ in thresholds],
        [one.warehouse_id for one in thresholds],
        [one.sku for one in thresholds],
        [one.low_below for one in thresholds],
        [one.recovered_from for one in thresholds],
    )


async def lock_crossings(tx: Tx, count_max: int) -> list[Crossing]:
    """Thresholds that were crossed since the last look; those that somebody holds are left."""
    rows = await tx.fetch(
        """
        SELECT t.threshold_id, t.warehouse_id, t.sku, t.low_below, t.recovered_from,
               warehouses.name AS warehouse, coalesce(products.name, '') AS product,
               shelf.available, t.low_since IS NOT NULL AS was_low
        FROM stock_thresholds AS t
        JOIN warehouses USING (warehouse_id)
        LEFT JOIN products USING (sku)
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(on_hand - reserved - in_doubt), 0)::bigint AS available
            FROM stock
            WHERE stock.warehouse_id = t.warehouse_id AND stock.sku = t.sku
        ) AS shelf
        WHERE CASE WHEN t.low_since IS NULL THEN shelf.available < t.low_below
                   ELSE shelf.available >= t.recovered_from END
        ORDER BY t.warehouse_id, t.sku
        LIMIT $1
        FOR NO KEY UPDATE OF t SKIP LOCKED
        """,
        count_max,
    )
    return [
        Crossing(
            row["threshold_id"],
            Threshold(row["warehouse_id"], row["sku"], row["low_below"], row["recovered_from"]),
            row["warehouse"],
            row["product"],
            row["available"],
            row["was_low"],
        )
        for row in rows
    ]


async def turn(tx: Tx, threshold_ids: Sequence[UUID]) -> None:
    """What was low is not any more, and the other way round."""
    await tx.execute(
        """
        UPDATE stock_thresholds
        SET low_since = CASE WHEN low_since IS NULL THEN now() END
        WHERE threshold_id = ANY($1::uuid[])
        """,
        threshold_ids,
    )
