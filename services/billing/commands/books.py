"""The books that a batch works on: opened under the locks of their dealers, saved at the end."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from chassis.db import Tx
from services.billing.domain.books import Books
from services.billing.store import accounts, journal, receipts


async def open_books(
    tx: Tx, dealer_ids: Collection[UUID], order_ids: Collection[UUID] = ()
) -> Books:
    """The accounts of dealers, which are locked by this, and the accounts of some orders."""
    locked = await accounts.lock_accounts(tx, dealer_ids)
    orders = await accounts.order_accounts(tx, order_ids) if order_ids else {}
    return Books(locked, orders)


async def save_books(tx: Tx, books: Books) -> None:
    """Store what changed; what did not costs no statement."""
    if orders := [books.orders[order_id] for order_id in books.changed_orders]:
        await accounts.save_order_accounts(tx, orders)
    if changed := [books.accounts[dealer_id] for dealer_id in books.changed_accounts]:
        await accounts.save_accounts(tx, changed)
    if books.postings:
        await journal.insert_entries(tx, books.postings)
    if books.allocated:
        await receipts.insert_allocations(tx, books.allocated)
    if books.undone:
        await receipts.undo_allocations(tx, books.undone)
    if books.receipts:
        await receipts.change_allocated(tx, books.receipts)
