"""What becomes of an application: corrected, handed in, screened, endorsed, returned, decided."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis.clock import BUSINESS_TIME
from chassis.errors import DomainError, NotFound
from contracts.dealers import (
    DealerApplicationCreditEndorsed,
    DealerApplicationRejected,
    DealerApplicationReturned,
    DealerApplicationScreened,
)
from services.dealers.domain.applications import Application, Changed, Form, Status
from services.dealers.domain.refusals import (
    ApplicationMoved,
    CreditCodeFixed,
    CreditNotEndorsed,
    LicenceExpired,
    SamePersonEndorsed,
    SamePersonScreened,
)

Decision = Callable[[Application], Changed | DomainError]
"""What a command makes of an application."""

EDITABLE = frozenset({Status.DRAFT, Status.RETURNED})


def rewritten(form: Form, *, by: UUID, now: datetime) -> Decision:
    """The applicant corrects his form."""

    def decide(known: Application) -> Changed | DomainError:
        if fault := _not_his(known, by) or _not_in(known, EDITABLE):
            return fault
        if known.status is not Status.DRAFT and form.credit_code != known.form.credit_code:
            return CreditCodeFixed()
        return Changed(_after(known, now, form=form))

    return decide


def submitted(*, by: UUID, screener_id: UUID | None, now: datetime) -> Decision:
    """The applicant hands it in, for the first time or again."""

    def decide(known: Application) -> Changed | DomainError:
        if fault := _not_his(known, by) or _not_in(known, EDITABLE):
            return fault
        after = _after(
            known,
            now,
            status=Status.SUBMITTED,
            screener_id=screener_id or known.screener_id,
            screened_by=None,
            endorsed_by=None,
            endorsed_limit_minor=None,
            reason=None,
            submitted_at=now,
        )
        return Changed(after, (after.applied,))

    return decide


def assigned(screener_id: UUID, *, now: datetime) -> Decision:
    """Somebody else should screen it."""

    def decide(known: Application) -> Changed | DomainError:
        if fault := _not_in(known, {Status.SUBMITTED, Status.RETURNED}):
            return fault
        if known.screener_id == screener_id:
            return Changed(known)
        after = _after(known, now, screener_id=screener_id)
        announced = (after.applied,) if after.status is Status.SUBMITTED else ()
        return Changed(after, announced)

    return decide


def screened(*, by: UUID, now: datetime) -> Decision:
    """A salesperson finds it fit for approval."""

    def decide(known: Application) -> Changed | DomainError:
        if known.status is Status.SCREENED and known.screened_by == by:
            return Changed(known)
        if fault := _not_in(known, {Status.SUBMITTED}):
            return fault
        after = _after(known, now, status=Status.SCREENED, screened_by=by)
        told = DealerApplicationScreened(**known.about, screener_id=by)
        return Changed(after, (told,))

    return decide


def endorsed(credit_limit_minor: int, *, by: UUID, now: datetime) -> Decision:
    """Finance agrees to credit up to a limit; said again, the last word counts."""

    def decide(known: Application) -> Changed | DomainError:
        if fault := _not_in(known, {Status.SCREENED}):
            return fault
        if known.screened_by == by:
            return SamePersonEndorsed()
        after = _after(known, now, endorsed_by=by, endorsed_limit_minor=credit_limit_minor)
        told = DealerApplicationCreditEndorsed(
            **known.about, endorsed_by=by, credit_limit_minor=credit_limit_minor
        )
        return Changed(after, (told,))

    return decide


def returned(reason: str, *, now: datetime) -> Decision:
    """It goes back to the applicant, who reads the reason and corrects it."""

    def decide(known: Application) -> Changed | DomainError:
        if fault := _not_in(known, {Status.SUBMITTED, Status.SCREENED}):
            return fault
        after = _after(known, now, status=Status.RETURNED, reason=reason)
        return Changed(after, (DealerApplicationReturned(**known.about, reason=reason),))

    return decide


def rejected(reason: str, *, by: UUID, now: datetime) -> Decision:
    """It is refused for good."""

    def decide(known: Application) -> Changed | DomainError:
        if fault := _not_in(known, {Status.SUBMITTED, Status.RETURNED, Status.SCREENED}):
            return fault
        after = _after(known, now, status=Status.REJECTED, decided_by=by, reason=reason)
        return Changed(after, (DealerApplicationRejected(**known.about, reason=reason),))

    return decide


@dataclass(frozen=True, slots=True)
class Credit:
    """The credit limit asked for, and up to which one an approver decides alone."""

    limit_minor: int
    alone_max_minor: int


def approved(dealer_id: UUID, credit: Credit, *, by: UUID, now: datetime) -> Decision:
    """A second person lets the company become a dealer; the dealer announces himself."""

    def decide(known: Application) -> Changed | DomainError:
        if fault := _not_in(known, {Status.SCREENED}):
            return fault
        if known.screened_by == by:
            return SamePersonScreened()
        expiry = known.form.licence_valid_until
        if expiry is not None and expiry < now.astimezone(BUSINESS_TIME).date():
            return LicenceExpired(licence_valid_until=expiry)
        if fault := _not_endorsed(known, credit, by):
            return fault
        return Changed(
            _after(known, now, status=Status.APPROVED, decided_by=by, dealer_id=dealer_id)
        )

    return decide


def _not_endorsed(known: Application, credit: Credit, by: UUID) -> DomainError | None:
    """Above what an approver decides alone, another person of finance must have agreed (F-49)."""
    if credit.limit_minor <= credit.alone_max_minor:
        return None
    if (known.endorsed_limit_minor or 0) < credit.limit_minor:
        return CreditNotEndorsed(
            alone_max_minor=credit.alone_max_minor,
            endorsed_limit_minor=known.endorsed_limit_minor,
        )
    return SamePersonEndorsed() if known.endorsed_by == by else None


def _after(known: Application, now: datetime, **changes: object) -> Application:
    return replace(known, changed_at=now, version=known.version + 1, **changes)  # type: ignore[arg-type]  # replace() is typed by field, not by mapping


def _not_his(known: Application, user_id: UUID) -> DomainError | None:
    return None if known.applicant_user_id == user_id else NotFound()


def _not_in(known: Application, statuses: Collection[Status]) -> DomainError | None:
    if known.status in statuses:
        return None
    return ApplicationMoved(current_status=known.status, allowed_in=sorted(statuses))
