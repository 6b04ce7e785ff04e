"""Thresholds, and what is low."""

from __future__ import annotations

from uuid import UUID

from chassis.auth import Actor
from chassis.db import Reader
from chassis.pages import Page, PageRequest
from services.inventory.access import workplaces
from services.inventory.schemas.thresholds import ThresholdFilter, ThresholdResponse


async def thresholds(
    reader: Reader, actor: Actor, asked: ThresholdFilter, page: PageRequest
) -> Page[ThresholdResponse]:
    """By warehouse and SKU."""
    after_warehouse, after_sku = page.key(UUID, str)
    rows = await reader.fetch(
        """
        SELECT t.warehouse_id, warehouses.code AS warehouse_code, t.sku,
               coalesce(products.name, '') AS name, coalesce(products.unit, '') AS unit,
               t.low_below, t.recovered_from, t.low_since,
               coalesce(on_hand - reserved, 0) AS available
        FROM stock_thresholds AS t
        JOIN warehouses USING (warehouse_id)
        LEFT JOIN products USING (sku)
        LEFT JOIN stock USING (warehouse_id, sku)
        WHERE ($1::uuid IS NULL OR (t.warehouse_id, t.sku) > ($1, $2::text))
          AND ($4::uuid[] IS NULL OR t.warehouse_id = ANY($4))
          AND ($5::uuid IS NULL OR t.warehouse_id = $5)
          AND ($6::boolean IS NULL OR (t.low_since IS NOT NULL) = $6)
        ORDER BY t.warehouse_id, t.sku
        LIMIT $3
        """,
        after_warehouse,
        after_sku,
        page.fetch,
        workplaces(actor),
        asked.warehouse_id,
        asked.low,
    )
    shown = [ThresholdResponse(**row) for row in rows]
    return Page[ThresholdResponse].of(shown, page, key=lambda one: (one.warehouse_id, one.sku))
