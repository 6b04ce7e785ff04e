"""Set the score sheet, score applicants by it, and put them on the shortlist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from chassis.errors import NotFound
from services.dealers.domain import scoring as domain
from services.dealers.domain.refusals import ApplicationMoved
from services.dealers.domain.scoring import SCORED, Sheet
from services.dealers.store import applications
from services.dealers.store import scores as store

Check = Callable[[int], None]
"""Raises when the caller means another version than this one."""


async def rescore(tx: Tx, application_ids: Sequence[UUID]) -> None:
    """Let the scores of these applications say what is known of them now."""
    await store.lock_sheet(tx, to_change=False)
    sheet = await store.sheet(tx)
    if sheet and application_ids:
        await _score(tx, sheet, application_ids)


async def set_sheet(tx: Tx, wanted: Sheet, *, by: UUID, now: datetime, check: Check) -> Sheet:
    """Another sheet holds, and all who stand to be judged are scored by it. Raises StaleVersion."""
    await store.lock_sheet(tx, to_change=True)
    known = await store.sheet(tx)
    version = known.version if known else 0
    check(version)
    if known == replace(wanted, version=version):
        return known
    sheet = replace(wanted, version=version + 1)
    await store.insert_sheet(tx, sheet, by=by, now=now)
    await _score(tx, sheet, None)
    return sheet


async def list_short(
    tx: Tx, application_id: UUID, *, key_development: bool, note: str, by: UUID, now: datetime
) -> None:
    """Raises NotFound, ApplicationMoved."""
    known = (await applications.lock_applications(tx, [application_id])).get(application_id)
    if known is None:
        raise NotFound
    if known.status not in SCORED:
        raise ApplicationMoved(current_status=known.status, allowed_in=sorted(SCORED))
    await store.list_short(
        tx, application_id, key_development=key_development, note=note, by=by, now=now
    )


async def unlist(tx: Tx, application_id: UUID) -> None:
    """Raises NotFound."""
    if not await store.unlist(tx, application_id):
        raise NotFound


async def _score(tx: Tx, sheet: Sheet, application_ids: Sequence[UUID] | None) -> None:
    found = await store.to_score(tx, application_ids)
    await store.save_scores(
        tx, [(one, domain.score(form, kinds, sheet)) for one, form, kinds in found]
    )
