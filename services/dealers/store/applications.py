"""Applications, and who else applied for the same company."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from pydantic import TypeAdapter

from chassis.db import Reader, Tx
from services.dealers.domain.applications import Application, Claim, Form, Status

_FORM = TypeAdapter(Form)


async def lock_credit_codes(tx: Tx, codes: Collection[str]) -> None:
    """Who claims a company, waits for whoever is claiming it, until the transaction ends."""
    await tx.execute(
        """
        SELECT count(pg_advisory_xact_lock(lock))
        FROM (SELECT DISTINCT hashtextextended('credit code ' || code, 0) AS lock
              FROM unnest($1::text[]) AS code
              ORDER BY lock) AS locks
        """,
        list(codes),
    )


async def claims(tx: Tx, codes: Collection[str]) -> dict[str, Claim]:
    """Who stands for these companies."""
    rows = await tx.fetch(
        """
        SELECT credit_code, application_id, applicant_user_id
        FROM dealer_applications
        WHERE credit_code = ANY($1::text[]) AND status <> 'DRAFT'
        UNION ALL
        SELECT credit_code, application_id, applicant_user_id
        FROM dealers
        WHERE credit_code = ANY($1::text[]) AND application_id IS NULL
        """,
        list(codes),
    )
    return {
        row["credit_code"]: Claim(row["application_id"], row["applicant_user_id"]) for row in rows
    }


async def lock_applications(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Application]:
    """Load applications and hold them until the transaction ends."""
    rows = await tx.fetch(
        """
        SELECT application_id, form::text AS form, applicant_user_id, status, screener_id,
               screened_by, decided_by, reason, dealer_id, version, submitted_at, changed_at,
               endorsed_by, endorsed_limit_minor, escalated_at
        FROM dealer_applications
        WHERE application_id = ANY($1::uuid[])
        ORDER BY application_id
        FOR NO KEY UPDATE
        """,
        ids,
    )
    return {row["application_id"]: application_of(row) for row in rows}


async def escalate_unscreened(
    tx: Tx, *, submitted_before: datetime, now: datetime, limit: int
) -> list[Application]:
    """Those that wait too long since they were last submitted, marked; each submission once."""
    rows = await tx.fetch(
        """
        WITH late AS (
            SELECT application_id FROM dealer_applications
            WHERE status = 'SUBMITTED' AND submitted_at < $1
              AND (escalated_at IS NULL OR escalated_at < submitted_at)
            ORDER BY submitted_at
            LIMIT $3
            FOR NO KEY UPDATE SKIP LOCKED
        )
        UPDATE dealer_applications a SET escalated_at = $2
        FROM late WHERE a.application_id = late.application_id
        RETURNING a.application_id, a.form::text AS form, a.applicant_user_id, a.status,
                  a.screener_id, a.screened_by, a.decided_by, a.reason, a.dealer_id, a.version,
                  a.submitted_at, a.changed_at, a.endorsed_by, a.endorsed_limit_minor,
                  a.escalated_at
        """,
        submitted_before,
        now,
        limit,
    )
    return [application_of(row) for row in rows]


async def save_applications(tx: Tx, saved: Sequence[Application]) -> None:
    """Insert new applications, replace old ones."""
    await tx.execute(
        """
        INSERT INTO dealer_applications (application_id, credit_code, form, province, city,
            applicant_user_id, status, screener_id, screened_by, decided_by, reason, dealer_id,
            version, submitted_at, changed_at, endorsed_by, endorsed_limit_minor)
        SELECT application_id, credit_code, form::jsonb, province, city, applicant_user_id, status,
               screener_id, screened_by, decided_by, reason, dealer_id, version, submitted_at,
               changed_at, endorsed_by, endorsed_limit_minor
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[],
                    $7::text[], $8::uuid[], $9::uuid[], $10::uuid[], $11::text[], $12::uuid[],
                    $13::int[], $14::timestamptz[], $15::timestamptz[], $16::uuid[],
                    $17::bigint[])
             AS new(application_id, credit_code, form, province, city, applicant_user_id, status,
                    screener_id, screened_by, decided_by, reason, dealer_id, version, submitted_at,
                    changed_at, endorsed_by, endorsed_limit_minor)
        ON CONFLICT (application_id) DO UPDATE
        SET credit_code = excluded.credit_code, form = excluded.form,
            province = excluded.province, city = excluded.city, status = excluded.status,
            screener_id = excluded.screener_id, screened_by = excluded.screened_by,
            decided_by = excluded.decided_by, reason = excluded.reason,
            dealer_id = excluded.dealer_id, version = excluded.version,
            submitted_at = excluded.submitted_at, changed_at = excluded.changed_at,
            endorsed_by = excluded.endorsed_by,
            endorsed_limit_minor = excluded.endorsed_limit_minor
        """,
        [one.application_id for one in saved],
        [one.form.credit_code for one in saved],
        [_FORM.dump_json(one.form).decode() for one in saved],
        [one.form.province for one in saved],
        [one.form.city for one in saved],
        [one.applicant_user_id for one in saved],
        [one.status for one in saved],
        [one.screener_id for one in saved],
        [one.screened_by for one in saved],
        [one.decided_by for one in saved],
        [one.reason for one in saved],
        [one.dealer_id for one in saved],
        [one.version for one in saved],
        [one.submitted_at for one in saved],
        [one.changed_at for one in saved],
        [one.endorsed_by for one in saved],
        [one.endorsed_limit_minor for one in saved],
    )


async def note_further_applicants(
    tx: Tx, applied: Sequence[tuple[UUID, Form]], applied_at: datetime
) -> None:
    """Note which users else applied for companies that are claimed; their newest forms count."""
    newest = {(user_id, form.credit_code): form for user_id, form in applied}
    await tx.execute(
        """
        INSERT INTO further_applicants (user_id, credit_code, contact_name, phone, applied_at)
        SELECT user_id, credit_code, contact_name, phone, $5
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
             AS new(user_id, credit_code, contact_name, phone)
        ON CONFLICT (credit_code, user_id) DO UPDATE
        SET contact_name = excluded.contact_name, phone = excluded.phone,
            applied_at = excluded.applied_at
        """,
        [user_id for user_id, _ in newest],
        [code for _, code in newest],
        [form.contact_name for form in newest.values()],
        [form.phone for form in newest.values()],
        applied_at,
    )


async def delete_drafts(tx: Tx, ids: Sequence[UUID]) -> None:
    await tx.execute(
        """
        DELETE FROM dealer_applications
        WHERE application_id = ANY($1::uuid[]) AND status = 'DRAFT'
        """,
        ids,
    )


async def credit_code_of(reader: Reader, application_id: UUID) -> str | None:
    code: str | None = await reader.fetchval(
        "SELECT credit_code FROM dealer_applications WHERE application_id = $1", application_id
    )
    return code


def application_of(row: Record) -> Application:
    return Application(
        application_id=row["application_id"],
        form=_FORM.validate_json(row["form"]),
        applicant_user_id=row["applicant_user_id"],
        status=Status(row["status"]),
        changed_at=row["changed_at"],
        screener_id=row["screener_id"],
        screened_by=row["screened_by"],
        decided_by=row["decided_by"],
        reason=row["reason"],
        dealer_id=row["dealer_id"],
        submitted_at=row["submitted_at"],
        version=row["version"],
        endorsed_by=row["endorsed_by"],
        endorsed_limit_minor=row["endorsed_limit_minor"],
        escalated_at=row["escalated_at"],
    )
