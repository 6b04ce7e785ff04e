"""Score sheets, the scores of applications by them, and the shortlist."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from chassis.db import Reader, Tx
from services.dealers.domain.applications import Form
from services.dealers.domain.scoring import PartScore, Score, Sheet

_SHEET = TypeAdapter(Sheet)
_FORM = TypeAdapter(Form)
PARTS = TypeAdapter(tuple[PartScore, ...])


async def lock_sheet(tx: Tx, *, to_change: bool) -> None:
    """Who scores shares the sheet with others who score, and excludes who changes it."""
    await tx.execute(
        """
        SELECT CASE WHEN $1 THEN pg_advisory_xact_lock(lock)
                    ELSE pg_advisory_xact_lock_shared(lock) END
        FROM hashtextextended('score sheet', 0) AS lock
        """,
        to_change,
    )


async def sheet(reader: Reader) -> Sheet | None:
    """The sheet that holds; None while nobody has set one."""
    row = await reader.fetchrow(
        "SELECT sheet::text AS sheet FROM score_sheets ORDER BY version DESC LIMIT 1"
    )
    return _SHEET.validate_json(row["sheet"]) if row else None


async def insert_sheet(tx: Tx, sheet: Sheet, *, by: UUID, now: datetime) -> None:
    await tx.execute(
        "INSERT INTO score_sheets (version, sheet, set_by, set_at) VALUES ($1, $2::jsonb, $3, $4)",
        sheet.version,
        _SHEET.dump_json(sheet).decode(),
        by,
        now,
    )


async def to_score(tx: Tx, ids: Sequence[UUID] | None) -> list[tuple[UUID, Form, int]]:
    """Form, and how many kinds of papers there are, of applications that stand to be judged.

    None: of all.
    """
    rows = await tx.fetch(
        """
        SELECT a.application_id, a.form::text AS form,
               (SELECT count(DISTINCT d.kind) FROM application_documents d
                WHERE d.application_id = a.application_id AND d.removed_at IS NULL) AS kinds
        FROM dealer_applications a
        WHERE a.status IN ('SUBMITTED', 'RETURNED', 'SCREENED')
          AND ($1::uuid[] IS NULL OR a.application_id = ANY($1))
        """,
        ids,
    )
    return [(row["application_id"], _FORM.validate_json(row["form"]), row["kinds"]) for row in rows]


async def save_scores(tx: Tx, scores: Sequence[tuple[UUID, Score]]) -> None:
    await tx.execute(
        """
        INSERT INTO application_scores (application_id, sheet_version, points, parts)
        SELECT application_id, sheet_version, points, parts::jsonb
        FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[])
             AS new(application_id, sheet_version, points, parts)
        ORDER BY application_id
        ON CONFLICT (application_id) DO UPDATE
        SET sheet_version = excluded.sheet_version, points = excluded.points,
            parts = excluded.parts
        """,
        [application_id for application_id, _ in scores],
        [score.sheet_version for _, score in scores],
        [score.points for _, score in scores],
        [PARTS.dump_json(score.parts).decode() for _, score in scores],
    )


async def list_short(
    tx: Tx, application_id: UUID, *, key_development: bool, note: str, by: UUID, now: datetime
) -> None:
    """Put one on the shortlist with its score of now; who is on it keeps the score of then."""
    await tx.execute(
        """
        INSERT INTO shortlist (application_id, key_development, note, sheet_version, points, parts,
            decided_by, decided_at)
        SELECT a.application_id, $2, $3, s.sheet_version, s.points, s.parts, $4, $5
        FROM dealer_applications a
        LEFT JOIN application_scores s ON s.application_id = a.application_id
        WHERE a.application_id = $1
        ON CONFLICT (application_id) DO UPDATE
        SET key_development = excluded.key_development, note = excluded.note
        """,
        application_id,
        key_development,
        note,
        by,
        now,
    )


async def unlist(tx: Tx, application_id: UUID) -> bool:
    """Whether it was on the shortlist."""
    found = await tx.fetchval(
        "DELETE FROM shortlist WHERE application_id = $1 RETURNING true", application_id
    )
    return found is True
