"""Temporary limits: for a dealer or one order, until a day; large ones by two persons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest
from contracts.billing import LimitGranted, LimitGrantEnded, LimitGrantRequested
from services.billing.domain.books import Books

LASTS_MAX = timedelta(days=366)


class GrantElsewhere(DomainError):
    """The temporary limit is in a state that does not allow this.

    zh: 该临时额度的当前状态不允许此操作。
    请刷新后查看其最新状态。

    Read it again: somebody may have decided already, or its time is over.
    """


class GrantedByAnother(DomainError):
    """Who asked for a temporary limit of this size does not approve it.

    zh: 临时额度申请人不能审批自己的申请。
    请由另一位有权限的同事审批。

    Ask a colleague of finance or management.
    """

    status = 403


class SalespersonMayNotGrant(DomainError):
    """Who looks after a dealer must not decide on that dealer's credit.

    zh: 业务员不能为自己的客户审批额度。
    请由其他财务人员办理。

    Ask another member of finance.
    """

    status = 403


class GrantState(StrEnum):
    REQUESTED = "REQUESTED"
    ACTIVE = "ACTIVE"
    REJECTED = "REJECTED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


class GrantStep(StrEnum):
    """What becomes of a temporary limit; a timer lets it expire."""

    APPROVE = "approve"
    REJECT = "reject"
    REVOKE = "revoke"
    EXPIRE = "expire"


LEADS_TO: Mapping[GrantStep, GrantState] = {
    GrantStep.APPROVE: GrantState.ACTIVE,
    GrantStep.REJECT: GrantState.REJECTED,
    GrantStep.REVOKE: GrantState.REVOKED,
    GrantStep.EXPIRE: GrantState.EXPIRED,
}
GRANT_STEPS: Mapping[GrantState, tuple[GrantStep, ...]] = {
    GrantState.REQUESTED: (GrantStep.APPROVE, GrantStep.REJECT),
    GrantState.ACTIVE: (GrantStep.REVOKE,),
    GrantState.REJECTED: (),
    GrantState.REVOKED: (),
    GrantState.EXPIRED: (),
}


@dataclass(frozen=True, slots=True)
class RequestGrant:
    """Let a dealer owe so much more for a while, in minor units."""

    grant_id: UUID
    dealer_id: UUID
    order_id: UUID | None
    """None: for whatever he orders."""
    amount_minor: int
    until: datetime
    reason: str
    by: UUID
    at: datetime
    second_person_from_minor: int
    """From this amount on, another person approves it."""


@dataclass(frozen=True, slots=True)
class TakeGrantStep:
    grant_id: UUID
    step: GrantStep
    by: UUID | None
    """None: the timer."""
    at: datetime
    text: str = ""
    version: int | None = None
    """Of the grant as the caller saw it; None: any."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A temporary limit, as far as later decisions depend on it."""

    grant_id: UUID
    dealer_id: UUID
    order_id: UUID | None
    amount_minor: int
    until: datetime
    requested_by: UUID
    state: GrantState = GrantState.REQUESTED
    version: int = 1


def request(books: Books, ask: RequestGrant) -> Grant | DomainError:
    """Grant it at once, or let it wait for another person, by its size."""
    account, order = books.accounts.get(ask.dealer_id), None
    if ask.order_id:
        order = books.orders.get(ask.order_id)
    if account is None:
        return InvalidRequest(("/dealer_id", "There is no such dealer."))
    if order and order.dealer_id != ask.dealer_id:
        return InvalidRequest(("/order_id", "This dealer has no such order."))
    if not ask.at < ask.until <= ask.at + LASTS_MAX:
        return InvalidRequest(("/until", f"Within the next {LASTS_MAX.days} days."))
    if account.salesperson_id == ask.by:
        return SalespersonMayNotGrant()
    grant = Grant(ask.grant_id, ask.dealer_id, ask.order_id, ask.amount_minor, ask.until, ask.by)
    if ask.amount_minor < ask.second_person_from_minor:
        return _activate(books, grant)
    books.messages.append(
        LimitGrantRequested(
            dealer_id=ask.dealer_id,
            grant_id=ask.grant_id,
            order_id=ask.order_id,
            amount_minor=ask.amount_minor,
            until=ask.until,
            reason=ask.reason,
        )
    )
    return grant


def take(books: Books, grant: Grant, ask: TakeGrantStep) -> Grant | DomainError:
    """The grant after the step; the dealer's temporary limit follows."""
    expiring = ask.step is GrantStep.EXPIRE
    possible = bool(GRANT_STEPS[grant.state]) if expiring else ask.step in GRANT_STEPS[grant.state]
    if not possible or expiring is (ask.at < grant.until):
        return GrantElsewhere(state=grant.state)
    if expiring:
        return _end(books, grant, GrantState.EXPIRED)
    if books.accounts[grant.dealer_id].salesperson_id == ask.by:
        return SalespersonMayNotGrant()
    if ask.step is GrantStep.APPROVE:
        return GrantedByAnother() if grant.requested_by == ask.by else _activate(books, grant)
    return _end(books, grant, LEADS_TO[ask.step])


def _activate(books: Books, grant: Grant) -> Grant:
    _raise(books, grant, grant.amount_minor)
    books.messages.append(
        LimitGranted(
            dealer_id=grant.dealer_id,
            grant_id=grant.grant_id,
            order_id=grant.order_id,
            amount_minor=grant.amount_minor,
            until=grant.until,
        )
    )
    return replace(grant, state=GrantState.ACTIVE)


def _end(books: Books, grant: Grant, state: GrantState) -> Grant:
    if grant.state is GrantState.ACTIVE:
        _raise(books, grant, -grant.amount_minor)
    books.messages.append(
        LimitGrantEnded(
            dealer_id=grant.dealer_id,
            grant_id=grant.grant_id,
            order_id=grant.order_id,
            amount_minor=grant.amount_minor,
            outcome=state,
        )
    )
    return replace(grant, state=state)


def _raise(books: Books, grant: Grant, by_minor: int) -> None:
    """What is held already stays held when a limit ends: only new holds are measured by it."""
    if grant.order_id is None:
        account = books.accounts[grant.dealer_id]
        temporary = account.temporary_limit_minor + by_minor
        books.put_account(replace(account, temporary_limit_minor=temporary).excused())
