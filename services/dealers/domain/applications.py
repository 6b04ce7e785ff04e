"""Applications to become a dealer: one per company, judged by two persons."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError, NotFound
from contracts.dealers import (
    DealerApplicationRejected,
    DealerApplicationReturned,
    DealerApplicationScreened,
    DealerApplied,
)
from contracts.message import Message


class AlreadyApplied(DomainError):
    """You have applied for this company already.

    zh: 您已为该企业提交过申请。
    请查看 application_id 对应的申请。

    Go on with the application in `application_id`.
    """


class CreditCodeFixed(DomainError):
    """The credit code of an application stays once it was submitted.

    zh: 申请提交后不能更改统一社会信用代码。
    如代码有误，请重新提交一份申请。

    If it is wrong, apply again with the right one.
    """


class ApplicationMoved(DomainError):
    """The application is not in a status that allows this.

    zh: 申请当前状态不允许此操作。
    请刷新后查看最新状态。

    Read it again to see where it stands.
    """


class SamePersonScreened(DomainError):
    """Who screened an application cannot approve it.

    zh: 初审人不能终审同一份申请。
    请由另一位管理人员审批。

    Ask another administrator to approve it.
    """


class LicenceExpired(DomainError):
    """The business licence has expired.

    zh: 营业执照已过期，不能批准。
    请退回申请，由申请人更新执照。

    Return the application, so that the applicant renews the licence.
    """


CHINA = timezone(timedelta(hours=8))
"""Where the last day of a licence ends."""


class Status(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    SCREENED = "SCREENED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class Form:
    """What the applicant says of his company."""

    credit_code: str
    name: str
    province: str
    city: str
    address: str
    contact_name: str
    phone: str
    brands: tuple[str, ...]
    """Brands that he carries."""
    channels: tuple[str, ...]
    """How he sells: shops, wholesale, projects, online …"""
    annual_sales_minor: int | None
    licence_valid_until: date | None
    """None: for ever 长期."""
    note: str


@dataclass(frozen=True, slots=True)
class Application:
    """One company's wish to become a dealer."""

    application_id: UUID
    form: Form
    applicant_user_id: UUID
    status: Status
    changed_at: datetime
    screener_id: UUID | None = None
    screened_by: UUID | None = None
    decided_by: UUID | None = None
    reason: str | None = None
    dealer_id: UUID | None = None
    submitted_at: datetime | None = None
    version: int = 1

    @property
    def applied(self) -> DealerApplied:
        return DealerApplied(
            application_id=self.application_id,
            name=self.form.name,
            applicant_user_id=self.applicant_user_id,
            province=self.form.province,
            city=self.form.city,
            screener_id=self.screener_id,
        )


@dataclass(frozen=True, slots=True)
class Linked:
    """Another one stands for the company; this wish is noted beside his (F-47)."""


@dataclass(frozen=True, slots=True)
class Changed:
    """An application after a command, and what it makes known."""

    application: Application
    messages: tuple[Message, ...] = ()


Decision = Callable[[Application], Changed | DomainError]
"""What a command makes of an application."""

EDITABLE = frozenset({Status.DRAFT, Status.RETURNED})
Territories = Mapping[tuple[str, str], UUID]
"""Salesperson by province and city; the empty city is the rest of the province."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody applies for a company; a draft is only kept for him."""

    application_id: UUID
    form: Form
    applicant_user_id: UUID
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """Who stands for a company: an application, or a dealer who came without one."""

    application_id: UUID | None
    applicant_user_id: UUID | None


def apply(
    asks: Sequence[Ask], claims: Mapping[str, Claim], territories: Territories, now: datetime
) -> list[Changed | Linked | AlreadyApplied]:
    """First come, first served: who comes second is linked to the first, not let in beside him."""
    claimed = dict(claims)
    outcomes: list[Changed | Linked | AlreadyApplied] = []
    for ask in asks:
        code = ask.form.credit_code
        fresh = Application(ask.application_id, ask.form, ask.applicant_user_id, Status.DRAFT, now)
        if ask.draft:
            outcomes.append(Changed(fresh))
        elif claim := claimed.get(code):
            outcomes.append(second(ask.applicant_user_id, claim))
        else:
            claimed[code] = Claim(ask.application_id, ask.applicant_user_id)
            handed_in = replace(
                fresh,
                status=Status.SUBMITTED,
                screener_id=screener_of(ask.form, territories),
                submitted_at=now,
            )
            outcomes.append(Changed(handed_in, (handed_in.applied,)))
    return outcomes


def second(applicant_user_id: UUID, claim: Claim) -> Linked | AlreadyApplied:
    """Only to the first applicant himself the first application is named."""
    if claim.application_id and claim.applicant_user_id == applicant_user_id:
        return AlreadyApplied(application_id=claim.application_id)
    return Linked()


def screener_of(form: Form, territories: Territories) -> UUID | None:
    """The salesperson of the city, or else of the province."""
    return territories.get((form.province, form.city)) or territories.get((form.province, ""))


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
        told = DealerApplicationScreened(**_about(known), screener_id=by)
        return Changed(after, (told,))

    return decide


def returned(reason: str, *, now: datetime) -> Decision:
    """It goes back to the applicant, who reads the reason and corrects it."""

    def decide(known: Application) -> Changed | DomainError:
        if fault := _not_in(known, {Status.SUBMITTED, Status.SCREENED}):
            return fault
        after = _after(known, now, status=Status.RETURNED, reason=reason)
        return Changed(after, (DealerApplicationReturned(**_about(known), reason=reason),))

    return decide


def rejected(reason: str, *, by: UUID, now: datetime) -> Decision:
    """It is refused for good."""

    def decide(known: Application) -> Changed | DomainError:
        if fault := _not_in(known, {Status.SUBMITTED, Status.RETURNED, Status.SCREENED}):
            return fault
        after = _after(known, now, status=Status.REJECTED, decided_by=by, reason=reason)
        return Changed(after, (DealerApplicationRejected(**_about(known), reason=reason),))

    return decide


def approved(dealer_id: UUID, *, by: UUID, now: datetime) -> Decision:
    """A second person lets the company become a dealer; the dealer announces himself."""

    def decide(known: Application) -> Changed | DomainError:
        if fault := _not_in(known, {Status.SCREENED}):
            return fault
        if known.screened_by == by:
            return SamePersonScreened()
        expiry = known.form.licence_valid_until
        if expiry is not None and expiry < now.astimezone(CHINA).date():
            return LicenceExpired(licence_valid_until=expiry)
        return Changed(
            _after(known, now, status=Status.APPROVED, decided_by=by, dealer_id=dealer_id)
        )

    return decide


def _after(known: Application, now: datetime, **changes: object) -> Application:
    return replace(known, changed_at=now, version=known.version + 1, **changes)  # type: ignore[arg-type]  # replace() is typed by field, not by mapping


def _about(known: Application) -> dict[str, object]:
    return {
        "application_id": known.application_id,
        "name": known.form.name,
        "applicant_user_id": known.applicant_user_id,
    }


def _not_his(known: Application, user_id: UUID) -> DomainError | None:
    return None if known.applicant_user_id == user_id else NotFound()


def _not_in(known: Application, statuses: Collection[Status]) -> DomainError | None:
    if known.status in statuses:
        return None
    return ApplicationMoved(current_status=known.status, allowed_in=sorted(statuses))
