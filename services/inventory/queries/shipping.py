"""Shipments: the lists of the drivers and of the dealers.

A dealer's lists name him, so that an index finds his rows; that he sees no others is the work of
row-level security.
"""

from __future__ import annotations

from uuid import UUID

from asyncpg import Record

from chassis.auth import Actor, Resource, may
from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from contracts.inventory import ShipmentStatus
from services.inventory.access import ACCESS, workplaces
from services.inventory.domain import shipping
from services.inventory.queries import stowage
from services.inventory.queries.stocking import document_lines
from services.inventory.schemas import (
    ShipmentFilter,
    ShipmentLineShown,
    ShipmentResponse,
    ShipmentSummary,
)


async def shipments(
    reader: Reader, actor: Actor, asked: ShipmentFilter, page: PageRequest
) -> Page[ShipmentSummary]:
    """Newest first."""
    (before,) = page.key(UUID)
    rows = await _shipments(reader, actor, asked, before=before, limit=page.fetch)
    shown = [ShipmentSummary(**_facts(row, actor)) for row in rows]
    return Page[ShipmentSummary].of(shown, page, key=lambda one: (one.shipment_id,))


async def shipment(reader: Reader, actor: Actor, shipment_id: UUID) -> ShipmentResponse:
    """Raises NotFound."""
    rows = await _shipments(reader, actor, ShipmentFilter(), only=shipment_id, limit=1)
    if not rows:
        raise NotFound
    lots = await stowage.shipped_lots(reader, shipment_id)
    lines = [
        ShipmentLineShown(**line.model_dump(), lots=lots.get(line.line_no, []))
        for line in await document_lines(reader, shipment_id)
    ]
    return ShipmentResponse(**_facts(rows[0], actor), lines=lines)


async def counts(reader: Reader, actor: Actor, warehouse_id: UUID | None) -> dict[str, int]:
    """How many shipments are in each state."""
    rows = await reader.fetch(
        """
        SELECT status, count(*) AS count
        FROM shipments
        WHERE ($1::uuid[] IS NULL OR warehouse_id = ANY($1))
          AND ($2::uuid IS NULL OR warehouse_id = $2)
          AND ($3::uuid IS NULL OR dealer_id = $3)
        GROUP BY status
        """,
        workplaces(actor),
        warehouse_id,
        actor.dealer_id,
    )
    return {status.value: 0 for status in ShipmentStatus} | {
        row["status"]: row["count"] for row in rows
    }


async def _shipments(
    reader: Reader,
    actor: Actor,
    asked: ShipmentFilter,
    *,
    before: UUID | None = None,
    only: UUID | None = None,
    limit: int,
) -> list[Record]:
    return await reader.fetch(
        """
        SELECT shipment_id, shipments.number, coalesce(part_of, shipments.order_id) AS order_id,
               order_number, shipments.dealer_id, dealers.name AS dealer_name,
               shipments.warehouse_id, warehouses.name AS warehouse_name, shipments.status,
               shipments.mode, tracking_number, line.quantity, posted_by, posted_at,
               dispatched_at, delivered_at, proof, received_at, received_by,
               part.revision AS version
        FROM shipments
        JOIN fulfilments AS part ON part.order_id = shipments.order_id
        JOIN warehouses ON warehouses.warehouse_id = shipments.warehouse_id
        LEFT JOIN dealers ON dealers.dealer_id = shipments.dealer_id
        CROSS JOIN LATERAL (
            SELECT -sum(quantity)::bigint AS quantity
            FROM stock_moves
            WHERE document_id = shipment_id
        ) AS line
        WHERE ($1::uuid IS NULL OR shipment_id < $1)
          AND ($3::uuid IS NULL OR shipment_id = $3)
          AND ($4::uuid[] IS NULL OR shipments.warehouse_id = ANY($4))
          AND ($5::uuid IS NULL OR shipments.warehouse_id = $5)
          AND ($6::text[] IS NULL OR shipments.status = ANY($6))
          AND ($7::uuid IS NULL OR shipments.dealer_id = $7)
          AND ($8::uuid IS NULL OR shipments.order_id = ANY(ARRAY(
                   SELECT order_id FROM fulfilments WHERE order_id = $8 OR part_of = $8)))
          AND ($9 = '' OR starts_with(shipments.number, $9) OR starts_with(order_number, $9))
        ORDER BY shipment_id DESC
        LIMIT $2
        """,
        before,
        limit,
        only,
        workplaces(actor),
        asked.warehouse_id,
        asked.status,
        asked.dealer_id or actor.dealer_id,
        asked.order_id,
        asked.q,
    )


def _facts(row: Record, actor: Actor) -> dict[str, object]:
    resource = Resource(dealer_id=row["dealer_id"], warehouse_id=row["warehouse_id"])
    actions = [
        action
        for action in shipping.possible(ShipmentStatus(row["status"]))
        if may(ACCESS, actor, f"shipments.{action}", resource)
    ]
    return {**row, "allowed_actions": actions}
