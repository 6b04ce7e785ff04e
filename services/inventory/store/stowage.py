"""What lies in which bin and of which lot, and how it moves; locked after the shelves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.db import Tx
from services.inventory.domain.fulfilment import Change, Left, Mode, Pick, Place
from services.inventory.domain.stocking import InboundLine, Keeping
from services.inventory.domain.stowage import Stowed, stowed_change


@dataclass(frozen=True, slots=True)
class Bin:
    warehouse_id: UUID
    code: str
    zone: str


@dataclass(frozen=True, slots=True)
class Restowed:
    """Goods of one SKU that lie elsewhere now, or belong to a lot that was not known."""

    change_id: UUID
    warehouse_id: UUID
    sku: str
    source: Pick
    target: Pick
    changed_by: UUID
    changed_at: datetime


async def upsert_bins(tx: Tx, bins: Sequence[Bin]) -> None:
    """New bins, or another zone of known ones."""
    await tx.execute(
        """
        INSERT INTO bins (warehouse_id, code, zone)
        SELECT warehouse_id, code, zone
        FROM unnest($1::uuid[], $2::text[], $3::text[]) AS bin(warehouse_id, code, zone)
        ORDER BY warehouse_id, code
        ON CONFLICT (warehouse_id, code) DO UPDATE SET zone = excluded.zone
        """,
        [one.warehouse_id for one in bins],
        [one.code for one in bins],
        [one.zone for one in bins],
    )


async def keep_apart(tx: Tx, warehouse_id: UUID | None, skus: Collection[str]) -> None:
    """From now on, what lies of these SKUs is kept by bin or lot; neither is known of it yet.

    In one warehouse or, None, in all; without `skus`, all that lies there.
    """
    await tx.execute(
        """
        WITH kept AS (
            INSERT INTO stowed (warehouse_id, sku, bin, lot, quantity)
            SELECT warehouse_id, sku, '', '', on_hand
            FROM stock JOIN warehouses USING (warehouse_id)
            WHERE mode <> 'DIRECT'
              AND ($1::uuid IS NULL OR warehouse_id = $1)
              AND (cardinality($2::text[]) = 0 OR sku = ANY($2))
              AND NOT EXISTS (SELECT FROM stowed WHERE stowed.warehouse_id = stock.warehouse_id
                                                  AND stowed.sku = stock.sku)
            ORDER BY warehouse_id, sku
            RETURNING warehouse_id
        )
        UPDATE warehouses
        SET stows = true
        WHERE NOT stows AND (warehouse_id = $1 OR warehouse_id IN (SELECT warehouse_id FROM kept))
        """,
        warehouse_id,
        list(skus),
    )


async def keeping(tx: Tx, warehouse_id: UUID, lines: Collection[InboundLine]) -> Keeping:
    """How a warehouse keeps the SKUs of these lines, and which of their bins and lots it knows."""
    row = await tx.fetchrow(
        """
        SELECT mode,
               EXISTS (SELECT FROM bins WHERE bins.warehouse_id = w.warehouse_id) AS has_bins,
               ARRAY(SELECT code FROM bins
                     WHERE bins.warehouse_id = w.warehouse_id AND code = ANY($3::text[])) AS bins,
               ARRAY(SELECT sku FROM products
                     WHERE sku = ANY($2::text[]) AND lot_tracked) AS by_lot,
               ARRAY(SELECT DISTINCT sku FROM stowed
                     WHERE stowed.warehouse_id = w.warehouse_id AND sku = ANY($2)) AS stowed,
               ARRAY(SELECT (sku, lot, expires_on) FROM lots
                     WHERE sku = ANY($2) AND lot = ANY($4::text[])) AS lots
        FROM warehouses AS w
        WHERE warehouse_id = $1
        """,
        warehouse_id,
        [line.sku for line in lines],
        [line.bin for line in lines],
        [line.lot for line in lines],
    )
    assert row is not None, "asked of a warehouse that there is"
    return Keeping(
        Mode(row["mode"]),
        row["has_bins"],
        frozenset(row["bins"]),
        frozenset(row["by_lot"]),
        frozenset(row["stowed"]),
        {(sku, lot): expires_on for sku, lot, expires_on in row["lots"]},
    )


async def insert_lots(tx: Tx, lots: Iterable[tuple[str, str, date]]) -> None:
    """SKU, lot and the last day on which it is good; what is known stays."""
    rows = sorted(set(lots))
    await tx.execute(
        """
        INSERT INTO lots (sku, lot, expires_on)
        SELECT sku, lot, expires_on
        FROM unnest($1::text[], $2::text[], $3::date[]) AS lot(sku, lot, expires_on)
        ORDER BY sku, lot
        ON CONFLICT (sku, lot) DO NOTHING
        """,
        [sku for sku, _, _ in rows],
        [lot for _, lot, _ in rows],
        [expires_on for _, _, expires_on in rows],
    )


async def lock(tx: Tx, places: Collection[Place]) -> dict[Place, list[Stowed]]:
    """What lies on shelves that are kept by bin or lot, held until the transaction ends."""
    rows = await tx.fetch(
        """
        SELECT warehouse_id, sku, bin, lot, quantity - picked AS free, expires_on,
               lot = '' AND coalesce(lot_tracked, false) AS lot_unknown
        FROM stowed
        JOIN unnest($1::uuid[], $2::text[]) AS asked(warehouse_id, sku) USING (warehouse_id, sku)
        LEFT JOIN lots USING (sku, lot)
        LEFT JOIN products USING (sku)
        ORDER BY warehouse_id, sku, bin, lot
        FOR NO KEY UPDATE OF stowed
        """,
        [warehouse_id for warehouse_id, _ in places],
        [sku for _, sku in places],
    )
    lying: defaultdict[Place, list[Stowed]] = defaultdict(list)
    for warehouse_id, sku, *one in rows:
        lying[warehouse_id, sku].append(Stowed(*one))
    return dict(lying)


async def shelf_lives(tx: Tx, dealer_ids: Collection[UUID]) -> dict[UUID, int]:
    """For how many days more a lot must be good for a dealer."""
    rows = await tx.fetch(
        """
        SELECT dealer_id, shelf_life_min_days
        FROM dealers
        WHERE dealer_id = ANY($1::uuid[])
        """,
        list(dealer_ids),
    )
    return {row["dealer_id"]: row["shelf_life_min_days"] for row in rows}


async def move(tx: Tx, warehouse_id: UUID, document_id: UUID, moves: Sequence[Left]) -> None:
    """How moves of the ledger part into bins and lots, which they open where there are none.

    What leaves has a negative quantity.
    """
    if not moves:
        return
    await tx.execute(
        """
        WITH move AS MATERIALIZED (
            SELECT line_no, sku, bin, lot, quantity
            FROM unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::bigint[])
              AS move(line_no, sku, bin, lot, quantity)
        ), ledger AS (
            INSERT INTO stowed_moves (document_id, line_no, sku, bin, lot, quantity)
            SELECT $2, line_no, sku, bin, lot, quantity
            FROM move
        ), left_over AS (
            UPDATE stowed
            SET quantity = stowed.quantity + gone.quantity
            FROM (SELECT sku, bin, lot, sum(quantity) AS quantity
                  FROM move WHERE quantity < 0 GROUP BY 1, 2, 3) AS gone
            WHERE warehouse_id = $1
              AND (stowed.sku, stowed.bin, stowed.lot) = (gone.sku, gone.bin, gone.lot)
        ), kept AS (
            UPDATE warehouses SET stows = true WHERE warehouse_id = $1 AND NOT stows
        )
        INSERT INTO stowed (warehouse_id, sku, bin, lot, quantity)
        SELECT $1, sku, bin, lot, sum(quantity)
        FROM move
        WHERE quantity > 0
        GROUP BY sku, bin, lot
        ORDER BY sku, bin, lot
        ON CONFLICT (warehouse_id, sku, bin, lot)
            DO UPDATE SET quantity = stowed.quantity + excluded.quantity
        """,
        warehouse_id,
        document_id,
        [one.line_no for one in moves],
        [one.sku for one in moves],
        [one.bin for one in moves],
        [one.lot for one in moves],
        [one.quantity for one in moves],
    )


async def moved(tx: Tx, document_id: UUID) -> dict[int, list[Pick]]:
    """By line number, the bins and lots that a document took from, first expired first."""
    rows = await tx.fetch(
        """
        SELECT line_no, bin, lot, -quantity AS quantity
        FROM stowed_moves LEFT JOIN lots USING (sku, lot)
        WHERE document_id = $1
        ORDER BY line_no, expires_on NULLS LAST, lot, bin
        """,
        document_id,
    )
    taken: defaultdict[int, list[Pick]] = defaultdict(list)
    for line_no, *one in rows:
        taken[line_no].append(Pick(*one))
    return dict(taken)


async def restow(tx: Tx, change: Restowed) -> None:
    """Goods lie in another bin, or their lot is known now."""
    source, target = change.source, change.target
    await tx.execute(
        """
        WITH told AS (
            INSERT INTO stowage_changes
                (change_id, warehouse_id, sku, from_bin, from_lot, to_bin, to_lot, quantity,
                 changed_by, changed_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ), gone AS (
            UPDATE stowed
            SET quantity = quantity - $8
            WHERE warehouse_id = $2 AND sku = $3 AND bin = $4 AND lot = $5
        )
        INSERT INTO stowed (warehouse_id, sku, bin, lot, quantity)
        VALUES ($2, $3, $6, $7, $8)
        ON CONFLICT (warehouse_id, sku, bin, lot)
            DO UPDATE SET quantity = stowed.quantity + excluded.quantity
        """,
        change.change_id,
        change.warehouse_id,
        change.sku,
        source.bin,
        source.lot,
        target.bin,
        target.lot,
        source.quantity,
        change.changed_by,
        change.changed_at,
    )


async def picks(tx: Tx, order_ids: Collection[UUID]) -> dict[tuple[UUID, int], tuple[Pick, ...]]:
    """By order and line number: where it was picked and has not left."""
    rows = await tx.fetch(
        """
        SELECT order_id, line_no, bin, lot, quantity
        FROM picked_from
        WHERE order_id = ANY($1::uuid[])
        ORDER BY order_id, line_no, bin, lot
        """,
        list(order_ids),
    )
    found: defaultdict[tuple[UUID, int], list[Pick]] = defaultdict(list)
    for order_id, line_no, *one in rows:
        found[order_id, line_no].append(Pick(*one))
    return {key: tuple(own) for key, own in found.items()}


async def save(tx: Tx, changes: Sequence[Change]) -> None:
    """What changes of orders mean for bins and lots; nothing where their goods are in neither."""
    change = stowed_change(changes)
    keys = sorted(
        key
        for key in change.quantity.keys() | change.picked.keys()
        if change.quantity[key] or change.picked[key]
    )
    if not keys:
        return
    await _save_picks(tx, changes)
    await tx.execute(
        """
        UPDATE stowed
        SET quantity = stowed.quantity + change.quantity, picked = stowed.picked + change.picked
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
          AS change(warehouse_id, sku, bin, lot, quantity, picked)
        WHERE (stowed.warehouse_id, stowed.sku, stowed.bin, stowed.lot)
            = (change.warehouse_id, change.sku, change.bin, change.lot)
        """,
        [warehouse_id for warehouse_id, _, _, _ in keys],
        [sku for _, sku, _, _ in keys],
        [bin_ for _, _, bin_, _ in keys],
        [lot for _, _, _, lot in keys],
        [change.quantity[key] for key in keys],
        [change.picked[key] for key in keys],
    )
    new = [
        (shipment.shipment_id, one)
        for each in changes
        for shipment in each.after.shipments[len(each.before.shipments) :]
        for one in shipment.stowed
    ]
    await tx.execute(
        """
        INSERT INTO stowed_moves (document_id, line_no, sku, bin, lot, quantity)
        SELECT document_id, line_no, sku, bin, lot, -quantity
        FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::bigint[])
          AS move(document_id, line_no, sku, bin, lot, quantity)
        """,
        [shipment_id for shipment_id, _ in new],
        [one.line_no for _, one in new],
        [one.sku for _, one in new],
        [one.bin for _, one in new],
        [one.lot for _, one in new],
        [one.quantity for _, one in new],
    )


async def _save_picks(tx: Tx, changes: Sequence[Change]) -> None:
    now = [
        (change.after.part_id, line.line_no, pick)
        for change in changes
        for line in change.after.lines
        for pick in line.picks
    ]
    await tx.execute(
        """
        DELETE FROM picked_from
        WHERE order_id = ANY($1::uuid[])
        """,
        [change.after.part_id for change in changes],
    )
    await tx.execute(
        """
        INSERT INTO picked_from (order_id, line_no, bin, lot, quantity)
        SELECT order_id, line_no, bin, lot, quantity
        FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::bigint[])
          AS pick(order_id, line_no, bin, lot, quantity)
        """,
        [order_id for order_id, _, _ in now],
        [line_no for _, line_no, _ in now],
        [pick.bin for _, _, pick in now],
        [pick.lot for _, _, pick in now],
        [pick.quantity for _, _, pick in now],
    )
