"""Tier, terms and salesperson: what changes of a dealer with a date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from chassis.errors import DomainError
from contracts.dealers import (
    DealerTermsChanged,
    DealerTierChanged,
    SalespersonBound,
    Terms,
    TermsKind,
)
from contracts.message import Message
from services.dealers.domain.dealers.aggregate import (
    Changed,
    Dealer,
    DealerStatus,
    Decision,
    Standing,
    Tier,
)
from services.dealers.domain.refusals import DealerExited, FinanceGrantsCredit


class ChangeKind(StrEnum):
    """What changes with a date."""

    TIER = "TIER"
    TERMS = "TERMS"
    SALESPERSON = "SALESPERSON"


@dataclass(frozen=True, slots=True)
class Change:
    """Something of a dealer that holds from a time on; `value` is what `applied` understands."""

    change_id: UUID
    dealer_id: UUID
    kind: ChangeKind
    value: Mapping[str, Any]
    effective_from: datetime
    set_by: UUID


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
