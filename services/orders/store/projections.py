"""What dealers and catalog announced, as far as orders needs it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from orjson import dumps

from chassis.db import Reader, Tx
from contracts.catalog import ProductState
from contracts.dealers import DealerState, DealerStatus
from services.orders.domain.buyer import Buyer
from services.orders.domain.submission import Dealer
from services.orders.store.rows import terms_of


async def dealers(reader: Reader, dealer_ids: Collection[UUID]) -> dict[UUID, Dealer]:
    """Dealers by id; unknown ids are left out."""
    rows = await reader.fetch(
        """
        SELECT dealer_id, status, terms, salesperson_id, warehouse_id, buyer
        FROM dealers
        WHERE dealer_id = ANY($1::uuid[])
        """,
        list(dealer_ids),
    )
    return {
        row["dealer_id"]: Dealer(
            row["dealer_id"],
            DealerStatus(row["status"]),
            terms_of(row["terms"]),
            row["salesperson_id"],
            row["warehouse_id"],
            row["buyer"],
        )
        for row in rows
    }


async def names_for_sale(reader: Reader, skus: Collection[str]) -> dict[str, str]:
    """Names of the SKUs that may be ordered; others are left out."""
    rows = await reader.fetch(
        "SELECT sku, name FROM products WHERE sku = ANY($1::text[]) AND status = 'ACTIVE'",
        list(skus),
    )
    return {row["sku"]: row["name"] for row in rows}


async def save_dealers(tx: Tx, states: Sequence[DealerState]) -> None:
    """Keep the newest state of each dealer; of one who was stopped or reinstated, note that."""
    await tx.execute(
        """
        INSERT INTO dealers AS d (
            dealer_id, version, name, status, terms, salesperson_id, warehouse_id, buyer,
            province, city
        )
        SELECT dealer_id, version, name, status, terms::jsonb, salesperson_id, warehouse_id,
               buyer::json, province, city
        FROM unnest(
            $1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[],
            $8::text[], $9::text[], $10::text[]
        ) AS new(dealer_id, version, name, status, terms, salesperson_id, warehouse_id, buyer,
                 province, city)
        ON CONFLICT (dealer_id) DO UPDATE
        SET version = excluded.version, name = excluded.name, status = excluded.status,
            terms = excluded.terms, salesperson_id = excluded.salesperson_id,
            warehouse_id = excluded.warehouse_id, buyer = excluded.buyer,
            province = excluded.province, city = excluded.city,
            stop_changed_at = CASE
                WHEN (d.status = 'ON_STOP') <> (excluded.status = 'ON_STOP') THEN now()
                ELSE d.stop_changed_at END,
            stop_follow_at = CASE
                WHEN (d.status = 'ON_STOP') <> (excluded.status = 'ON_STOP') THEN now()
                ELSE d.stop_follow_at END
        WHERE excluded.version > d.version
        """,
        [state.dealer_id for state in states],
        [state.version for state in states],
        [state.name for state in states],
        [state.status for state in states],
        [state.terms.model_dump_json() for state in states],
        [state.salesperson_id for state in states],
        [state.warehouse_id for state in states],
        [Buyer.of(state).model_dump_json() for state in states],
        [state.province for state in states],
        [state.city for state in states],
    )


async def lock_changed_stop(tx: Tx) -> tuple[UUID, bool] | None:
    """A dealer whose orders have to follow him now, and whether he is stopped; None: nobody."""
    row = await tx.fetchrow(
        """
        SELECT dealer_id, status = 'ON_STOP' AS stopped
        FROM dealers
        WHERE stop_follow_at <= now()
        ORDER BY stop_follow_at
        LIMIT 1
        FOR NO KEY UPDATE SKIP LOCKED
        """
    )
    return (row["dealer_id"], row["stopped"]) if row else None


async def stop_followed(tx: Tx, dealer_id: UUID) -> None:
    """His orders have followed; look once more a minute after the change.

    An order that was just being accepted then did not know of it yet.
    """
    await tx.execute(
        """
        UPDATE dealers
        SET stop_follow_at = CASE WHEN stop_changed_at > now() - interval '1 minute'
                                  THEN stop_changed_at + interval '1 minute' END
        WHERE dealer_id = $1
        """,
        dealer_id,
    )


async def save_products(tx: Tx, states: Sequence[ProductState]) -> None:
    """Keep the newest state of each product."""
    await tx.execute(
        """
        INSERT INTO products AS p (sku, version, name, status, unit, units)
        SELECT sku, version, name, status, unit, units::jsonb
        FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[])
            AS new(sku, version, name, status, unit, units)
        ON CONFLICT (sku) DO UPDATE
        SET version = excluded.version, name = excluded.name, status = excluded.status,
            unit = excluded.unit, units = excluded.units
        WHERE excluded.version > p.version
        """,
        [state.sku for state in states],
        [state.version for state in states],
        [state.name for state in states],
        [state.status for state in states],
        [state.unit for state in states],
        [dumps([dict(one) for one in state.units]).decode() for state in states],
    )
