"""Available to promise. A dealer asks about his own warehouse, and is told no numbers (E-29)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chassis.auth import Actor, Resource, in_scope
from chassis.db import Reader
from chassis.errors import InvalidRequest, NotFound
from services.inventory.domain.promising import Supply, promise
from services.inventory.schemas.promising import AvailabilityAsked, AvailabilityResponse


async def availability(
    reader: Reader, actor: Actor, asked: AvailabilityAsked, today: date
) -> AvailabilityResponse:
    """Raises NotFound for what is foreign or unknown, InvalidRequest where staff name no place."""
    warehouse_id = await _warehouse(reader, actor, asked.warehouse_id)
    supply = await _supply(reader, warehouse_id, asked.sku)
    promised = promise(supply, asked.quantity, today)
    staff = actor.dealer_id is None
    return AvailabilityResponse(
        warehouse_id=warehouse_id,
        sku=asked.sku,
        quantity=asked.quantity,
        signal=promised.signal,
        promised_on=promised.promised_on,
        available=max(0, supply.free - supply.backordered) if staff else None,
        backordered=supply.backordered if staff else None,
        incoming=sum(quantity for _, quantity in supply.arrivals) if staff else None,
    )


async def _warehouse(reader: Reader, actor: Actor, asked: UUID | None) -> UUID:
    if actor.dealer_id is None:
        if asked is None:
            raise InvalidRequest(("/warehouse_id", "Say which warehouse."))
        if not in_scope(actor, Resource(warehouse_id=asked)):
            raise NotFound
        return asked
    own: UUID | None = await reader.fetchval(
        "SELECT home_warehouse_id FROM dealers WHERE dealer_id = $1", actor.dealer_id
    )
    if own is None or asked not in {None, own}:
        raise NotFound
    return own


async def _supply(reader: Reader, warehouse_id: UUID, sku: str) -> Supply:
    row = await reader.fetchrow(
        """
        SELECT coalesce(on_hand - reserved - in_doubt, 0) AS free,
               coalesce(backordered, 0) AS backordered, coalesce(low_below, 0) AS low_below
        FROM warehouses
        JOIN products ON products.sku = $2
        LEFT JOIN stock ON stock.warehouse_id = warehouses.warehouse_id AND stock.sku = $2
        LEFT JOIN stock_thresholds AS low
          ON low.warehouse_id = warehouses.warehouse_id AND low.sku = $2
        WHERE warehouses.warehouse_id = $1
        """,
        warehouse_id,
        sku,
    )
    if row is None:
        raise NotFound
    arrivals = await reader.fetch(
        """
        SELECT expected_on, sum(quantity)::bigint AS quantity
        FROM incoming_stock
        WHERE warehouse_id = $1 AND sku = $2 AND expected_on IS NOT NULL
        GROUP BY expected_on
        ORDER BY expected_on
        """,
        warehouse_id,
        sku,
    )
    coming = [(arrival["expected_on"], arrival["quantity"]) for arrival in arrivals]
    return Supply(row["free"], row["backordered"], row["low_below"], coming)
