"""Paying for orders, later than the money came: from a receipt, or from the wallet."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest, NotFound
from services.billing.domain.books import Books
from services.billing.domain.covering import (
    Share,
    closed,
    cover,
    foreign_orders,
    part_of,
)
from services.billing.domain.receipts import (
    Receipt,
    ReceiptState,
    ReceiptVoid,
    SalespersonMayNotCollect,
)


class WalletShort(DomainError):
    """The wallet does not hold that much.

    zh: 预存款余额不足。
    请减少金额，或先登记一笔收款。

    Pay less, or record a receipt first.
    """


class ReceiptSpent(DomainError):
    """The receipt has not that much left.

    zh: 该收款单的未分配余额不足。
    请减少分配金额。

    Allocate less.
    """


@dataclass(frozen=True, slots=True)
class Allocate:
    """Pay for orders with what is left of a receipt."""

    receipt_id: UUID
    shares: tuple[Share, ...]
    by: UUID
    version: int | None = None
    """Of the receipt as the caller saw it; None: any."""


@dataclass(frozen=True, slots=True)
class PayOrder:
    """Pay for an order from the wallet: `amount_minor`, or all that is due."""

    dealer_id: UUID
    order_id: UUID
    amount_minor: int | None = None
    version: int | None = None
    """Of the account as the caller saw it; None: any."""


def allocate(books: Books, receipt: Receipt, ask: Allocate) -> DomainError | None:
    """Pay for orders with what is left of a receipt, as far as they need it."""
    refusal = _not_payable(books, receipt, ask) or _not_enough(books, receipt, ask)
    if refusal is None:
        for share in ask.shares:
            cover(books, share, receipt.receipt_id)
    return refusal


def pay_order(books: Books, ask: PayOrder) -> DomainError | None:
    """Pay for an order from its dealer's wallet, as far as it needs it."""
    account, order = books.accounts.get(ask.dealer_id), books.orders.get(ask.order_id)
    if account is None:
        return NotFound()
    if order is None or order.dealer_id != ask.dealer_id:
        return InvalidRequest(("/order_id", "This dealer has no such order."))
    if refusal := closed(order):
        return refusal
    share = Share(order.order_id, ask.amount_minor or order.open_due_minor)
    if part_of(books, share) > account.wallet_minor:
        return WalletShort(wallet_minor=account.wallet_minor, open_due_minor=order.open_due_minor)
    cover(books, share, None)
    return None


def _not_payable(books: Books, receipt: Receipt, ask: Allocate) -> DomainError | None:
    if books.accounts[receipt.dealer_id].salesperson_id == ask.by:
        return SalespersonMayNotCollect()
    if receipt.state is ReceiptState.REVERSED:
        return ReceiptVoid()
    if foreign := foreign_orders(books, receipt.dealer_id, ask.shares):
        return foreign
    return next(filter(None, (closed(books.orders[share.order_id]) for share in ask.shares)), None)


def _not_enough(books: Books, receipt: Receipt, ask: Allocate) -> DomainError | None:
    needed = sum(part_of(books, share) for share in ask.shares)
    wallet = books.accounts[receipt.dealer_id].wallet_minor
    if needed > receipt.unallocated_minor:
        return ReceiptSpent(unallocated_minor=receipt.unallocated_minor)
    if needed > wallet:
        return WalletShort(wallet_minor=wallet)
    return None
