"""Dealers, their places in the tree of tiers, and what held of them from when on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.dealers.domain.dealers import Dealer
from services.dealers.schemas.dealers import ChangeResponse, DealerLink, DealerSummary
from services.dealers.store.dealers import dealer_of


@dataclass(frozen=True, slots=True)
class Found:
    """A dealer, and what is shown beside him."""

    dealer: Dealer
    salesperson_name: str | None
    activated_at: datetime
    superiors: list[DealerLink]
    """The highest first."""


async def dealer(reader: Reader, dealer_id: UUID) -> Found:
    """One dealer. Raises NotFound."""
    row = await reader.fetchrow(
        """
        SELECT d.dealer_id, d.code, d.credit_code, d.name, d.province, d.city, d.contact_name,
               d.phone, d.status, d.reason, d.tier, d.terms::text AS terms, d.credit_limit_minor,
               d.salesperson_id, d.warehouse_id, d.application_id, d.applicant_user_id, d.version,
               d.shelf_life_min_days, d.invoice_title::text AS invoice_title,
               d.ship_to::text AS ship_to, d.superior_id, d.exit::text AS exit, d.activated_at,
               u.name AS salesperson_name
        FROM dealers d
        LEFT JOIN users u ON u.user_id = d.salesperson_id
        WHERE d.dealer_id = $1
        """,
        dealer_id,
    )
    if row is None:
        raise NotFound
    found = dealer_of(row)
    above = await superiors(reader, found.superior_id) if found.superior_id else []
    return Found(found, row["salesperson_name"], row["activated_at"], above)


async def superiors(reader: Reader, superior_id: UUID) -> list[DealerLink]:
    """A superior and those above him, the highest first."""
    rows = await reader.fetch(
        """
        WITH RECURSIVE path AS (
            SELECT dealer_id, code, name, tier, superior_id, 1 AS step
            FROM dealers WHERE dealer_id = $1
            UNION ALL
            SELECT d.dealer_id, d.code, d.name, d.tier, d.superior_id, step + 1
            FROM path JOIN dealers d ON d.dealer_id = path.superior_id
        )
        SELECT dealer_id, code, name, tier FROM path ORDER BY step DESC
        """,
        superior_id,
    )
    return [DealerLink(**row) for row in rows]


async def dealers_by_tier(reader: Reader) -> dict[str, int]:
    """How many dealers of each tier have not left."""
    rows = await reader.fetch(
        "SELECT tier, count(*) AS dealers FROM dealers WHERE status <> 'EXITED' GROUP BY tier"
    )
    return {row["tier"]: row["dealers"] for row in rows}


async def dealers(  # noqa: PLR0913  (filters)
    reader: Reader,
    page: PageRequest,
    *,
    text: str | None,
    tiers: Sequence[str],
    statuses: Sequence[str],
    province: str | None,
    salesperson_id: UUID | None,
    superior_id: UUID | None,
) -> Page[DealerSummary]:
    """By code; `text` is the start of a code or credit code, or a part of the name."""
    (after,) = page.key(str)
    rows = await reader.fetch(
        """
        SELECT d.dealer_id, d.code, d.name, d.province, d.city, d.status, d.tier, d.salesperson_id,
               u.name AS salesperson_name, d.version
        FROM dealers d
        LEFT JOIN users u ON u.user_id = d.salesperson_id
        WHERE ($1::text IS NULL OR (length(d.code), d.code) > (length($1), $1))
          AND ($2::text IS NULL OR starts_with(d.code, upper($2))
               OR starts_with(d.credit_code, upper($2)) OR strpos(d.name, $2) > 0)
          AND (cardinality($3::text[]) = 0 OR d.tier = ANY($3))
          AND (cardinality($4::text[]) = 0 OR d.status = ANY($4))
          AND ($5::text IS NULL OR d.province = $5)
          AND ($6::uuid IS NULL OR d.salesperson_id = $6)
          AND ($7::uuid IS NULL OR d.superior_id = $7)
        ORDER BY length(d.code), d.code
        LIMIT $8
        """,
        after,
        text,
        list(tiers),
        list(statuses),
        province,
        salesperson_id,
        superior_id,
        page.fetch,
    )
    found = [DealerSummary(**row) for row in rows]
    return Page[DealerSummary].of(found, page, key=lambda one: (one.code,))


async def changes(reader: Reader, dealer_id: UUID) -> list[ChangeResponse]:
    """What held of a dealer from when on, newest first, and what is still to come."""
    rows = await reader.fetch(
        """
        SELECT c.change_id, c.kind, c.value::text AS value, c.effective_from, c.set_by,
               u.name AS set_by_name, c.set_at, c.applied_at
        FROM dealer_changes c
        LEFT JOIN users u ON u.user_id = c.set_by
        WHERE c.dealer_id = $1
        ORDER BY c.effective_from DESC, c.kind
        LIMIT 500
        """,
        dealer_id,
    )
    return [ChangeResponse(**_with_value(dict(row))) for row in rows]


def _with_value(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "value": json.loads(row["value"])}
