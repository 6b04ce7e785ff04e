"""The total of an order becomes another one: more or less is held, a surplus goes to the wallet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from contracts.billing import AdjustCredit, CreditAdjusted, CreditAdjustmentRefused
from services.billing.domain.books import Books, OrderAccount, OrderState
from services.billing.domain.covering import give_back


class Refusal(StrEnum):
    """Why a total cannot be. INVOICED: it would be less than what is invoiced."""

    OVER_LIMIT = "over-limit"
    RELEASED = "released"
    INVOICED = "invoiced"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What an ask came to; amounts in minor units, `previous` those before it."""

    ask: AdjustCredit
    previous_total_minor: int
    previous_credit_minor: int
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Decided:
    """The newest adjustment of an order that was decided."""

    revision: int
    refusal: Refusal | None


def adjust(
    books: Books, ask: AdjustCredit, decided: Decided | None, granted_minor: int = 0
) -> Adjustment | None:
    """Change what an order must bring in and may owe; None: this or a later one is decided.

    `granted_minor`: by how much this order may go over the limit.
    """
    if decided and decided.revision >= ask.revision:
        return None
    order = books.orders.get(ask.order_id)
    if order is None or order.state is OrderState.RELEASED:
        return Adjustment(ask, 0, 0, Refusal.RELEASED)
    refusal = _refusal(books, order, ask, granted_minor)
    if refusal is None:
        _change(books, order, ask)
    return Adjustment(ask, order.total_minor, order.credit_minor, refusal)


def answer(
    books: Books, ask: AdjustCredit, decided: Decided
) -> CreditAdjusted | CreditAdjustmentRefused:
    """What the saga is told: how the newest adjustment stands."""
    if decided.refusal is None:
        return CreditAdjusted(order_id=ask.order_id, revision=decided.revision)
    account = books.accounts.get(ask.dealer_id)
    return CreditAdjustmentRefused(
        order_id=ask.order_id,
        revision=decided.revision,
        reason=decided.refusal,
        available_minor=account.available_minor if account else 0,
    )


def _refusal(
    books: Books, order: OrderAccount, ask: AdjustCredit, granted_minor: int
) -> Refusal | None:
    if ask.total_minor < order.invoiced_minor:
        return Refusal.INVOICED
    more = _adjusted(order, ask).held_minor - order.held_minor
    if more > books.accounts[order.dealer_id].available_minor + granted_minor:
        return None if ask.approved_over_limit else Refusal.OVER_LIMIT
    return None


def _change(books: Books, order: OrderAccount, ask: AdjustCredit) -> None:
    adjusted = _adjusted(order, ask)
    if surplus := order.covered_minor - adjusted.covered_minor:
        give_back(books, replace(adjusted, covered_minor=order.covered_minor), surplus)
        return
    books.put_order(adjusted)
    if adjusted.held_minor != order.held_minor:
        books.put_account(books.accounts[order.dealer_id].excused())


def _adjusted(order: OrderAccount, ask: AdjustCredit) -> OrderAccount:
    return replace(
        order,
        total_minor=ask.total_minor,
        credit_minor=ask.credit_minor,
        covered_minor=min(order.covered_minor, ask.total_minor - order.credited_minor),
    )
