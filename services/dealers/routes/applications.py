"""Applications: the way from a newcomer to a dealer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, Role, allowed
from chassis.errors import DomainError
from chassis.http import IfMatch, RuntimeDep, check_version
from chassis.idempotency import IdempotencyKey, once
from chassis.ids import uuid7
from chassis.pages import Page, PageQuery
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from services.dealers import queries
from services.dealers.commands import applications as commands
from services.dealers.domain import judging
from services.dealers.domain.applications import Application, Ask, Form, Linked, Status
from services.dealers.domain.judging import Decision
from services.dealers.routes.dealers import shown_dealer
from services.dealers.routes.shown_applications import answer_application
from services.dealers.routes.taking_in import USERS_WAIT_SECONDS, standing_of
from services.dealers.schemas.applications import (
    ApplicationForm,
    ApplicationReceipt,
    ApplicationRequest,
    ApplicationResponse,
    ApplicationSummary,
    AssignRequest,
    EndorseCreditRequest,
)
from services.dealers.schemas.dealers import DealerResponse, StandingRequest
from services.dealers.schemas.fields import ReasonRequest

router = APIRouter(prefix="/dealer-applications", tags=["dealers"])
Viewer = Annotated[Actor, Depends(allowed("applications.view"))]
Applicant = Annotated[Actor, Depends(allowed("applications.submit"))]
Assigner = Annotated[Actor, Depends(allowed("applications.assign"))]
Screener = Annotated[Actor, Depends(allowed("applications.screen"))]
Returner = Annotated[Actor, Depends(allowed("applications.return"))]
Rejecter = Annotated[Actor, Depends(allowed("applications.reject"))]
Endorser = Annotated[Actor, Depends(allowed("applications.endorse-credit"))]
Approver = Annotated[Actor, Depends(allowed("applications.approve"))]


@router.get("", response_model=Page[ApplicationSummary])
async def list_applications(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    status: Annotated[list[Status] | None, Query()] = None,
) -> Page[ApplicationSummary]:
    """Newest first: an applicant's own, a salesperson's to screen, or all."""
    async with reading(runtime, actor) as reader:
        return await queries.applications(reader, page, statuses=status or ())


@router.get("/{application_id}", response_model=ApplicationResponse)
async def get_application(application_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    """One application."""
    return await answer_application(runtime, actor, application_id)


@router.post("", status_code=201, response_model=ApplicationReceipt)
async def apply(
    body: ApplicationRequest, actor: Applicant, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Apply to become a dealer. A company that is known here already is not entered twice."""
    ask = Ask(uuid7(), _form(body), actor.user_id, draft=body.draft)
    async with acting(runtime, actor) as tx:

        async def take_in() -> ApplicationReceipt:
            [outcome] = await commands.apply(tx, [ask], datetime.now(UTC))
            if isinstance(outcome, DomainError):
                raise outcome
            return _receipt(outcome)

        return await once(tx, key, 201, take_in)


@router.put("/{application_id}", response_model=ApplicationResponse)
async def rewrite_application(
    application_id: UUID,
    body: ApplicationForm,
    actor: Applicant,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Correct a draft, or an application that was returned; then submit it."""
    decision = judging.rewritten(_form(body), by=actor.user_id, now=datetime.now(UTC))
    return await _change(runtime, actor, application_id, decision, if_match)


@router.post("/{application_id}/submit", response_model=ApplicationReceipt)
async def submit_application(
    application_id: UUID, actor: Applicant, runtime: RuntimeDep, if_match: IfMatch
) -> ApplicationReceipt:
    """Hand in a draft, or a returned application again."""
    async with acting(runtime, actor) as tx:
        outcome = await commands.submit(
            tx,
            application_id,
            by=actor.user_id,
            now=datetime.now(UTC),
            check=lambda version: check_version(version, if_match),
        )
    return _receipt(outcome)


@router.post("/{application_id}/assign", response_model=ApplicationResponse)
async def assign_application(
    application_id: UUID,
    body: AssignRequest,
    actor: Assigner,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Let a certain salesperson screen it."""
    await queries.await_users(runtime.db, [body.salesperson_id], seconds=USERS_WAIT_SECONDS)
    async with acting(runtime, actor) as tx:
        await commands.assign(
            tx,
            application_id,
            body.salesperson_id,
            now=datetime.now(UTC),
            check=lambda version: check_version(version, if_match),
        )
    return await answer_application(runtime, actor, application_id)


@router.post("/{application_id}/screen", response_model=ApplicationResponse)
async def screen_application(
    application_id: UUID, actor: Screener, runtime: RuntimeDep, if_match: IfMatch
) -> Response:
    """Find it fit for approval, by a second person."""
    decision = judging.screened(by=actor.user_id, now=datetime.now(UTC))
    return await _change(runtime, actor, application_id, decision, if_match)


@router.post("/{application_id}/return", response_model=ApplicationResponse)
async def return_application(
    application_id: UUID,
    body: ReasonRequest,
    actor: Returner,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Send it back to the applicant, who reads the reason and corrects it."""
    decision = judging.returned(body.reason, now=datetime.now(UTC))
    return await _change(runtime, actor, application_id, decision, if_match)


@router.post("/{application_id}/reject", response_model=ApplicationResponse)
async def reject_application(
    application_id: UUID,
    body: ReasonRequest,
    actor: Rejecter,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Refuse it for good."""
    decision = judging.rejected(body.reason, by=actor.user_id, now=datetime.now(UTC))
    return await _change(runtime, actor, application_id, decision, if_match)


@router.post("/{application_id}/endorse-credit", response_model=ApplicationResponse)
async def endorse_credit(
    application_id: UUID,
    body: EndorseCreditRequest,
    actor: Endorser,
    runtime: RuntimeDep,
    if_match: IfMatch,
) -> Response:
    """Let finance agree to credit up to a limit: beyond his own an approver needs that first."""
    decision = judging.endorsed(body.credit_limit_minor, by=actor.user_id, now=datetime.now(UTC))
    return await _change(runtime, actor, application_id, decision, if_match)


@router.post("/{application_id}/approve", response_model=DealerResponse)
async def approve_application(
    application_id: UUID,
    body: StandingRequest,
    actor: Approver,
    runtime: RuntimeDep,
    if_match: IfMatch,
    key: IdempotencyKey,
) -> Response:
    """Make the company a dealer; another person than the screener does.

    High credit, by tier, needs the yes of finance before.
    """
    standing = await standing_of(runtime, body)
    dealer_id = uuid7()
    async with acting(runtime, actor) as tx:

        async def activate() -> DealerResponse:
            await commands.approve(
                tx,
                application_id,
                dealer_id,
                standing,
                by=actor.user_id,
                now=datetime.now(UTC),
                check=lambda version: check_version(version, if_match),
                required=runtime.settings.required_documents,
                alone_max_minor=runtime.settings.credit_without_finance_minor[standing.tier],
            )
            return shown_dealer(actor, await queries.dealer(tx, dealer_id))

        return await once(tx, key, 200, activate)


async def _change(
    runtime: Runtime,
    actor: Actor,
    application_id: UUID,
    decision: Decision,
    if_match: int | None,
) -> Response:
    async with acting(runtime, actor) as tx:
        await commands.change(
            tx,
            application_id,
            decision,
            check=lambda version: check_version(version, if_match),
            screener=_as_screener(actor),
        )
    return await answer_application(runtime, actor, application_id)


def _as_screener(actor: Actor) -> UUID | None:
    """A salesperson judges only what is his to screen; an administrator anything."""
    return actor.user_id if Role.SAL in actor.roles and not actor.sees_all else None


def _form(body: ApplicationForm) -> Form:
    fields = body.model_dump(exclude={"draft"})
    return Form(**fields | {"brands": tuple(body.brands), "channels": tuple(body.channels)})


def _receipt(outcome: Application | Linked) -> ApplicationReceipt:
    if isinstance(outcome, Linked):
        return ApplicationReceipt(application_id=None, status="LINKED", version=None)
    return ApplicationReceipt(
        application_id=outcome.application_id, status=outcome.status, version=outcome.version
    )
