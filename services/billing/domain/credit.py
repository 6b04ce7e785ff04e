"""Credit: what is held against a dealer's limit for an order, and given up again."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from contracts.billing import (
    AccountOpened,
    CreditHeld,
    CreditLimitChanged,
    CreditRefused,
    CreditReleased,
    FundsReturned,
    HoldCredit,
    ReleaseCredit,
)
from contracts.dealers import DealerState
from contracts.message import OrderReply
from services.billing.domain.books import Books, Kind, OrderAccount, OrderState
from services.billing.domain.covering import uncover


def set_limit(books: Books, dealer: DealerState) -> AccountOpened | CreditLimitChanged | None:
    """Give an account its limit. A limit below the exposure stops new holds, nothing else."""
    account = books.accounts[dealer.dealer_id]
    opened, limit = account.version == 0, dealer.credit_limit_minor
    if account.credit_limit_minor == limit and not opened:
        return None
    books.put_account(replace(account, credit_limit_minor=limit).excused())
    event = AccountOpened if opened else CreditLimitChanged
    return event(dealer_id=dealer.dealer_id, credit_limit_minor=limit)


def hold(books: Books, ask: HoldCredit) -> OrderReply:
    """Open the order's account and hold its credit part, if that fits.

    What is open stays open, and a release that came first wins.
    """
    if order := books.orders.get(ask.order_id):
        if order.state is OrderState.OPEN:
            return CreditHeld(order_id=ask.order_id)
        return CreditRefused(order_id=ask.order_id, reason="released")
    account = books.accounts.get(ask.dealer_id)
    if account is None:
        return CreditRefused(order_id=ask.order_id, reason="no-account")
    available = account.available_minor
    if ask.credit_minor > available and not ask.approved_over_limit:
        return CreditRefused(order_id=ask.order_id, reason="over-limit", available_minor=available)
    books.put_order(
        OrderAccount(ask.order_id, ask.dealer_id, ask.number, ask.total_minor, ask.credit_minor)
    )
    if ask.approved_over_limit:
        books.put_account(books.accounts[ask.dealer_id].excused())
    return CreditHeld(order_id=ask.order_id)


def release(books: Books, ask: ReleaseCredit) -> OrderReply:
    """Give up what is held; what was paid beyond what is invoiced returns to the wallet.

    An order not seen yet is remembered as released.
    """
    order = books.orders.get(ask.order_id)
    if order is None:
        order = OrderAccount(ask.order_id, ask.dealer_id, state=OrderState.RELEASED)
        books.put_order(order)
    elif order.state is OrderState.OPEN:
        order = _give_up(books, order)
    return CreditReleased(order_id=order.order_id, returned_minor=order.returned_minor)


def _give_up(books: Books, order: OrderAccount) -> OrderAccount:
    back = order.advance_minor
    released = replace(
        order,
        state=OrderState.RELEASED,
        covered_minor=order.covered_minor - back,
        returned_minor=back,
    )
    if back:
        uncover(books, Kind.RETURN, released, order.order_id)
        _undo_newest(books, order.order_id, back)
        books.messages.append(_returned(released))
    else:
        books.put_order(released)
        books.put_account(books.accounts[order.dealer_id].excused())
    return released


def _returned(order: OrderAccount) -> FundsReturned:
    return FundsReturned(
        dealer_id=order.dealer_id,
        order_id=order.order_id,
        number=order.number,
        amount_minor=order.returned_minor,
    )


def _undo_newest(books: Books, order_id: UUID, amount_minor: int) -> None:
    for allocation in books.standing(order_id):
        part = min(allocation.amount_minor, amount_minor)
        if part:
            books.undo(allocation, part)
        amount_minor -= part
