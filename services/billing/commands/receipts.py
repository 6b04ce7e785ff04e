"""Receipts: record, allocate, pay from the wallet, reverse."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from chassis import outbox
from chassis.db import Tx
from chassis.numbers import take_numbers
from services.billing.commands.books import open_books, save_books
from services.billing.commands.outcomes import Outcome, missing_or_stale
from services.billing.domain import allocations, receipts
from services.billing.domain.allocations import Allocate, PayOrder
from services.billing.domain.books import Books
from services.billing.domain.closing import booked_on
from services.billing.domain.documents import business_day, series
from services.billing.domain.receipts import Receipt, RecordReceipt, Reverse
from services.billing.store import closing
from services.billing.store import receipts as store
from services.billing.store.accounts import order_accounts


async def record_receipts(tx: Tx, asks: Sequence[RecordReceipt]) -> list[Outcome]:
    """Book money that came in.

    Per ask None, or InvalidRequest, SalespersonMayNotCollect, ReferenceUsed.
    """
    order_ids = {share.order_id for ask in asks for share in ask.shares}
    books = await open_books(tx, {ask.dealer_id for ask in asks}, order_ids)
    outcomes = await _refuse_used(tx, asks, [receipts.check(books, ask) for ask in asks])
    accepted = [ask for ask, refusal in zip(asks, outcomes, strict=True) if refusal is None]
    if accepted:
        numbers = await take_numbers(tx, series("SK", datetime.now(UTC)), len(accepted))
        for ask, number in zip(accepted, numbers, strict=True):
            receipts.record(books, ask, number)
        await store.insert_receipts(tx, accepted, numbers)
        await _postpone(tx, accepted)
    await save_books(tx, books)
    await outbox.add(tx, books.messages)
    return outcomes


async def allocate_receipts(tx: Tx, asks: Sequence[Allocate]) -> list[Outcome]:
    """Pay for orders with what is left of receipts.

    Per ask None, or NotFound, StaleVersion, InvalidRequest, OrderReleased, NothingDue,
    ReceiptSpent, WalletShort, ReceiptVoid, SalespersonMayNotCollect.
    """
    order_ids = {share.order_id for ask in asks for share in ask.shares}
    books, known = await _open_receipts(tx, [ask.receipt_id for ask in asks], order_ids)
    outcomes: list[Outcome] = []
    for ask in asks:
        receipt = known.get(ask.receipt_id)
        refusal = missing_or_stale(receipt, ask.version)
        outcomes.append(refusal or allocations.allocate(books, known[ask.receipt_id], ask))
    await save_books(tx, books)
    await outbox.add(tx, books.messages)
    return outcomes


async def pay_orders(tx: Tx, asks: Sequence[PayOrder]) -> list[Outcome]:
    """Pay for orders from the wallets of their dealers.

    Per ask None, or NotFound, StaleVersion, InvalidRequest, OrderReleased, NothingDue, WalletShort.
    """
    books = await open_books(tx, {ask.dealer_id for ask in asks}, {ask.order_id for ask in asks})
    outcomes: list[Outcome] = []
    for ask in asks:
        refusal = missing_or_stale(books.accounts.get(ask.dealer_id), ask.version)
        outcomes.append(refusal or allocations.pay_order(books, ask))
    await save_books(tx, books)
    await outbox.add(tx, books.messages)
    return outcomes


async def reverse_receipts(tx: Tx, asks: Sequence[Reverse]) -> list[Outcome]:
    """Take back money that did not come.

    Per ask None, or NotFound, StaleVersion, ReceiptVoid, WalletSpent, SecondPersonNeeded,
    SalespersonMayNotCollect.
    """
    books, known = await _open_receipts(tx, [ask.receipt_id for ask in asks])
    outcomes: list[Outcome] = []
    for ask in asks:
        refusal = missing_or_stale(known.get(ask.receipt_id), ask.version)
        outcomes.append(refusal or receipts.reverse(books, known[ask.receipt_id], ask))
    await save_books(tx, books)
    done = [ask for ask, refusal in zip(asks, outcomes, strict=True) if refusal is None]
    await store.reverse_receipts(tx, done)
    await outbox.add(tx, books.messages)
    return outcomes


async def _postpone(tx: Tx, asks: Sequence[RecordReceipt]) -> None:
    """What came on a closed day counts for the next open one (F-21)."""
    today = business_day(datetime.now(UTC))
    if earlier := [ask for ask in asks if ask.received_on < today]:
        closed_through = await closing.lock_to_book(tx)
        days = {ask.receipt_id: booked_on(ask.received_on, closed_through) for ask in earlier}
        late = {ask.receipt_id for ask in earlier if days[ask.receipt_id] != ask.received_on}
        if late:
            await store.postpone(tx, {receipt_id: days[receipt_id] for receipt_id in late})


async def _refuse_used(
    tx: Tx, asks: Sequence[RecordReceipt], outcomes: list[Outcome]
) -> list[Outcome]:
    references = {(ask.method, ask.reference) for ask in asks if ask.reference}
    if not references:
        return outcomes
    await store.lock_references(tx, references)
    used = await store.receipts_by_reference(tx, references)
    return receipts.refuse_used_references(asks, outcomes, used)


async def _open_receipts(
    tx: Tx, receipt_ids: Collection[UUID], order_ids: Collection[UUID] = ()
) -> tuple[Books, dict[UUID, Receipt]]:
    """Different receipts and what they pay for, under the locks of their dealers.

    One that is committed after the owners were read is not known yet: nobody is locked for it.
    """
    owners = await store.owners_of_receipts(tx, receipt_ids)
    books = await open_books(tx, set(owners.values()))
    books.allocations = await store.allocations_of_receipts(tx, receipt_ids)
    paid = {allocation.order_id for allocation in books.allocations}
    books.orders = await order_accounts(tx, paid.union(order_ids))
    return books, await store.receipts(tx, owners)
