"""Refunds to the bank: ask for them, and take them further."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from chassis import outbox
from chassis.db import Tx
from chassis.errors import DomainError, NotFound
from chassis.numbers import take_numbers
from services.billing.commands.books import open_books, save_books
from services.billing.commands.outcomes import Outcome, missing_or_stale
from services.billing.domain import refunds
from services.billing.domain.books import Books
from services.billing.domain.documents import series
from services.billing.domain.refunds import Refund, RequestRefund, Step, TakeStep, TransferUsed
from services.billing.store import refunds as store


async def request_refunds(tx: Tx, asks: Sequence[RequestRefund]) -> list[Outcome]:
    """Set money of wallets apart for refunds.

    Per ask None, or InvalidRequest, SalespersonMayNotCollect, WalletShort.
    """
    books = await open_books(tx, {ask.dealer_id for ask in asks})
    outcomes = [refunds.request(books, ask) for ask in asks]
    accepted = [ask for ask, refusal in zip(asks, outcomes, strict=True) if refusal is None]
    if accepted:
        numbers = await take_numbers(tx, series("TK", datetime.now(UTC)), len(accepted))
        await store.insert_refunds(tx, accepted, numbers)
        books.messages.extend(map(refunds.asked, accepted, numbers))
    await save_books(tx, books)
    await outbox.add(tx, books.messages)
    return outcomes


async def take_steps(tx: Tx, asks: Sequence[TakeStep]) -> list[Outcome]:
    """Approve, reject, pay or fail different refunds.

    Per ask None, or NotFound, StaleVersion, RefundElsewhere, SalespersonMayNotCollect,
    ApprovedByAnother, TransferUsed.
    """
    ids = [ask.refund_id for ask in asks]
    owners = await store.owners_of_refunds(tx, ids)
    books = await open_books(tx, set(owners.values()))
    known = await store.refunds(tx, owners)
    references = {ask.text for ask in asks if ask.step is Step.PAY}
    used = await store.lock_transfers(tx, references) if references else set[str]()
    outcomes = [_taken(books, known.get(ask.refund_id), ask, used) for ask in asks]
    await save_books(tx, books)
    done = [ask for ask, refusal in zip(asks, outcomes, strict=True) if refusal is None]
    await store.save_steps(tx, done)
    await outbox.add(tx, books.messages)
    return outcomes


def _taken(books: Books, refund: Refund | None, ask: TakeStep, used: set[str]) -> Outcome:
    if refund is None:
        return NotFound()
    if refusal := missing_or_stale(refund, ask.version):
        return refusal
    paying = ask.step is Step.PAY
    if paying and ask.text in used and ask.step in refunds.STEPS[refund.state]:
        return TransferUsed()
    outcome = refunds.take(books, refund, ask)
    if isinstance(outcome, DomainError):
        return outcome
    if paying:
        used.add(ask.text)
    return None
