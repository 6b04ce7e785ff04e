"""Receipts: money that came in, and its reversal.

All money goes through the dealer's wallet: a receipt fills it, an allocation takes from it. An
allocation never exceeds what an order still needs, so a surplus simply stays there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest
from contracts.billing import ReceiptConfirmed, ReceiptReversed, SurplusReceived
from services.billing.domain.books import Books, Code, Kind, OrderState, Posting
from services.billing.domain.covering import Share, cover, foreign_orders, part_of, uncover


class ReceiptVoid(DomainError):
    """The receipt was reversed.

    zh: 该收款单已冲销。
    请重新登记收款。

    Record the money anew.
    """


class WalletSpent(DomainError):
    """The part of the receipt that went to the wallet has been spent.

    zh: 该收款单进入预存款的部分已被使用，无法冲销。
    请先冲销使用它的付款，或补足预存款。

    Reverse what was paid with it first, or top the wallet up.
    """


class ReferenceUsed(DomainError):
    """A receipt with this method and reference exists already.

    zh: 相同收款方式和流水号的收款单已存在。
    请核对是否重复登记。

    Check whether this money was recorded before.
    """


class SalespersonMayNotCollect(DomainError):
    """Who looks after a dealer must not handle that dealer's money.

    zh: 业务员不能经手自己客户的款项。
    请由其他财务人员办理。

    Ask another member of finance.
    """

    status = 403


class SecondPersonNeeded(DomainError):
    """A receipt of this size is reversed by another person than the one who recorded it.

    zh: 大额收款单须由登记人以外的财务人员冲销。
    请由另一位财务人员办理。

    Ask another member of finance.
    """

    status = 403


class Method(StrEnum):
    """How money came in."""

    BANK_TRANSFER = "BANK_TRANSFER"
    CASH = "CASH"
    CHEQUE = "CHEQUE"
    ACCEPTANCE_BILL = "ACCEPTANCE_BILL"
    ALIPAY = "ALIPAY"
    WECHAT_PAY = "WECHAT_PAY"
    UNIONPAY = "UNIONPAY"
    WALLET_TOPUP = "WALLET_TOPUP"


class ReceiptState(StrEnum):
    CONFIRMED = "CONFIRMED"
    REVERSED = "REVERSED"


Reference = tuple[Method, str]
"""What a bank or provider calls a payment; unique per method."""


@dataclass(frozen=True, slots=True)
class RecordReceipt:
    """Money arrived; `by` saw it."""

    receipt_id: UUID
    dealer_id: UUID
    method: Method
    amount_minor: int
    by: UUID
    received_on: date
    reference: str | None = None
    note: str = ""
    shares: tuple[Share, ...] = ()
    """At most one for each order."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that arrived, as far as later decisions depend on it."""

    receipt_id: UUID
    dealer_id: UUID
    amount_minor: int
    recorded_by: UUID
    state: ReceiptState = ReceiptState.CONFIRMED
    allocated_minor: int = 0
    version: int = 1

    @property
    def unallocated_minor(self) -> int:
        """What of it went to the wallet."""
        return self.amount_minor - self.allocated_minor


@dataclass(frozen=True, slots=True)
class Reverse:
    """Money turned out not to have come, or not to be this dealer's."""

    receipt_id: UUID
    reason: str
    by: UUID
    at: datetime
    second_person_from_minor: int
    """From this amount on, whoever recorded it may not reverse it."""
    version: int | None = None
    """Of the receipt as the caller saw it; None: any."""


def check(books: Books, ask: RecordReceipt) -> DomainError | None:
    """What speaks against recording the money as described."""
    account = books.accounts.get(ask.dealer_id)
    if account is None:
        return InvalidRequest(("/dealer_id", "There is no such dealer."))
    if account.salesperson_id == ask.by:
        return SalespersonMayNotCollect()
    if sum(share.amount_minor for share in ask.shares) > ask.amount_minor:
        return InvalidRequest(("/allocations", "Together they exceed the amount of the receipt."))
    return foreign_orders(books, ask.dealer_id, ask.shares)


def refuse_used_references(
    asks: Sequence[RecordReceipt],
    outcomes: Sequence[DomainError | None],
    used: Mapping[Reference, tuple[UUID, str]],
) -> list[DomainError | None]:
    """Refuse money that was recorded before, or is twice in the batch (I-11).

    `used`: id and number of the standing receipt, by reference.
    """
    known, refined = dict(used), list[DomainError | None]()
    for ask, refusal in zip(asks, outcomes, strict=True):
        reference = ask.method, ask.reference or ""
        if refusal or not ask.reference:
            refined.append(refusal)
        elif reference in known:
            receipt_id, number = known[reference]
            refined.append(ReferenceUsed(receipt_id=receipt_id, number=number))
        else:
            known[reference] = ask.receipt_id, ""
            refined.append(None)
    return refined


def record(books: Books, ask: RecordReceipt, number: str) -> None:
    """Book money that came in: into the wallet, and from there to the orders it is meant for.

    What an order does not need, or no longer takes, stays in the wallet.
    """
    amounts = {Code.CASH: ask.amount_minor, Code.WALLET: -ask.amount_minor}
    books.post(Posting(Kind.RECEIPT, ask.dealer_id, ask.receipt_id, amounts))
    needed = sum(part_of(books, share) for share in ask.shares)
    books.messages.append(
        ReceiptConfirmed(
            dealer_id=ask.dealer_id,
            receipt_id=ask.receipt_id,
            number=number,
            method=ask.method,
            amount_minor=ask.amount_minor,
            unallocated_minor=ask.amount_minor - needed,
        )
    )
    for share in ask.shares:
        if surplus := share.amount_minor - part_of(books, share):
            books.messages.append(_surplus(books, ask, number, share.order_id, surplus))
        cover(books, share, ask.receipt_id)


def _surplus(
    books: Books, ask: RecordReceipt, number: str, order_id: UUID, amount_minor: int
) -> SurplusReceived:
    order = books.orders[order_id]
    return SurplusReceived(
        dealer_id=ask.dealer_id,
        receipt_id=ask.receipt_id,
        receipt_number=number,
        order_id=order_id,
        number=order.number,
        amount_minor=amount_minor,
        cause="released" if order.state is OrderState.RELEASED else "paid",
    )


def reverse(books: Books, receipt: Receipt, ask: Reverse) -> DomainError | None:
    """Take the money back: from the orders that it paid for, the rest from the wallet."""
    if refusal := _irreversible(books, receipt, ask):
        return refusal
    _bare_orders(books, receipt)
    amounts = {Code.CASH: -receipt.amount_minor, Code.WALLET: receipt.amount_minor}
    books.post(Posting(Kind.REVERSAL, receipt.dealer_id, receipt.receipt_id, amounts))
    books.messages.append(
        ReceiptReversed(
            dealer_id=receipt.dealer_id,
            receipt_id=receipt.receipt_id,
            amount_minor=receipt.amount_minor,
            reason=ask.reason,
        )
    )
    return None


def _irreversible(books: Books, receipt: Receipt, ask: Reverse) -> DomainError | None:
    account = books.accounts[receipt.dealer_id]
    if receipt.state is ReceiptState.REVERSED:
        return ReceiptVoid()
    if account.salesperson_id == ask.by:
        return SalespersonMayNotCollect()
    if receipt.amount_minor >= ask.second_person_from_minor and receipt.recorded_by == ask.by:
        return SecondPersonNeeded(second_person_from_minor=ask.second_person_from_minor)
    if receipt.unallocated_minor > account.wallet_minor:
        return WalletSpent(
            needed_minor=receipt.unallocated_minor, wallet_minor=account.wallet_minor
        )
    return None


def _bare_orders(books: Books, receipt: Receipt) -> None:
    paid: Counter[UUID] = Counter()
    for allocation in books.allocations:
        if allocation.receipt_id == receipt.receipt_id:
            books.undo(allocation, allocation.amount_minor)
            paid[allocation.order_id] += allocation.amount_minor
    for order_id, amount in paid.items():
        order = books.orders[order_id]
        bare = replace(order, covered_minor=order.covered_minor - amount)
        uncover(books, Kind.REVERSAL, bare, receipt.receipt_id)
