"""A dealer's standing: status, tier, terms, salesperson; each change is a new version of him."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from chassis.errors import DomainError
from contracts.dealers import (
    DealerActivated,
    DealerReinstated,
    DealerState,
    DealerStatus,
    DealerStopped,
    DealerSuspended,
    DealerTermsChanged,
    DealerTierChanged,
    InvoiceTitle,
    SalespersonBound,
    ShipTo,
    Terms,
    TermsKind,
)
from contracts.message import Message
from services.dealers.domain.refusals import DealerExited, FinanceGrantsCredit


class Tier(StrEnum):
    """省级代理, 地市代理, 县级代理."""

    PROVINCE = "PROVINCE"
    CITY = "CITY"
    COUNTY = "COUNTY"


class ChangeKind(StrEnum):
    """What changes with a date."""

    TIER = "TIER"
    TERMS = "TERMS"
    SALESPERSON = "SALESPERSON"


@dataclass(frozen=True, slots=True)
class Company:
    """Who he is, as his licence and his people say."""

    credit_code: str
    name: str
    province: str
    city: str
    contact_name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Standing:
    """On which terms he buys, from whom, and out of which warehouse."""

    tier: Tier
    terms: Terms
    credit_limit_minor: int
    salesperson_id: UUID | None
    warehouse_id: UUID


@dataclass(frozen=True, slots=True)
class Dealer:
    """A company that buys from us."""

    dealer_id: UUID
    code: str
    company: Company
    status: DealerStatus
    standing: Standing
    reason: str | None = None
    application_id: UUID | None = None
    applicant_user_id: UUID | None = None
    version: int = 1
    shelf_life_min_days: int = 0
    invoice_title: InvoiceTitle | None = None
    ship_to: ShipTo | None = None
    """The usual one of his addresses."""

    @classmethod
    def fresh(
        cls,
        dealer_id: UUID,
        company: Company,
        standing: Standing,
        *,
        application_id: UUID | None = None,
        applicant_user_id: UUID | None = None,
    ) -> Dealer:
        """A new dealer; his code is given when he is stored."""
        return cls(
            dealer_id,
            "",
            company,
            DealerStatus.ACTIVE,
            standing,
            application_id=application_id,
            applicant_user_id=applicant_user_id,
        )

    @property
    def state(self) -> DealerState:
        """What other services are told."""
        return DealerState(
            version=self.version,
            dealer_id=self.dealer_id,
            code=self.code,
            name=self.company.name,
            status=self.status,
            tier=self.standing.tier,
            province=self.company.province,
            city=self.company.city,
            terms=self.standing.terms,
            credit_limit_minor=self.standing.credit_limit_minor,
            salesperson_id=self.standing.salesperson_id,
            warehouse_id=self.standing.warehouse_id,
            applicant_user_id=self.applicant_user_id,
            invoice_title=self.invoice_title,
            ship_to=self.ship_to,
            shelf_life_min_days=self.shelf_life_min_days,
        )

    @property
    def activation(self) -> DealerActivated:
        return DealerActivated(
            dealer_id=self.dealer_id,
            application_id=self.application_id,
            name=self.company.name,
            applicant_user_id=self.applicant_user_id,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """Something of a dealer that holds from a time on; `value` is what `applied` understands."""

    change_id: UUID
    dealer_id: UUID
    kind: ChangeKind
    value: Mapping[str, Any]
    effective_from: datetime
    set_by: UUID


@dataclass(frozen=True, slots=True)
class Changed:
    """A dealer after a command, and what it makes known."""

    dealer: Dealer
    messages: tuple[Message, ...] = ()


Decision = Callable[[Dealer], Changed | DomainError]
"""What a command makes of a dealer."""

Authorize = Callable[[Dealer], None]
"""Raises when the dealer is not the caller's to change."""

MOVES: Mapping[DealerStatus, frozenset[DealerStatus]] = {
    DealerStatus.ACTIVE: frozenset({DealerStatus.SUSPENDED, DealerStatus.ON_STOP}),
    DealerStatus.SUSPENDED: frozenset({DealerStatus.ACTIVE, DealerStatus.ON_STOP}),
    DealerStatus.ON_STOP: frozenset({DealerStatus.ACTIVE, DealerStatus.SUSPENDED}),
    DealerStatus.EXITED: frozenset(),
}


def suspend(reason: str) -> Decision:
    """No new orders; open ones go on (F-50)."""
    return lambda dealer: _moved(
        dealer,
        DealerStatus.SUSPENDED,
        reason,
        DealerSuspended(dealer_id=dealer.dealer_id, reason=reason),
    )


def stop(reason: str) -> Decision:
    """No new orders, and open ones stop at the next gate (F-50)."""
    return lambda dealer: _moved(
        dealer,
        DealerStatus.ON_STOP,
        reason,
        DealerStopped(dealer_id=dealer.dealer_id, reason=reason),
    )


def reinstate() -> Decision:
    """He may order again."""
    return lambda dealer: _moved(
        dealer, DealerStatus.ACTIVE, None, DealerReinstated(dealer_id=dealer.dealer_id)
    )


def applied(change: Change) -> Decision:
    """Let a change of tier, terms or salesperson hold now."""

    def decide(dealer: Dealer) -> Changed | DomainError:
        if dealer.status is DealerStatus.EXITED:
            return DealerExited()
        standing = _changed_standing(dealer.standing, change)
        if standing == dealer.standing:
            return Changed(dealer)
        after = replace(dealer, standing=standing, version=dealer.version + 1)
        return Changed(after, (_told(dealer.standing, standing, change), after.state))

    return decide


def granted(change: Change, decision: Decision, alone_max_minor: Mapping[Tier, int]) -> Decision:
    """The decision on a change, refused where it raises credit beyond what may be granted."""

    def decide(dealer: Dealer) -> Changed | DomainError:
        wanted: int = change.value.get("credit_limit_minor") or 0
        alone = alone_max_minor.get(dealer.standing.tier, wanted)
        if wanted > max(alone, dealer.standing.credit_limit_minor):
            return FinanceGrantsCredit(alone_max_minor=alone)
        return decision(dealer)

    return decide


def corrected(
    company: Mapping[str, str], warehouse_id: UUID | None, shelf_life_min_days: int | None = None
) -> Decision:
    """Other words for who he is, by the fields of Company, another warehouse to serve him, or how
    long what he takes must keep.
    """

    def decide(dealer: Dealer) -> Changed | DomainError:
        standing, days = dealer.standing, shelf_life_min_days
        if warehouse_id:
            standing = replace(standing, warehouse_id=warehouse_id)
        return _revised(
            dealer,
            company=replace(dealer.company, **company),
            standing=standing,
            shelf_life_min_days=dealer.shelf_life_min_days if days is None else days,
        )

    return decide


def invoiced_to(title: InvoiceTitle) -> Decision:
    """From now on invoices are made out to this title."""
    return lambda dealer: _revised(dealer, invoice_title=title)


def shipped_to(place: ShipTo | None) -> Decision:
    """Another address is the usual one."""
    return lambda dealer: _revised(dealer, ship_to=place)


def authorized(authorize: Authorize, decision: Decision) -> Decision:
    """The decision, where the dealer is the caller's to change."""

    def decide(dealer: Dealer) -> Changed | DomainError:
        authorize(dealer)
        return decision(dealer)

    return decide


def unchanged(dealer: Dealer) -> Changed | DomainError:
    """The decision that leaves a dealer alone; refused for one who has left."""
    if dealer.status is DealerStatus.EXITED:
        return DealerExited()
    return Changed(dealer)


def terms_fault(kind: TermsKind, deposit_percent: int, pay_within_hours: int = 0) -> str | None:
    """What is wrong with payment terms, in words; None when they are right."""
    if (kind is TermsKind.DEPOSIT) != (0 < deposit_percent < 100):
        return (
            "定金条款须填写 1 至 99 的定金比例，其他条款不填 (only DEPOSIT has a share, of 1 to 99)"
        )
    if pay_within_hours and kind not in {TermsKind.PREPAID, TermsKind.DEPOSIT}:
        return "只有预付和定金条款才有付款时限 (only PREPAID and DEPOSIT are paid within a time)"
    return None


def terms_value(terms: Terms, credit_limit_minor: int | None) -> dict[str, Any]:
    """The value of a change of terms; no limit: it stays."""
    return {"terms": terms.model_dump(mode="json"), "credit_limit_minor": credit_limit_minor}


def _changed_standing(standing: Standing, change: Change) -> Standing:
    match change.kind:
        case ChangeKind.TIER:
            return replace(standing, tier=Tier(change.value["tier"]))
        case ChangeKind.SALESPERSON:
            return replace(standing, salesperson_id=UUID(change.value["salesperson_id"]))
        case ChangeKind.TERMS:
            limit = change.value["credit_limit_minor"]
            return replace(
                standing,
                terms=Terms.model_validate(change.value["terms"]),
                credit_limit_minor=standing.credit_limit_minor if limit is None else limit,
            )


def _told(before: Standing, after: Standing, change: Change) -> Message:
    about = {"dealer_id": change.dealer_id, "effective_from": change.effective_from}
    match change.kind:
        case ChangeKind.TIER:
            return DealerTierChanged(**about, tier=after.tier, previous_tier=before.tier)
        case ChangeKind.SALESPERSON:
            return SalespersonBound(
                **about,
                salesperson_id=after.salesperson_id,
                previous_salesperson_id=before.salesperson_id,
            )
        case ChangeKind.TERMS:
            return DealerTermsChanged(
                **about, terms=after.terms, credit_limit_minor=after.credit_limit_minor
            )


def _revised(dealer: Dealer, **facts: Any) -> Changed | DomainError:
    """The dealer with other facts, told as a state where one of them is new."""
    if dealer.status is DealerStatus.EXITED:
        return DealerExited()
    after = replace(dealer, **facts)
    if after == dealer:
        return Changed(dealer)
    after = replace(after, version=dealer.version + 1)
    return Changed(after, (after.state,))


def _moved(
    dealer: Dealer, status: DealerStatus, reason: str | None, event: Message
) -> Changed | DomainError:
    if dealer.status is status:
        return Changed(dealer)
    if status not in MOVES[dealer.status]:
        return DealerExited()
    after = replace(dealer, status=status, reason=reason, version=dealer.version + 1)
    return Changed(after, (event, after.state))
