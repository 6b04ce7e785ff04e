"""Bins, what lies in them, and which way lots went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from asyncpg import Record

from chassis.auth import Actor
from chassis.db import Reader
from chassis.pages import Page, PageRequest
from services.inventory.access import workplaces
from services.inventory.domain import stowage
from services.inventory.domain.fulfilment import PickStatus, Place
from services.inventory.domain.stowage import Lying, Stowed
from services.inventory.schemas import PickPlace, ShippedLotShown
from services.inventory.schemas.stowage import (
    BinFilter,
    BinResponse,
    StowedFilter,
    StowedResponse,
    TracedShipment,
    TraceFilter,
)


async def bins(
    reader: Reader, actor: Actor, warehouse_id: UUID, asked: BinFilter, page: PageRequest
) -> Page[BinResponse]:
    """By code; none of a foreign warehouse."""
    (after,) = page.key(str)
    rows = await reader.fetch(
        """
        SELECT code, zone
        FROM bins
        WHERE warehouse_id = $1
          AND ($2::text IS NULL OR code > $2)
          AND ($4::uuid[] IS NULL OR warehouse_id = ANY($4))
          AND ($5::text IS NULL OR zone = $5)
        ORDER BY code
        LIMIT $3
        """,
        warehouse_id,
        after,
        page.fetch,
        workplaces(actor),
        asked.zone,
    )
    shown = [BinResponse(**row) for row in rows]
    return Page[BinResponse].of(shown, page, key=lambda one: (one.code,))


async def stowed(
    reader: Reader, actor: Actor, asked: StowedFilter, page: PageRequest
) -> Page[StowedResponse]:
    """By warehouse, SKU, bin and lot; what is empty is left out."""
    after_warehouse, after_sku, after_bin, after_lot = page.key(UUID, str, str, str)
    rows = await reader.fetch(
        """
        SELECT warehouse_id, sku, coalesce(name, '') AS name, coalesce(unit, '') AS unit, bin, lot,
               expires_on, coalesce(expires_on < $11::date, false) AS expired, quantity, picked
        FROM stowed
        LEFT JOIN lots USING (sku, lot)
        LEFT JOIN products USING (sku)
        WHERE quantity > 0
          AND ($1::uuid IS NULL
               OR (warehouse_id, sku, bin, lot) > ($1, $2::text, $3::text, $4::text))
          AND ($6::uuid[] IS NULL OR warehouse_id = ANY($6))
          AND ($7::uuid IS NULL OR warehouse_id = $7)
          AND ($8::text IS NULL OR sku = $8)
          AND ($9::text IS NULL OR bin = $9)
          AND ($10::text IS NULL OR lot = $10)
          AND ($12::date IS NULL OR expires_on <= $12)
        ORDER BY warehouse_id, sku, bin, lot
        LIMIT $5
        """,
        after_warehouse,
        after_sku,
        after_bin,
        after_lot,
        page.fetch,
        workplaces(actor),
        asked.warehouse_id,
        asked.sku,
        asked.bin,
        asked.lot,
        stowage.today(datetime.now(UTC)),
        asked.expires_until,
    )
    shown = [StowedResponse(**row) for row in rows]
    return Page[StowedResponse].of(
        shown, page, key=lambda one: (one.warehouse_id, one.sku, one.bin, one.lot)
    )


async def trace(
    reader: Reader, actor: Actor, asked: TraceFilter, page: PageRequest
) -> Page[TracedShipment]:
    """The shipments that a lot left with, newest first."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT shipment_id, shipments.number, coalesce(part_of, order_id) AS order_id,
               order_number, shipments.dealer_id, dealers.name AS dealer_name,
               shipments.warehouse_id, shipments.status, posted_at,
               gone.quantity
        FROM (
            SELECT document_id AS shipment_id, -sum(quantity)::bigint AS quantity
            FROM stowed_moves
            WHERE sku = $1 AND lot = $2 AND lot <> '' AND ($3::uuid IS NULL OR document_id < $3)
            GROUP BY document_id
        ) AS gone
        JOIN shipments USING (shipment_id)
        JOIN fulfilments USING (order_id)
        LEFT JOIN dealers ON dealers.dealer_id = shipments.dealer_id
        WHERE $5::uuid[] IS NULL OR shipments.warehouse_id = ANY($5)
        ORDER BY shipment_id DESC
        LIMIT $4
        """,
        asked.sku,
        asked.lot,
        before,
        page.fetch,
        workplaces(actor),
    )
    shown = [TracedShipment(**row) for row in rows]
    return Page[TracedShipment].of(shown, page, key=lambda one: (one.shipment_id,))


async def shipped_lots(reader: Reader, shipment_id: UUID) -> dict[int, list[ShippedLotShown]]:
    """By line number, first expired first."""
    rows = await reader.fetch(
        """
        SELECT line_no, lot, expires_on, -sum(quantity)::bigint AS quantity
        FROM stowed_moves JOIN lots USING (sku, lot)
        WHERE document_id = $1
        GROUP BY line_no, lot, expires_on
        ORDER BY line_no, expires_on, lot
        """,
        shipment_id,
    )
    lots: defaultdict[int, list[ShippedLotShown]] = defaultdict(list)
    for row in rows:
        lots[row["line_no"]].append(ShippedLotShown(**row))
    return dict(lots)


async def pick_places(
    reader: Reader, task: Record, lines: Sequence[Record]
) -> dict[int, list[PickPlace]]:
    """By line number: where to take what is to be picked, or where to put it back; by bin."""
    if PickStatus(task["status"]) in {PickStatus.OPEN, PickStatus.PICKING}:
        return await _proposed(reader, task, lines)
    return await _taken(reader, task["part_id"])


async def _proposed(
    reader: Reader, task: Record, lines: Sequence[Record]
) -> dict[int, list[PickPlace]]:
    warehouse_id = task["warehouse_id"]
    lying = await _lying(reader, warehouse_id, [line["sku"] for line in lines])
    expiries = {
        (place[1], one.lot): one.expires_on for place, all_ in lying.items() for one in all_
    }
    fit = stowage.takes(stowage.today(datetime.now(UTC)), task["shelf_life_min_days"])
    left = Lying(lying)
    return {
        line["line_no"]: sorted(
            (
                PickPlace(
                    bin=one.bin,
                    lot=one.lot,
                    expires_on=expiries[line["sku"], one.lot],
                    quantity=one.quantity,
                )
                for one in left.take((warehouse_id, line["sku"]), line["to_pick"], fit)
            ),
            key=lambda place: (place.bin, place.lot),
        )
        for line in lines
    }


async def _lying(
    reader: Reader, warehouse_id: UUID, skus: Sequence[str]
) -> dict[Place, list[Stowed]]:
    rows = await reader.fetch(
        """
        SELECT sku, bin, lot, quantity - picked AS free, expires_on,
               lot = '' AND coalesce(lot_tracked, false) AS lot_unknown
        FROM stowed
        LEFT JOIN lots USING (sku, lot)
        LEFT JOIN products USING (sku)
        WHERE warehouse_id = $1 AND sku = ANY($2::text[]) AND quantity > picked
        ORDER BY sku, bin, lot
        """,
        warehouse_id,
        skus,
    )
    lying: defaultdict[Place, list[Stowed]] = defaultdict(list)
    for sku, *one in rows:
        lying[warehouse_id, sku].append(Stowed(*one))
    return dict(lying)


async def _taken(reader: Reader, part_id: UUID) -> dict[int, list[PickPlace]]:
    rows = await reader.fetch(
        """
        SELECT line_no, bin, taken.lot, expires_on, taken.quantity
        FROM picked_from AS taken
        JOIN fulfilment_lines USING (order_id, line_no)
        LEFT JOIN lots ON lots.sku = fulfilment_lines.sku AND lots.lot = taken.lot
        WHERE order_id = $1
        ORDER BY line_no, bin, lot
        """,
        part_id,
    )
    places: defaultdict[int, list[PickPlace]] = defaultdict(list)
    for line_no, bin_, lot, expires_on, quantity in rows:
        places[line_no].append(
            PickPlace(bin=bin_, lot=lot, expires_on=expires_on, quantity=quantity)
        )
    return dict(places)
