"""What dealers and catalog announced, as far as orders needs it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from orjson import dumps

from chassis.db import Reader, Tx
from contracts.catalog import ProductState
from contracts.dealers import DealerState, DealerStatus, ExitStep
from contracts.orders import OpenOrdersCounted
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
            province, city, leaving_since
        )
        SELECT dealer_id, version, name, status, terms::jsonb, salesperson_id, warehouse_id,
               buyer::json, province, city, CASE WHEN leaving THEN now() END
        FROM unnest(
            $1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[],
            $8::text[], $9::text[], $10::text[], $11::boolean[]
        ) AS new(dealer_id, version, name, status, terms, salesperson_id, warehouse_id, buyer,
                 province, city, leaving)
        ON CONFLICT (dealer_id) DO UPDATE
        SET version = excluded.version, name = excluded.name, status = excluded.status,
            terms = excluded.terms, salesperson_id = excluded.salesperson_id,
            warehouse_id = excluded.warehouse_id, buyer = excluded.buyer,
            province = excluded.province, city = excluded.city,
            leaving_since = CASE WHEN excluded.leaving_since IS NOT NULL
                THEN coalesce(d.leaving_since, excluded.leaving_since) END,
            open_told = NULL,
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
        [state.exit_step is ExitStep.ORDERS for state in states],
    )


async def count_open_orders(tx: Tx, surely_before: datetime) -> list[OpenOrdersCounted]:
    """How many orders are open of dealers who leave, where that is news; it counts as told.

    None at all is told only of who left before that time: what was just being accepted then is
    there by now.
    """
    rows = await tx.fetch(
        """
        WITH leaving AS (
            SELECT dealer_id, version, leaving_since, open_told
            FROM dealers
            WHERE leaving_since IS NOT NULL
            ORDER BY dealer_id
            FOR NO KEY UPDATE SKIP LOCKED
        ), counted AS (
            SELECT dealer_id, version, leaving_since, open_told, (
                SELECT count(*) FROM orders o
                WHERE o.dealer_id = leaving.dealer_id AND o.phase IN ('FORWARD', 'BACKWARD')
            )::int AS open_orders
            FROM leaving
        )
        UPDATE dealers d
        SET open_told = c.open_orders
        FROM counted c
        WHERE d.dealer_id = c.dealer_id AND c.open_orders IS DISTINCT FROM c.open_told
          AND (c.open_orders > 0 OR c.leaving_since < $1)
        RETURNING d.dealer_id, d.version AS dealer_version, d.open_told AS open_orders
        """,
        surely_before,
    )
    return [OpenOrdersCounted(**row) for row in rows]


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
