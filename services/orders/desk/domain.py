"""What can be done about an order that is stuck, and who must agree. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from chassis.errors import DomainError
from chassis.saga import Phase
from contracts.message import Message
from services.orders import saga
from services.orders.domain import actions
from services.orders.domain.order import Credit, Order, Stock, changed
from services.orders.saga import Moved

PROPOSAL_LIVES = timedelta(hours=24)

PARTICIPANTS = {
    "price": "catalog",
    "hold_credit": "billing",
    "reserve_stock": "inventory",
    "amend_price": "catalog",
    "adjust_credit": "billing",
    "amend_stock": "inventory",
    "firm_up": "inventory",
    "release": "inventory",
    "invoice": "billing",
    "close_remainder": "inventory",
}
"""Who is asked at each step of the saga."""

RELEASED: Mapping[str, Mapping[str, Any]] = {
    "hold_credit": {"credit": Credit.RELEASED},
    "reserve_stock": {"stock": Stock.RELEASED},
}
"""The fact that the participant's answer brings, by the step that is being undone."""


class Action(StrEnum):
    """RETRY is one person's decision; the others need two."""

    RETRY = "retry"
    COMPENSATE = "compensate"
    GIVE_UP = "give-up"


class ProposalState(StrEnum):
    """An open one may have expired."""

    OPEN = "OPEN"
    APPROVED = "APPROVED"
    WITHDRAWN = "WITHDRAWN"


class NothingAwaited(DomainError):
    """The order waits for no answer of a service: there is nothing to ask again.

    zh: 该订单没有在等待任何服务的答复,无需重试。
    """


class NothingToGiveUp(DomainError):
    """Only a release that a service does not answer can be given up.

    zh: 只有长时间未得到答复的释放步骤可以放弃。
    请先重试,或提出撤销订单。

    Retry, or propose to compensate the order first.
    """


class ProposedAlready(DomainError):
    """Somebody has proposed something for this order that is not decided yet.

    zh: 该订单已有待审批的提议。
    请审批或撤回该提议。

    Approve or withdraw that proposal.
    """


class SamePerson(DomainError):
    """Another person than the one who proposed it must approve.

    zh: 必须由提议人以外的人审批。
    """

    status: ClassVar[int] = 403


class ProposalOver(DomainError):
    """The proposal is decided or has expired.

    zh: 该提议已处理或已过期。
    请重新提议。

    Propose it anew.
    """


class OrderMovedOn(DomainError):
    """The order has changed since this was proposed.

    zh: 提议之后订单已发生变化。
    请查看订单后重新提议。

    Look at it again, withdraw the proposal and make a new one.
    """


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one person wants done to an order, and whether another agreed."""

    proposal_id: UUID
    order_id: UUID
    order_version: int
    action: Action
    reason: str
    proposed_by: UUID
    proposed_at: datetime
    expires_at: datetime
    state: ProposalState = ProposalState.OPEN
    decided_by: UUID | None = None
    decided_at: datetime | None = None


def decide(order: Order, action: Action, reason: str, now: datetime) -> Moved | DomainError:
    """What an action makes of an order, and what is said then; the dry run and the deed alike."""
    match action:
        case Action.RETRY:
            moved = saga.ask_again(order, now)
            return moved if moved[1] else NothingAwaited(step=order.progress.at)
        case Action.COMPENSATE:
            cancelled = actions.cancel(order, reason)
            if isinstance(cancelled, DomainError):
                return cancelled
            return saga.go_on(order, cancelled, now)
        case Action.GIVE_UP:
            if order.progress.phase is not Phase.BACKWARD or not order.progress.stuck:
                return NothingToGiveUp(step=order.progress.at, phase=order.progress.phase)
            return saga.go_on(order, _as_if_released(order), now)


def foresee(moved: Moved, now: datetime) -> tuple[Order, list[Message]]:
    """How an order that is being undone ends if each service answers, and what is said by then."""
    order, said = moved[0], []
    while order.progress.phase is Phase.BACKWARD and order.progress.at in RELEASED:
        order, more = saga.go_on(order, _as_if_released(order), now)
        said += more
    return order, said


def approve(proposal: Proposal, order: Order, by: UUID, now: datetime) -> Proposal | DomainError:
    """Four eyes: SamePerson, ProposalOver, OrderMovedOn."""
    if by == proposal.proposed_by:
        return SamePerson()
    if refusal := _over(proposal, now):
        return refusal
    if order.version != proposal.order_version:
        return OrderMovedOn(proposed_at_version=proposal.order_version, version_now=order.version)
    return replace(proposal, state=ProposalState.APPROVED, decided_by=by, decided_at=now)


def withdraw(proposal: Proposal, by: UUID, now: datetime) -> Proposal | DomainError:
    """Anybody of the desk may: that nothing is done needs one person only. ProposalOver."""
    if proposal.state is not ProposalState.OPEN:
        return ProposalOver(state=proposal.state)
    return replace(proposal, state=ProposalState.WITHDRAWN, decided_by=by, decided_at=now)


def possible(order: Order, now: datetime) -> list[Action]:
    """Actions that the state of the order allows."""
    return [one for one in Action if not isinstance(decide(order, one, "-", now), DomainError)]


def _over(proposal: Proposal, now: datetime) -> ProposalOver | None:
    if proposal.state is ProposalState.OPEN and now < proposal.expires_at:
        return None
    return ProposalOver(state=proposal.state, expires_at=proposal.expires_at)


def _as_if_released(order: Order) -> Order:
    return changed(order, **RELEASED[order.progress.at])
