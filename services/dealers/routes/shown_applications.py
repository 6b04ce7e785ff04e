"""An application as it is shown, with the actions that are open to the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID

from fastapi import Response

from chassis.auth import Actor, Role, allowed_actions
from chassis.http import json_response, with_etag
from chassis.runtime import Runtime
from chassis.scope import reading
from services.dealers import queries
from services.dealers.access import ACCESS
from services.dealers.domain.applications import Application, Status
from services.dealers.schemas.applications import ApplicationResponse

PAPERS = ("applications.add-document", "applications.remove-document")
VERBS: Mapping[Status, tuple[str, ...]] = {
    Status.DRAFT: ("applications.submit", *PAPERS),
    Status.SUBMITTED: (
        "applications.assign",
        "applications.screen",
        "applications.return",
        "applications.reject",
        "applications.add-document",
    ),
    Status.RETURNED: (
        "applications.submit",
        "applications.assign",
        "applications.reject",
        *PAPERS,
    ),
    Status.SCREENED: (
        "applications.endorse-credit",
        "applications.approve",
        "applications.return",
        "applications.reject",
    ),
    Status.APPROVED: (),
    Status.REJECTED: (),
}
"""What may be done in each status."""


async def answer_application(runtime: Runtime, actor: Actor, application_id: UUID) -> Response:
    """An application as the caller sees it, with what he may do to it now."""
    async with reading(runtime, actor) as reader:
        known = await queries.application(reader, application_id)
        others = []
        if actor.roles & {Role.SAL, Role.ADM}:
            others = await queries.further_applicants(reader, known.form.credit_code)
    verbs = [verb for verb in VERBS[known.status] if _open_to(verb, actor, known)]
    shown = ApplicationResponse(
        **asdict(known.form),
        application_id=known.application_id,
        status=known.status,
        applicant_user_id=known.applicant_user_id,
        screener_id=known.screener_id,
        screened_by=known.screened_by,
        decided_by=known.decided_by,
        reason=known.reason,
        dealer_id=known.dealer_id,
        submitted_at=known.submitted_at,
        changed_at=known.changed_at,
        version=known.version,
        escalated=known.escalated,
        endorsed_by=known.endorsed_by,
        endorsed_limit_minor=known.endorsed_limit_minor,
        further_applicants=others,
        allowed_actions=allowed_actions(ACCESS, actor, verbs),
    )
    return with_etag(json_response(shown), known.version)


def _open_to(verb: str, actor: Actor, known: Application) -> bool:
    """Beyond his role: who screened does not approve, and what is the applicant's is his alone."""
    if verb in {"applications.approve", "applications.endorse-credit"}:
        return known.screened_by != actor.user_id
    return verb not in {"applications.submit", *PAPERS} or known.applicant_user_id == actor.user_id
