"""Credit: what is held against a dealer's limit for an order, and given up again."""

from __future__ import annotations

from dataclasses import replace

from contracts.billing import (
    AccountOpened,
    CreditHeld,
    CreditLimitChanged,
    CreditRefused,
    CreditReleased,
    HoldCredit,
    ReleaseCredit,
)
from contracts.dealers import DealerState
from contracts.message import OrderReply
from services.billing.domain.books import Books, OrderAccount, OrderState
from services.billing.domain.covering import give_back


def set_limit(books: Books, dealer: DealerState) -> AccountOpened | CreditLimitChanged | None:
    """Give an account its limit. A limit below the exposure stops new holds, nothing else."""
    account = books.accounts[dealer.dealer_id]
    opened, limit = account.version == 0, dealer.credit_limit_minor
    if account.credit_limit_minor == limit and not opened:
        return None
    books.put_account(replace(account, credit_limit_minor=limit).excused())
    event = AccountOpened if opened else CreditLimitChanged
    return event(dealer_id=dealer.dealer_id, credit_limit_minor=limit)


def hold(books: Books, ask: HoldCredit, granted_minor: int = 0) -> OrderReply:
    """Open the order's account and hold its credit part, if that fits; `granted_minor`: by how
    much this order may go over the limit.

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
    if ask.credit_minor > available + granted_minor and not ask.approved_over_limit:
        return CreditRefused(order_id=ask.order_id, reason="over-limit", available_minor=available)
    books.put_order(
        OrderAccount(ask.order_id, ask.dealer_id, ask.number, ask.total_minor, ask.credit_minor)
    )
    if ask.credit_minor > available:
        books.put_account(books.accounts[ask.dealer_id].excused())
    return CreditHeld(order_id=ask.order_id)


def is_over_limit(reply: OrderReply) -> bool:
    """A grant for the order may change this answer."""
    return isinstance(reply, CreditRefused) and reply.reason == "over-limit"


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
    released = replace(order, state=OrderState.RELEASED)
    if back := order.advance_minor:
        return give_back(books, released, back)
    books.put_order(released)
    books.put_account(books.accounts[order.dealer_id].excused())
    return released
