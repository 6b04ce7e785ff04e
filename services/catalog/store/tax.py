"""Tax classes and their rates by date."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from chassis.db import Reader, Tx
from services.catalog.domain.tax import TaxClass, TaxRate


async def tax_classes(reader: Reader, codes: Collection[str] | None = None) -> dict[str, TaxClass]:
    """By code, those of these codes; None: all."""
    rows = await reader.fetch(
        """
        SELECT code, name_zh, name_en,
               array_agg(valid_from ORDER BY valid_from) AS since,
               array_agg(rate_bp ORDER BY valid_from) AS rates
        FROM tax_classes JOIN tax_rates USING (code)
        WHERE $1::text[] IS NULL OR code = ANY($1)
        GROUP BY code
        ORDER BY code
        """,
        None if codes is None else list(codes),
    )
    return {
        row["code"]: TaxClass(
            row["code"],
            row["name_zh"],
            row["name_en"],
            tuple(map(TaxRate, row["since"], row["rates"])),
        )
        for row in rows
    }


async def insert_tax_class(tx: Tx, fresh: TaxClass, *, by: UUID, now: datetime) -> bool:
    """Store a class with its first rate; False where the code is taken."""
    (rate,) = fresh.rates
    stored = await tx.fetchval(
        """
        WITH stored AS (
            INSERT INTO tax_classes (code, name_zh, name_en) VALUES ($1, $2, $3)
            ON CONFLICT DO NOTHING
            RETURNING code
        )
        INSERT INTO tax_rates (code, valid_from, rate_bp, set_by, applied_at)
        SELECT code, $4, $5, $6, $7 FROM stored
        RETURNING true
        """,
        fresh.code,
        fresh.name_zh,
        fresh.name_en,
        rate.since,
        rate.rate_bp,
        by,
        now,
    )
    return stored is True


async def put_tax_rate(tx: Tx, code: str, rate: TaxRate, *, by: UUID) -> None:
    """One that was to begin just then gives way."""
    await tx.execute(
        """
        INSERT INTO tax_rates (code, valid_from, rate_bp, set_by)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (code, valid_from) DO UPDATE
        SET rate_bp = excluded.rate_bp, set_by = excluded.set_by
        """,
        code,
        rate.since,
        rate.rate_bp,
        by,
    )


async def due_tax_classes(reader: Reader, now: datetime) -> list[str]:
    """Classes with a rate whose time has come, which their products do not have yet."""
    rows = await reader.fetch(
        """
        SELECT DISTINCT code FROM tax_rates
        WHERE applied_at IS NULL AND valid_from <= $1
        ORDER BY code
        """,
        now,
    )
    return [row["code"] for row in rows]


async def mark_applied(tx: Tx, code: str, now: datetime) -> None:
    await tx.execute(
        "UPDATE tax_rates SET applied_at = $2"
        " WHERE code = $1 AND applied_at IS NULL AND valid_from <= $2",
        code,
        now,
    )
