"""What dealers can be asked to show; row-level security leaves what the caller may see."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.dealers.domain.applications import Application
from services.dealers.domain.dealers import Dealer
from services.dealers.schemas.applications import ApplicationSummary, FurtherApplicant
from services.dealers.schemas.dealers import ChangeResponse, DealerSummary
from services.dealers.schemas.pool import PoolEntry
from services.dealers.schemas.territories import TerritoryResponse
from services.dealers.store.applications import application_of
from services.dealers.store.dealers import dealer_of
from services.dealers.store.people import known_users

POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class PoolFilter:
    """Which applicants are looked for; None, and nothing: any."""

    statuses: Sequence[str] = ()
    province: str | None = None
    city: str | None = None
    brand: str | None = None
    channel: str | None = None
    points_min: int | None = None
    shortlisted: bool | None = None
    key_development: bool | None = None


async def application(reader: Reader, application_id: UUID) -> Application:
    """One application. Raises NotFound, for what is foreign too."""
    row = await reader.fetchrow(
        """
        SELECT application_id, form::text AS form, applicant_user_id, status, screener_id,
               screened_by, decided_by, reason, dealer_id, version, submitted_at, changed_at,
               endorsed_by, endorsed_limit_minor, escalated_at
        FROM dealer_applications
        WHERE application_id = $1
        """,
        application_id,
    )
    if row is None:
        raise NotFound
    return application_of(row)


async def further_applicants(reader: Reader, credit_code: str) -> list[FurtherApplicant]:
    """Who else applied for a company, in the order of their coming."""
    rows = await reader.fetch(
        """
        SELECT user_id, contact_name, phone, applied_at
        FROM further_applicants
        WHERE credit_code = $1
        ORDER BY applied_at, user_id
        """,
        credit_code,
    )
    return [FurtherApplicant(**row) for row in rows]


async def applications(
    reader: Reader, page: PageRequest, *, statuses: Sequence[str]
) -> Page[ApplicationSummary]:
    """Newest first; no statuses: all."""
    (after,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT a.application_id, a.credit_code, a.form ->> 'name' AS name, a.province, a.city,
               a.status, a.screener_id, u.name AS screener_name, a.submitted_at, a.changed_at,
               a.version,
               a.status = 'SUBMITTED' AND coalesce(a.escalated_at > a.submitted_at, false)
                   AS escalated
        FROM dealer_applications a
        LEFT JOIN users u ON u.user_id = a.screener_id
        WHERE ($1::uuid IS NULL OR a.application_id < $1)
          AND (cardinality($2::text[]) = 0 OR a.status = ANY($2))
        ORDER BY a.application_id DESC
        LIMIT $3
        """,
        after,
        list(statuses),
        page.fetch,
    )
    found = [ApplicationSummary(**row) for row in rows]
    return Page[ApplicationSummary].of(found, page, key=lambda one: (one.application_id,))


async def pool(
    reader: Reader,
    page: PageRequest,
    wanted: PoolFilter,
    application_ids: Sequence[UUID] | None = None,
) -> Page[PoolEntry]:
    """Applicants by points, the best first; who has no score comes last. A draft is no applicant.

    None: all.
    """
    points, after = page.key(int, UUID)
    rows = await reader.fetch(
        """
        SELECT jsonb_build_object(
                   'application_id', a.application_id, 'name', a.form -> 'name',
                   'province', a.province, 'city', a.city, 'status', a.status,
                   'brands', a.form -> 'brands', 'channels', a.form -> 'channels',
                   'annual_sales_minor', a.form -> 'annual_sales_minor',
                   'documents', (
                       SELECT count(*) FROM application_documents d
                       WHERE d.application_id = a.application_id AND d.removed_at IS NULL
                   ),
                   'screener_name', u.name, 'submitted_at', a.submitted_at,
                   'score', CASE WHEN s.points IS NOT NULL THEN jsonb_build_object(
                       'sheet_version', s.sheet_version, 'points', s.points, 'parts', s.parts) END,
                   'shortlist', CASE WHEN l.application_id IS NOT NULL THEN jsonb_build_object(
                       'key_development', l.key_development, 'note', l.note,
                       'decided_by', l.decided_by, 'decided_at', l.decided_at,
                       'score', CASE WHEN l.points IS NOT NULL THEN jsonb_build_object(
                           'sheet_version', l.sheet_version, 'points', l.points,
                           'parts', l.parts) END) END
               )::text AS entry
        FROM dealer_applications a
        LEFT JOIN application_scores s ON s.application_id = a.application_id
        LEFT JOIN shortlist l ON l.application_id = a.application_id
        LEFT JOIN users u ON u.user_id = a.screener_id
        WHERE a.status <> 'DRAFT'
          AND ($1::int IS NULL
               OR (coalesce(s.points, -1), a.application_id) < ($1, $2::uuid))
          AND (cardinality($3::text[]) = 0 OR a.status = ANY($3))
          AND ($4::text IS NULL OR a.province = $4)
          AND ($5::text IS NULL OR a.city = $5)
          AND ($6::text IS NULL OR jsonb_exists(a.form -> 'brands', $6))
          AND ($7::text IS NULL OR jsonb_exists(a.form -> 'channels', $7))
          AND ($8::int IS NULL OR s.points >= $8)
          AND ($9::boolean IS NULL OR (l.application_id IS NOT NULL) = $9)
          AND ($10::boolean IS NULL OR coalesce(l.key_development, false) = $10)
          AND ($11::uuid[] IS NULL OR a.application_id = ANY($11))
        ORDER BY coalesce(s.points, -1) DESC, a.application_id DESC
        LIMIT $12
        """,
        points,
        after,
        list(wanted.statuses),
        wanted.province,
        wanted.city,
        wanted.brand,
        wanted.channel,
        wanted.points_min,
        wanted.shortlisted,
        wanted.key_development,
        application_ids,
        page.fetch,
    )
    found = [PoolEntry.model_validate_json(row["entry"]) for row in rows]
    return Page[PoolEntry].of(found, page, key=_place_in_pool)


async def dealer(reader: Reader, dealer_id: UUID) -> tuple[Dealer, str | None, datetime]:
    """One dealer, his salesperson's name, and since when he is one. Raises NotFound."""
    row = await reader.fetchrow(
        """
        SELECT d.dealer_id, d.code, d.credit_code, d.name, d.province, d.city, d.contact_name,
               d.phone, d.status, d.reason, d.tier, d.terms::text AS terms, d.credit_limit_minor,
               d.salesperson_id, d.warehouse_id, d.application_id, d.applicant_user_id, d.version,
               d.shelf_life_min_days, d.invoice_title::text AS invoice_title,
               d.ship_to::text AS ship_to, d.activated_at, u.name AS salesperson_name
        FROM dealers d
        LEFT JOIN users u ON u.user_id = d.salesperson_id
        WHERE d.dealer_id = $1
        """,
        dealer_id,
    )
    if row is None:
        raise NotFound
    return dealer_of(row), row["salesperson_name"], row["activated_at"]


async def dealers(  # noqa: PLR0913  (filters)
    reader: Reader,
    page: PageRequest,
    *,
    text: str | None,
    tiers: Sequence[str],
    statuses: Sequence[str],
    province: str | None,
    salesperson_id: UUID | None,
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
        ORDER BY length(d.code), d.code
        LIMIT $7
        """,
        after,
        text,
        list(tiers),
        list(statuses),
        province,
        salesperson_id,
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


async def territories(reader: Reader) -> list[TerritoryResponse]:
    rows = await reader.fetch(
        """
        SELECT t.province, t.city, t.salesperson_id, u.name AS salesperson_name
        FROM territories t
        LEFT JOIN users u ON u.user_id = t.salesperson_id
        ORDER BY t.province, t.city
        """
    )
    return [TerritoryResponse(**row) for row in rows]


async def await_users(db: Reader, ids: Collection[UUID], *, seconds: float) -> None:
    """Wait until these users are known here: the gateway may have made them just before."""
    deadline = asyncio.get_running_loop().time() + seconds
    while ids and asyncio.get_running_loop().time() < deadline:
        if await known_users(db, ids) == set(ids):
            return
        await asyncio.sleep(POLL_SECONDS)


def _place_in_pool(entry: PoolEntry) -> tuple[int, UUID]:
    return (entry.score.points if entry.score else -1, entry.application_id)


def _with_value(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "value": json.loads(row["value"])}
