"""Applications to become a dealer: one per company, judged by two persons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from contracts.dealers import (
    DealerApplicationEscalated,
    DealerApplied,
)
from contracts.message import Message
from services.dealers.domain.refusals import (
    AlreadyApplied,
)


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
    endorsed_by: UUID | None = None
    endorsed_limit_minor: int | None = None
    """The credit limit that finance agrees to, of this submission."""
    escalated_at: datetime | None = None

    @property
    def escalated(self) -> bool:
        """Whether nobody has screened its last submission for too long."""
        if self.status is not Status.SUBMITTED or self.submitted_at is None:
            return False
        return self.escalated_at is not None and self.escalated_at > self.submitted_at

    @property
    def applied(self) -> DealerApplied:
        return DealerApplied(
            **self.about,
            province=self.form.province,
            city=self.form.city,
            screener_id=self.screener_id,
        )

    @property
    def about(self) -> dict[str, object]:
        """What every event about it says."""
        return {
            "application_id": self.application_id,
            "name": self.form.name,
            "applicant_user_id": self.applicant_user_id,
        }

    @property
    def escalation(self) -> DealerApplicationEscalated | None:
        """What is told of one that waits too long."""
        if self.submitted_at is None:
            return None
        return DealerApplicationEscalated(
            **self.about, screener_id=self.screener_id, submitted_at=self.submitted_at
        )


@dataclass(frozen=True, slots=True)
class Linked:
    """Another one stands for the company; this wish is noted beside his (F-47)."""


@dataclass(frozen=True, slots=True)
class Changed:
    """An application after a command, and what it makes known."""

    application: Application
    messages: tuple[Message, ...] = ()


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
