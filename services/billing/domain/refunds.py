"""Refunds to the bank: one person asks, another approves, and then it is paid.

What is asked for leaves the wallet at once and waits in `refunds`; a rejection puts it back, and a
payment takes it out of the cash. So no more is ever refunded than was paid in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest
from contracts.billing import (
    RefundApproved,
    RefundEvent,
    RefundFailed,
    RefundPaid,
    RefundRejected,
    RefundRequested,
)
from services.billing.domain.allocations import WalletShort
from services.billing.domain.books import Books, Code, Kind, Posting
from services.billing.domain.receipts import SalespersonMayNotCollect


class RefundElsewhere(DomainError):
    """The refund is in a state that does not allow this.

    zh: 该退款的当前状态不允许此操作。
    请刷新后查看其最新状态。

    Read it again: somebody may have decided already.
    """


class ApprovedByAnother(DomainError):
    """Who asked for a refund does not approve it.

    zh: 退款申请人不能审批自己的申请。
    请由另一位财务人员审批。

    Ask another member of finance.
    """

    status = 403


class TransferUsed(DomainError):
    """A refund was paid with this bank reference already.

    zh: 该银行流水号已用于另一笔退款。
    请核对是否重复登记。

    Check whether this transfer was recorded before.
    """


class RefundState(StrEnum):
    """FAILED: the bank did not take it; it is paid again or rejected."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    FAILED = "FAILED"
    PAID = "PAID"
    REJECTED = "REJECTED"


class Step(StrEnum):
    """What finance does with a refund."""

    APPROVE = "approve"
    REJECT = "reject"
    PAY = "pay"
    FAIL = "fail"


LEADS_TO: Mapping[Step, RefundState] = {
    Step.APPROVE: RefundState.APPROVED,
    Step.REJECT: RefundState.REJECTED,
    Step.PAY: RefundState.PAID,
    Step.FAIL: RefundState.FAILED,
}
STEPS: Mapping[RefundState, tuple[Step, ...]] = {
    RefundState.REQUESTED: (Step.APPROVE, Step.REJECT),
    RefundState.APPROVED: (Step.PAY, Step.FAIL, Step.REJECT),
    RefundState.FAILED: (Step.PAY, Step.REJECT),
    RefundState.PAID: (),
    RefundState.REJECTED: (),
}


@dataclass(frozen=True, slots=True)
class RequestRefund:
    """Pay a part of the wallet back to the dealer's bank account."""

    refund_id: UUID
    dealer_id: UUID
    amount_minor: int
    reason: str
    bank: str
    account_name: str
    account_number: str
    by: UUID


@dataclass(frozen=True, slots=True)
class TakeStep:
    """Decide on a refund, or say what the bank made of it."""

    refund_id: UUID
    step: Step
    by: UUID
    at: datetime
    text: str = ""
    """The bank's reference of a payment; else why."""
    version: int | None = None
    """Of the refund as the caller saw it; None: any."""


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund, as far as later decisions depend on it."""

    refund_id: UUID
    dealer_id: UUID
    amount_minor: int
    requested_by: UUID
    number: str = ""
    state: RefundState = RefundState.REQUESTED
    version: int = 1


def request(books: Books, ask: RequestRefund) -> DomainError | None:
    """Set money of the wallet apart."""
    account = books.accounts.get(ask.dealer_id)
    if account is None:
        return InvalidRequest(("/dealer_id", "There is no such dealer."))
    if account.salesperson_id == ask.by:
        return SalespersonMayNotCollect()
    if ask.amount_minor > account.wallet_minor:
        return WalletShort(wallet_minor=account.wallet_minor)
    amounts = {Code.WALLET: ask.amount_minor, Code.REFUNDS: -ask.amount_minor}
    books.post(Posting(Kind.REFUND, ask.dealer_id, ask.refund_id, amounts))
    return None


def asked(ask: RequestRefund, number: str) -> RefundRequested:
    """What is told of a request that was accepted."""
    return RefundRequested(
        dealer_id=ask.dealer_id,
        refund_id=ask.refund_id,
        number=number,
        amount_minor=ask.amount_minor,
        reason=ask.reason,
    )


def take(books: Books, refund: Refund, ask: TakeStep) -> DomainError | Refund:
    """The refund after the step; what the step moves is posted."""
    if ask.step not in STEPS[refund.state]:
        return RefundElsewhere(state=refund.state)
    if books.accounts[refund.dealer_id].salesperson_id == ask.by:
        return SalespersonMayNotCollect()
    if ask.step is Step.APPROVE and refund.requested_by == ask.by:
        return ApprovedByAnother()
    to = {Step.REJECT: Code.WALLET, Step.PAY: Code.CASH}.get(ask.step)
    if to:
        amounts = {Code.REFUNDS: refund.amount_minor, to: -refund.amount_minor}
        books.post(Posting(Kind.REFUND, refund.dealer_id, refund.refund_id, amounts))
    books.messages.append(_told(refund, ask))
    return replace(refund, state=LEADS_TO[ask.step], version=refund.version + 1)


def _told(refund: Refund, ask: TakeStep) -> RefundEvent:
    about = {
        "dealer_id": refund.dealer_id,
        "refund_id": refund.refund_id,
        "number": refund.number,
        "amount_minor": refund.amount_minor,
    }
    match ask.step:
        case Step.APPROVE:
            return RefundApproved.model_validate(about)
        case Step.PAY:
            return RefundPaid.model_validate({**about, "bank_reference": ask.text})
        case Step.FAIL:
            return RefundFailed.model_validate({**about, "reason": ask.text})
        case Step.REJECT:
            return RefundRejected.model_validate({**about, "reason": ask.text})
