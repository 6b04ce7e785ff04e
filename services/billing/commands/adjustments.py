"""Totals of orders that become others."""

from __future__ import annotations

from collections.abc import Sequence

from chassis import outbox
from chassis.db import Tx
from contracts.billing import AdjustCredit
from services.billing.commands.books import open_books, save_books
from services.billing.domain import adjustments
from services.billing.domain.adjustments import Decided, Refusal
from services.billing.store import adjustments as store
from services.billing.store import limits, receipts


async def adjust_credit(tx: Tx, asks: Sequence[AdjustCredit]) -> None:
    """Let the accounts of a batch of orders follow their new totals, first come first served."""
    dealer_ids, order_ids = {ask.dealer_id for ask in asks}, [ask.order_id for ask in asks]
    books = await open_books(tx, dealer_ids, order_ids)
    decided = await store.newest_adjustments(tx, order_ids)
    if any(order.covered_minor for order in books.orders.values()):
        books.allocations = await receipts.allocations_of_orders(tx, order_ids)
    new = {
        ask.order_id: adjustment
        for ask in asks
        if (adjustment := adjustments.adjust(books, ask, decided.get(ask.order_id)))
    }
    over = [one.ask for one in new.values() if one.refusal is Refusal.OVER_LIMIT]
    granted = await limits.granted_to_orders(tx, [ask.order_id for ask in over]) if over else {}
    for ask in over:
        by_minor = granted.get(ask.order_id, 0)
        if again := adjustments.adjust(books, ask, decided.get(ask.order_id), by_minor):
            new[ask.order_id] = again
    for order_id, adjustment in new.items():
        decided[order_id] = Decided(adjustment.ask.revision, adjustment.refusal)
    replies = [adjustments.answer(books, ask, decided[ask.order_id]) for ask in asks]
    await save_books(tx, books)
    await store.insert_adjustments(tx, list(new.values()))
    await outbox.add(tx, [*books.messages, *replies])
