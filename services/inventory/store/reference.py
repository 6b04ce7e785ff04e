"""Warehouses, and what inventory knows of dealers and products."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.db import Tx
from contracts.catalog import ProductState
from contracts.dealers import DealerState, DealerStatus
from services.inventory.domain.fulfilment import Mode
from services.inventory.domain.stocking import Warehouse


async def insert_warehouse(tx: Tx, warehouse: Warehouse) -> bool:
    """False when another warehouse has its code."""
    status = await tx.execute(
        """
        INSERT INTO warehouses (warehouse_id, code, name, mode, one_person)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (code) DO NOTHING
        """,
        warehouse.warehouse_id,
        warehouse.code,
        warehouse.name,
        warehouse.mode,
        warehouse.one_person,
    )
    return status == "INSERT 0 1"


async def warehouse_with_code(tx: Tx, code: str) -> UUID | None:
    found: UUID | None = await tx.fetchval(
        """
        SELECT warehouse_id
        FROM warehouses
        WHERE code = $1
        """,
        code,
    )
    return found


async def lock_warehouse(tx: Tx, warehouse_id: UUID) -> Warehouse | None:
    row = await tx.fetchrow(
        """
        SELECT warehouse_id, code, name, mode, one_person, version, alternatives
        FROM warehouses
        WHERE warehouse_id = $1
        FOR NO KEY UPDATE
        """,
        warehouse_id,
    )
    if row is None:
        return None
    return Warehouse(
        row["warehouse_id"],
        row["code"],
        row["name"],
        Mode(row["mode"]),
        row["one_person"],
        row["version"],
        tuple(row["alternatives"]),
    )


async def update_warehouse(tx: Tx, warehouse: Warehouse) -> None:
    await tx.execute(
        """
        UPDATE warehouses
        SET name = $2, one_person = $3, version = $4, alternatives = $5
        WHERE warehouse_id = $1
        """,
        warehouse.warehouse_id,
        warehouse.name,
        warehouse.one_person,
        warehouse.version,
        warehouse.alternatives,
    )


async def dealer_statuses(tx: Tx, dealer_ids: Collection[UUID]) -> dict[UUID, DealerStatus]:
    rows = await tx.fetch(
        """
        SELECT dealer_id, status
        FROM dealers
        WHERE dealer_id = ANY($1::uuid[])
        """,
        list(dealer_ids),
    )
    return {row["dealer_id"]: DealerStatus(row["status"]) for row in rows}


async def upsert_dealers(tx: Tx, states: Sequence[DealerState]) -> None:
    """Keep the newest state of each; an older one that arrives late changes nothing."""
    await tx.execute(
        """
        INSERT INTO dealers AS d
            (dealer_id, version, code, name, status, salesperson_id, shelf_life_min_days,
             home_warehouse_id, province, city)
        SELECT dealer_id, version, code, name, status, salesperson_id, shelf_life_min_days,
               warehouse_id, province, city
        FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::uuid[],
                    $7::int[], $8::uuid[], $9::text[], $10::text[])
          AS state(dealer_id, version, code, name, status, salesperson_id, shelf_life_min_days,
                   warehouse_id, province, city)
        ORDER BY dealer_id
        ON CONFLICT (dealer_id) DO UPDATE
        SET version = excluded.version, code = excluded.code, name = excluded.name,
            status = excluded.status, salesperson_id = excluded.salesperson_id,
            shelf_life_min_days = excluded.shelf_life_min_days,
            home_warehouse_id = excluded.home_warehouse_id,
            province = excluded.province, city = excluded.city
        WHERE excluded.version > d.version
        """,
        [state.dealer_id for state in states],
        [state.version for state in states],
        [state.code for state in states],
        [state.name for state in states],
        [state.status for state in states],
        [state.salesperson_id for state in states],
        [state.shelf_life_min_days for state in states],
        [state.warehouse_id for state in states],
        [state.province for state in states],
        [state.city for state in states],
    )


async def upsert_products(tx: Tx, states: Sequence[ProductState]) -> None:
    """Keep the newest state of each; an older one that arrives late changes nothing."""
    await tx.execute(
        """
        INSERT INTO products AS p (sku, version, name, unit, status, lot_tracked)
        SELECT sku, version, name, unit, status, lot_tracked
        FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::boolean[])
          AS state(sku, version, name, unit, status, lot_tracked)
        ORDER BY sku
        ON CONFLICT (sku) DO UPDATE
        SET version = excluded.version, name = excluded.name, unit = excluded.unit,
            status = excluded.status, lot_tracked = excluded.lot_tracked
        WHERE excluded.version > p.version
        """,
        [state.sku for state in states],
        [state.version for state in states],
        [state.name for state in states],
        [state.unit for state in states],
        [state.status for state in states],
        [state.lot_tracked for state in states],
    )
