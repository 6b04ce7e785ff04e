"""Credit: limits, holds and releases."""

from __future__ import annotations

from collections.abc import Sequence

from chassis import outbox
from chassis.db import Tx
from contracts.billing import HoldCredit, ReleaseCredit
from contracts.dealers import DealerState
from services.billing.commands.books import open_books, save_books
from services.billing.domain import credit
from services.billing.store import accounts, limits, receipts


async def follow_dealers(tx: Tx, dealers: Sequence[DealerState]) -> None:
    """Open accounts for new dealers, and change the limits of known ones."""
    fresh = await accounts.upsert_dealers(tx, dealers)
    books = await open_books(tx, fresh)
    events = [credit.set_limit(books, dealer) for dealer in dealers if dealer.dealer_id in fresh]
    changes = [event for event in events if event]
    await save_books(tx, books)
    if changes:
        limits = [(event.dealer_id, event.credit_limit_minor) for event in changes]
        await accounts.insert_credit_limits(tx, limits)
    await outbox.add(tx, changes)


async def tell_balances(tx: Tx) -> int:
    """Tell what stands in the accounts of dealers who leave; of how many that was news (F-50)."""
    balances = await accounts.balances_to_tell(tx)
    await outbox.add(tx, balances)
    return len(balances)


async def hold_credit(tx: Tx, asks: Sequence[HoldCredit]) -> None:
    """Open the accounts of a batch of orders and hold their credit, first come first served."""
    dealer_ids, order_ids = {ask.dealer_id for ask in asks}, [ask.order_id for ask in asks]
    books = await open_books(tx, dealer_ids, order_ids)
    replies = {ask.order_id: credit.hold(books, ask) for ask in asks}
    if over := [ask for ask in asks if credit.is_over_limit(replies[ask.order_id])]:
        granted = await limits.granted_to_orders(tx, [ask.order_id for ask in over])
        for ask in over:
            if by_minor := granted.get(ask.order_id):
                replies[ask.order_id] = credit.hold(books, ask, by_minor)
    await save_books(tx, books)
    await outbox.add(tx, list(replies.values()))


async def release_credit(tx: Tx, asks: Sequence[ReleaseCredit]) -> None:
    """Give up what is held for a batch of orders; what was paid for them returns to the wallets."""
    dealer_ids, order_ids = {ask.dealer_id for ask in asks}, [ask.order_id for ask in asks]
    books = await open_books(tx, dealer_ids, order_ids)
    if any(order.covered_minor for order in books.orders.values()):
        books.allocations = await receipts.allocations_of_orders(tx, order_ids)
    replies = [credit.release(books, ask) for ask in asks]
    await save_books(tx, books)
    if released := [order_id for order_id in order_ids if order_id in books.changed_orders]:
        await accounts.mark_released(tx, released)
    await outbox.add(tx, [*books.messages, *replies])
