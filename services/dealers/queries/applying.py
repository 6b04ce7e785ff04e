"""Applications, and the pool of applicants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.dealers.domain.applications import Application
from services.dealers.schemas.applications import ApplicationSummary, FurtherApplicant
from services.dealers.schemas.pool import PoolEntry
from services.dealers.store.applications import application_of


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


def _place_in_pool(entry: PoolEntry) -> tuple[int, UUID]:
    return (entry.score.points if entry.score else -1, entry.application_id)
