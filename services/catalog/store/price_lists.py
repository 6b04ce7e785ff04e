"""Price lists, their versions and entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from chassis.db import Tx
from services.catalog.domain.audience import Audience
from services.catalog.domain.price_lists import (
    Entry,
    ListVersion,
    PriceList,
    VersionStatus,
    Window,
)


async def insert_list(tx: Tx, fresh: PriceList) -> bool:
    """Store a new list without its draft; False when its code is taken."""
    inserted = await tx.fetchval(
        """
        INSERT INTO price_lists (price_list_id, code, name, tier, province, dealer_id, currency,
                                 revision)
        VALUES ($1, $2, $3, $4, $5, $6, 'CNY', $7)
        ON CONFLICT (code) DO NOTHING
        RETURNING true
        """,
        fresh.price_list_id,
        fresh.code,
        fresh.name,
        fresh.audience.tier,
        fresh.audience.province,
        fresh.audience.dealer_id,
        fresh.revision,
    )
    return inserted is True


async def lock_list(tx: Tx, price_list_id: UUID) -> bool:
    """Hold a list until the transaction ends; False when there is none.

    A statement of its own: one that waits for a lock goes on with what it read of other tables
    before it waited.
    """
    held = await tx.fetchval(
        "SELECT true FROM price_lists WHERE price_list_id = $1 FOR NO KEY UPDATE", price_list_id
    )
    return held is True


async def price_list(tx: Tx, price_list_id: UUID) -> PriceList:
    """A list that is held, with its newest version."""
    [row] = await tx.fetch(
        """
        SELECT l.price_list_id, l.code, l.name, l.tier, l.province, l.dealer_id, l.revision,
               v.version, v.status, v.tax_inclusive, v.valid_from, v.valid_to, v.drafted_by,
               v.published_by, v.published_at, v.retired_at
        FROM price_lists l JOIN price_list_versions v USING (price_list_id)
        WHERE l.price_list_id = $1
        ORDER BY v.version DESC
        LIMIT 1
        """,
        price_list_id,
    )
    return _list(row)


async def set_revision(tx: Tx, changed: PriceList) -> None:
    await tx.execute(
        "UPDATE price_lists SET revision = $2 WHERE price_list_id = $1",
        changed.price_list_id,
        changed.revision,
    )


async def save_newest(tx: Tx, changed: PriceList) -> None:
    """Store the newest version of a list: a new draft, or what became of it."""
    newest = changed.newest
    await tx.execute(
        """
        INSERT INTO price_list_versions AS v (price_list_id, version, status, tax_inclusive,
            valid_from, valid_to, drafted_by, published_by, published_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (price_list_id, version) DO UPDATE
        SET status = excluded.status, tax_inclusive = excluded.tax_inclusive,
            valid_from = excluded.valid_from, valid_to = excluded.valid_to,
            published_by = excluded.published_by, published_at = excluded.published_at
        """,
        changed.price_list_id,
        newest.version,
        newest.status,
        newest.tax_inclusive,
        newest.window.valid_from,
        newest.window.valid_to,
        newest.drafted_by,
        newest.published_by,
        newest.published_at,
    )


async def retire_versions(tx: Tx, price_list_id: UUID, at: datetime) -> int:
    """End every published version; the number of them."""
    rows = await tx.fetch(
        """
        UPDATE price_list_versions SET status = 'RETIRED', retired_at = $2
        WHERE price_list_id = $1 AND status = 'PUBLISHED'
        RETURNING version
        """,
        price_list_id,
        at,
    )
    return len(rows)


async def copy_entries(tx: Tx, price_list_id: UUID, *, version: int, into: int) -> None:
    await tx.execute(
        """
        INSERT INTO price_entries (price_list_id, version, sku, min_quantity, unit_price)
        SELECT price_list_id, $3, sku, min_quantity, unit_price
        FROM price_entries
        WHERE price_list_id = $1 AND version = $2
        """,
        price_list_id,
        version,
        into,
    )


async def put_entries(tx: Tx, price_list_id: UUID, version: int, entries: Sequence[Entry]) -> None:
    """Add entries to a draft; an equal SKU and quantity gets the new price."""
    await tx.execute(
        """
        INSERT INTO price_entries AS e (price_list_id, version, sku, min_quantity, unit_price)
        SELECT $1, $2, sku, min_quantity, unit_price
        FROM unnest($3::text[], $4::bigint[], $5::numeric[]) AS new(sku, min_quantity, unit_price)
        ON CONFLICT (price_list_id, version, sku, min_quantity) DO UPDATE
        SET unit_price = excluded.unit_price
        WHERE e.unit_price <> excluded.unit_price
        """,
        price_list_id,
        version,
        [entry.sku for entry in entries],
        [entry.min_quantity for entry in entries],
        [entry.unit_price for entry in entries],
    )


async def delete_entries(
    tx: Tx, price_list_id: UUID, version: int, skus: Sequence[str] | None
) -> None:
    """Take SKUs off a draft; None: all of them."""
    await tx.execute(
        """
        DELETE FROM price_entries
        WHERE price_list_id = $1 AND version = $2 AND ($3::text[] IS NULL OR sku = ANY($3))
        """,
        price_list_id,
        version,
        skus,
    )


async def entries(
    tx: Tx, price_list_id: UUID, version: int, skus: Sequence[str] | None
) -> list[Entry]:
    """The prices of these SKUs in a version; None: of all."""
    rows = await tx.fetch(
        """
        SELECT sku, min_quantity, unit_price
        FROM price_entries
        WHERE price_list_id = $1 AND version = $2 AND ($3::text[] IS NULL OR sku = ANY($3))
        """,
        price_list_id,
        version,
        skus,
    )
    return [Entry(row["sku"], row["min_quantity"], row["unit_price"]) for row in rows]


async def count_entries(tx: Tx, price_list_id: UUID, version: int) -> int:
    count: int = await tx.fetchval(
        "SELECT count(*) FROM price_entries WHERE price_list_id = $1 AND version = $2",
        price_list_id,
        version,
    )
    return count


def _list(row: Record) -> PriceList:
    newest = ListVersion(
        version=row["version"],
        status=VersionStatus(row["status"]),
        tax_inclusive=row["tax_inclusive"],
        window=Window(row["valid_from"], row["valid_to"]),
        drafted_by=row["drafted_by"],
        published_by=row["published_by"],
        published_at=row["published_at"],
        retired_at=row["retired_at"],
    )
    audience = Audience(row["tier"], row["province"], row["dealer_id"])
    return PriceList(
        row["price_list_id"], row["code"], row["name"], audience, row["revision"], newest
    )
