"""Dealers, and what held of them from when on."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record
from pydantic import TypeAdapter

from chassis.db import Tx
from contracts.dealers import InvoiceTitle, ShipTo, Terms
from services.dealers.domain.dealers import (
    Change,
    ChangeKind,
    Company,
    Dealer,
    DealerStatus,
    Exit,
    Standing,
    Tier,
)

_EXIT = TypeAdapter(Exit)


async def dealers_by_credit_code(tx: Tx, codes: Collection[str]) -> dict[str, Dealer]:
    rows = await tx.fetch(
        """
        SELECT dealer_id, code, credit_code, name, province, city, contact_name, phone, status,
               reason, tier, terms::text AS terms, credit_limit_minor, salesperson_id, warehouse_id,
               application_id, applicant_user_id, version, shelf_life_min_days,
               invoice_title::text AS invoice_title, ship_to::text AS ship_to,
               superior_id, exit::text AS exit
        FROM dealers
        WHERE credit_code = ANY($1::text[])
        """,
        list(codes),
    )
    return {row["credit_code"]: dealer_of(row) for row in rows}


async def lock_dealers(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Dealer]:
    """Load dealers and hold them until the transaction ends."""
    rows = await tx.fetch(
        """
        SELECT dealer_id, code, credit_code, name, province, city, contact_name, phone, status,
               reason, tier, terms::text AS terms, credit_limit_minor, salesperson_id, warehouse_id,
               application_id, applicant_user_id, version, shelf_life_min_days,
               invoice_title::text AS invoice_title, ship_to::text AS ship_to,
               superior_id, exit::text AS exit
        FROM dealers
        WHERE dealer_id = ANY($1::uuid[])
        ORDER BY dealer_id
        FOR NO KEY UPDATE
        """,
        list(ids),
    )
    return {row["dealer_id"]: dealer_of(row) for row in rows}


async def insert_dealers(tx: Tx, dealers: Sequence[Dealer]) -> None:
    """Store new dealers."""
    await tx.execute(
        """
        INSERT INTO dealers (dealer_id, code, credit_code, name, province, city, contact_name,
            phone, status, reason, tier, terms, credit_limit_minor, salesperson_id, warehouse_id,
            application_id, applicant_user_id, version)
        SELECT dealer_id, code, credit_code, name, province, city, contact_name, phone, status,
               reason, tier, terms::jsonb, credit_limit_minor, salesperson_id, warehouse_id,
               application_id, applicant_user_id, version
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                    $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
                    $13::bigint[], $14::uuid[], $15::uuid[], $16::uuid[], $17::uuid[], $18::int[])
             AS new(dealer_id, code, credit_code, name, province, city, contact_name, phone, status,
                    reason, tier, terms, credit_limit_minor, salesperson_id, warehouse_id,
                    application_id, applicant_user_id, version)
        """,
        [one.dealer_id for one in dealers],
        [one.code for one in dealers],
        [one.company.credit_code for one in dealers],
        [one.company.name for one in dealers],
        [one.company.province for one in dealers],
        [one.company.city for one in dealers],
        [one.company.contact_name for one in dealers],
        [one.company.phone for one in dealers],
        [one.status for one in dealers],
        [one.reason for one in dealers],
        [one.standing.tier for one in dealers],
        [one.standing.terms.model_dump_json() for one in dealers],
        [one.standing.credit_limit_minor for one in dealers],
        [one.standing.salesperson_id for one in dealers],
        [one.standing.warehouse_id for one in dealers],
        [one.application_id for one in dealers],
        [one.applicant_user_id for one in dealers],
        [one.version for one in dealers],
    )


async def save_dealers(tx: Tx, dealers: Sequence[Dealer]) -> None:
    """Store what may change of locked dealers."""
    await tx.execute(
        """
        UPDATE dealers AS d
        SET name = new.name, province = new.province, city = new.city,
            contact_name = new.contact_name, phone = new.phone,
            status = new.status, reason = new.reason, tier = new.tier, terms = new.terms::jsonb,
            credit_limit_minor = new.credit_limit_minor, salesperson_id = new.salesperson_id,
            warehouse_id = new.warehouse_id, version = new.version,
            shelf_life_min_days = new.shelf_life_min_days,
            invoice_title = new.invoice_title::jsonb, ship_to = new.ship_to::jsonb,
            superior_id = new.superior_id, exit = new.exit::jsonb
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
                    $7::uuid[], $8::uuid[], $9::int[], $10::text[], $11::text[], $12::text[],
                    $13::text[], $14::text[], $15::int[], $16::text[], $17::text[],
                    $18::uuid[], $19::text[])
             AS new(dealer_id, status, reason, tier, terms, credit_limit_minor, salesperson_id,
                    warehouse_id, version, name, province, city, contact_name, phone,
                    shelf_life_min_days, invoice_title, ship_to, superior_id, exit)
        WHERE d.dealer_id = new.dealer_id
        """,
        [one.dealer_id for one in dealers],
        [one.status for one in dealers],
        [one.reason for one in dealers],
        [one.standing.tier for one in dealers],
        [one.standing.terms.model_dump_json() for one in dealers],
        [one.standing.credit_limit_minor for one in dealers],
        [one.standing.salesperson_id for one in dealers],
        [one.standing.warehouse_id for one in dealers],
        [one.version for one in dealers],
        [one.company.name for one in dealers],
        [one.company.province for one in dealers],
        [one.company.city for one in dealers],
        [one.company.contact_name for one in dealers],
        [one.company.phone for one in dealers],
        [one.shelf_life_min_days for one in dealers],
        [one.invoice_title and one.invoice_title.model_dump_json() for one in dealers],
        [one.ship_to and one.ship_to.model_dump_json() for one in dealers],
        [one.superior_id for one in dealers],
        [one.exit and _EXIT.dump_json(one.exit).decode() for one in dealers],
    )


async def unlink_unfit(tx: Tx, ids: Collection[UUID], tiers: Sequence[Tier]) -> None:
    """Part these dealers from superiors, and from those below them, whom they do not fit any more:
    the tier is not higher, or one has left. `tiers` from the highest down.
    """
    await tx.execute(
        """
        WITH unfit AS (
            SELECT below.dealer_id
            FROM dealers AS below
            JOIN dealers AS above ON above.dealer_id = below.superior_id
            WHERE (below.dealer_id = ANY($1::uuid[]) OR above.dealer_id = ANY($1))
              AND (above.status = 'EXITED'
                   OR array_position($2::text[], above.tier)
                      >= array_position($2::text[], below.tier))
            ORDER BY below.dealer_id
            FOR NO KEY UPDATE OF below
        )
        UPDATE dealers SET superior_id = NULL, version = version + 1
        WHERE dealer_id IN (SELECT dealer_id FROM unfit)
        """,
        list(ids),
        list(tiers),
    )


async def save_changes(
    tx: Tx, changes: Sequence[Change], *, set_at: datetime, applied_at: datetime | None
) -> None:
    """Note what holds from when on; one that is still to come takes the place of an equal one."""
    await tx.execute(
        """
        INSERT INTO dealer_changes AS c
            (change_id, dealer_id, kind, value, effective_from, set_by, set_at, applied_at)
        SELECT change_id, dealer_id, kind, value::jsonb, effective_from, set_by, $7, $8
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::uuid[])
             AS new(change_id, dealer_id, kind, value, effective_from, set_by)
        ON CONFLICT (dealer_id, kind, effective_from) DO UPDATE
        SET change_id = excluded.change_id, value = excluded.value, set_by = excluded.set_by,
            set_at = excluded.set_at, applied_at = excluded.applied_at
        WHERE c.applied_at IS NULL
        """,
        [one.change_id for one in changes],
        [one.dealer_id for one in changes],
        [one.kind for one in changes],
        [json.dumps(dict(one.value)) for one in changes],
        [one.effective_from for one in changes],
        [one.set_by for one in changes],
        set_at,
        applied_at,
    )


async def take_due_changes(tx: Tx, now: datetime, *, limit: int) -> list[Change]:
    """Changes whose time has come, oldest first, marked as applied; others skip them."""
    rows = await tx.fetch(
        """
        WITH due AS (
            SELECT change_id FROM dealer_changes
            WHERE applied_at IS NULL AND effective_from <= $1
            ORDER BY effective_from
            LIMIT $2
            FOR NO KEY UPDATE SKIP LOCKED
        ), taken AS (
            UPDATE dealer_changes c SET applied_at = $1
            FROM due WHERE c.change_id = due.change_id
            RETURNING c.change_id, c.dealer_id, c.kind, c.value, c.effective_from, c.set_by
        )
        SELECT change_id, dealer_id, kind, value::text AS value, effective_from, set_by
        FROM taken
        ORDER BY effective_from
        """,
        now,
        limit,
    )
    return [change_of(row) for row in rows]


async def drop_change(tx: Tx, dealer_id: UUID, change_id: UUID) -> bool:
    """Forget a change that is still to come; waits for whoever is applying it. Whether it was."""
    dropped = await tx.fetchval(
        """
        DELETE FROM dealer_changes
        WHERE change_id = $2 AND dealer_id = $1 AND applied_at IS NULL
        RETURNING true
        """,
        dealer_id,
        change_id,
    )
    return dropped is True


async def has_change(tx: Tx, dealer_id: UUID, change_id: UUID) -> bool:
    found = await tx.fetchval(
        "SELECT true FROM dealer_changes WHERE change_id = $2 AND dealer_id = $1",
        dealer_id,
        change_id,
    )
    return found is True


def dealer_of(row: Record) -> Dealer:
    title, place, leaving = row["invoice_title"], row["ship_to"], row["exit"]
    return Dealer(
        dealer_id=row["dealer_id"],
        code=row["code"],
        company=Company(
            row["credit_code"],
            row["name"],
            row["province"],
            row["city"],
            row["contact_name"],
            row["phone"],
        ),
        status=DealerStatus(row["status"]),
        standing=Standing(
            Tier(row["tier"]),
            Terms.model_validate_json(row["terms"]),
            row["credit_limit_minor"],
            row["salesperson_id"],
            row["warehouse_id"],
        ),
        reason=row["reason"],
        application_id=row["application_id"],
        applicant_user_id=row["applicant_user_id"],
        version=row["version"],
        shelf_life_min_days=row["shelf_life_min_days"],
        invoice_title=InvoiceTitle.model_validate_json(title) if title else None,
        ship_to=ShipTo.model_validate_json(place) if place else None,
        superior_id=row["superior_id"],
        exit=_EXIT.validate_json(leaving) if leaving else None,
    )


def change_of(row: Record) -> Change:
    value: dict[str, Any] = json.loads(row["value"])
    return Change(
        row["change_id"],
        row["dealer_id"],
        ChangeKind(row["kind"]),
        value,
        row["effective_from"],
        row["set_by"],
    )
