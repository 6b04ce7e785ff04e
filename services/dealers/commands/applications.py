"""Apply, correct, judge; at the end of the way stands a dealer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chassis import outbox
from chassis.db import Tx
from chassis.errors import DomainError, NotFound
from services.dealers.commands.dealers import add_dealers, check_salespeople
from services.dealers.commands.documents import check_documents
from services.dealers.commands.scoring import rescore
from services.dealers.domain import applications as domain
from services.dealers.domain import judging
from services.dealers.domain.applications import Application, Ask, Changed, Linked, Status
from services.dealers.domain.dealers import Company, Dealer, Standing
from services.dealers.domain.documents import DocumentKind
from services.dealers.domain.judging import Credit, Decision
from services.dealers.domain.refusals import AlreadyApplied, ApplicationMoved, DealerExists
from services.dealers.store import applications as store
from services.dealers.store import people
from services.dealers.store.dealers import dealers_by_credit_code

ESCALATED_MAX = 200

Check = Callable[[int], None]
"""Raises when the caller means another version than this one."""


async def apply(
    tx: Tx, asks: Sequence[Ask], now: datetime
) -> list[Application | Linked | AlreadyApplied]:
    """Take applications in; per ask the application, or what became of a second one."""
    codes = {ask.form.credit_code for ask in asks}
    await store.lock_credit_codes(tx, codes)
    claims = await store.claims(tx, codes)
    territories = await people.territories(tx, {ask.form.province for ask in asks})
    outcomes = domain.apply(asks, claims, territories, now)
    changed = [outcome for outcome in outcomes if isinstance(outcome, Changed)]
    further = [
        (ask.applicant_user_id, ask.form)
        for ask, outcome in zip(asks, outcomes, strict=True)
        if isinstance(outcome, Linked)
    ]
    await _save(tx, [one.application for one in changed])
    await store.note_further_applicants(tx, further, now)
    await outbox.add(tx, [message for one in changed for message in one.messages])
    return [one.application if isinstance(one, Changed) else one for one in outcomes]


async def submit(
    tx: Tx, application_id: UUID, *, by: UUID, now: datetime, check: Check
) -> Application | Linked:
    """Hand in a draft, or a returned application again.

    Raises NotFound, StaleVersion, ApplicationMoved, AlreadyApplied.
    """
    code = await _lock_company(tx, application_id)
    known = await _locked(tx, application_id, check)
    if known.applicant_user_id != by:
        raise NotFound
    if known.form.credit_code != code:  # rewritten between the two statements
        raise ApplicationMoved(current_status=known.status)
    claim = (await store.claims(tx, [known.form.credit_code])).get(known.form.credit_code)
    if claim and claim.application_id != application_id and known.status is Status.DRAFT:
        second = domain.second(by, claim)
        if isinstance(second, AlreadyApplied):
            raise second
        await store.note_further_applicants(tx, [(by, known.form)], now)
        await store.delete_drafts(tx, [application_id])
        return second
    territories = await people.territories(tx, [known.form.province])
    screener = domain.screener_of(known.form, territories)
    return await _decide(tx, known, judging.submitted(by=by, screener_id=screener, now=now))


async def change(
    tx: Tx,
    application_id: UUID,
    decision: Decision,
    *,
    check: Check,
    screener: UUID | None = None,
) -> Application:
    """Let a decision hold; with `screener` only for who should screen it, or has its territory.

    Raises NotFound, StaleVersion, and what the decision says.
    """
    known = await _locked(tx, application_id, check)
    if screener and screener != known.screener_id:
        territories = await people.territories(tx, [known.form.province])
        if known.status is Status.DRAFT or screener != domain.screener_of(known.form, territories):
            raise NotFound
    return await _decide(tx, known, decision)


async def assign(
    tx: Tx, application_id: UUID, screener_id: UUID, *, now: datetime, check: Check
) -> Application:
    """Raises NotFound, StaleVersion, ApplicationMoved, NotASalesperson."""
    await check_salespeople(tx, {screener_id})
    decision = judging.assigned(screener_id, now=now)
    return await change(tx, application_id, decision, check=check)


async def escalate_unscreened(tx: Tx, now: datetime, after: timedelta) -> int:
    """Tell of applications that nobody has screened for so long; the number of them."""
    late = await store.escalate_unscreened(
        tx, submitted_before=now - after, now=now, limit=ESCALATED_MAX
    )
    await outbox.add(tx, [told for one in late if (told := one.escalation)])
    return len(late)


async def approve(  # noqa: PLR0913  (what the second person decides)
    tx: Tx,
    application_id: UUID,
    dealer_id: UUID,
    standing: Standing,
    *,
    by: UUID,
    now: datetime,
    check: Check,
    alone_max_minor: int,
    required: Collection[DocumentKind] = (),
) -> Dealer:
    """Make the applicant's company a dealer; the approver alone grants up to `alone_max_minor`.

    Raises NotFound, StaleVersion, ApplicationMoved, SamePersonScreened, LicenceExpired,
    CreditNotEndorsed, SamePersonEndorsed, DocumentsMissing, DocumentExpired, NotASalesperson,
    DealerExists.
    """
    await _lock_company(tx, application_id)
    known = await _locked(tx, application_id, check)
    credit = Credit(standing.credit_limit_minor, alone_max_minor)
    outcome = judging.approved(dealer_id, credit, by=by, now=now)(known)
    if isinstance(outcome, DomainError):
        raise outcome
    await check_documents(tx, application_id, required, now)
    form = known.form
    if await dealers_by_credit_code(tx, [form.credit_code]):
        raise DealerExists(credit_code=form.credit_code)
    company = Company(
        form.credit_code, form.name, form.province, form.city, form.contact_name, form.phone
    )
    fresh = Dealer.fresh(
        dealer_id,
        company,
        standing,
        application_id=application_id,
        applicant_user_id=known.applicant_user_id,
    )
    [dealer] = await add_dealers(tx, [fresh], by=by, now=now)
    await _save(tx, [outcome.application])
    return dealer


async def _lock_company(tx: Tx, application_id: UUID) -> str:
    """Nobody else may claim the company of an application now; raises NotFound."""
    code = await store.credit_code_of(tx, application_id)
    if code is None:
        raise NotFound
    await store.lock_credit_codes(tx, [code])
    return code


async def _locked(tx: Tx, application_id: UUID, check: Check) -> Application:
    known = (await store.lock_applications(tx, [application_id])).get(application_id)
    if known is None:
        raise NotFound
    check(known.version)
    return known


async def _save(tx: Tx, saved: Sequence[Application]) -> None:
    """Their scores follow what they say; once they are decided, no other sheet touches them."""
    await store.save_applications(tx, saved)
    await rescore(tx, [one.application_id for one in saved])


async def _decide(tx: Tx, known: Application, decision: Decision) -> Application:
    outcome = decision(known)
    if isinstance(outcome, DomainError):
        raise outcome
    if outcome.application != known:
        await _save(tx, [outcome.application])
        await outbox.add(tx, outcome.messages)
    return outcome.application
