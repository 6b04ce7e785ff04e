"""Credit notes: ask for them, issue or reject them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from chassis import outbox
from chassis.db import Tx
from chassis.errors import DomainError, InvalidRequest
from chassis.numbers import take_numbers
from services.billing.commands.books import open_books, save_books
from services.billing.commands.outcomes import Outcome, missing_or_stale
from services.billing.domain import credit_notes
from services.billing.domain.credit_notes import (
    CreditNote,
    RequestCreditNote,
    TakeCreditNoteStep,
)
from services.billing.domain.documents import series
from services.billing.domain.receipts import SalespersonMayNotCollect
from services.billing.store import accounts, receipts
from services.billing.store import credit_notes as store


async def request_credit_note(tx: Tx, ask: RequestCreditNote) -> None:
    """Set parts of an invoice's lines apart for a credit note.

    Raises InvalidRequest, SalespersonMayNotCollect.
    """
    invoice = (await store.invoices(tx, [ask.invoice_id])).get(ask.invoice_id)
    if invoice is None:
        raise InvalidRequest(("/invoice_id", "There is no such invoice."))
    books = await open_books(tx, [invoice.dealer_id])
    if books.accounts[invoice.dealer_id].salesperson_id == ask.by:
        raise SalespersonMayNotCollect
    lines = credit_notes.draw(ask, await store.invoiced_lines(tx, [ask.invoice_id]))
    if isinstance(lines, DomainError):
        raise lines
    (number,) = await take_numbers(tx, series("HZ", datetime.now(UTC)), 1)
    note = CreditNote(
        ask.credit_note_id,
        number,
        invoice.dealer_id,
        invoice.order_id,
        invoice.order_number,
        invoice.invoice_id,
        invoice.number,
        ask.by,
        lines,
    )
    credit_notes.announce(books, note, ask.reason)
    await store.insert_credit_notes(tx, [(ask, note)])
    await outbox.add(tx, books.messages)


async def take_credit_note_steps(tx: Tx, asks: Sequence[TakeCreditNoteStep]) -> list[Outcome]:
    """Issue or reject different credit notes.

    Per ask None, or NotFound, StaleVersion, CreditNoteElsewhere, IssuedByAnother,
    SalespersonMayNotCollect.
    """
    ids = [ask.credit_note_id for ask in asks]
    owners = await store.owners_of_credit_notes(tx, ids)
    order_ids = {order_id for _, order_id in owners.values()}
    books = await open_books(tx, {dealer_id for dealer_id, _ in owners.values()}, order_ids)
    books.allocations = await receipts.allocations_of_orders(tx, order_ids)
    known = await store.credit_notes(tx, owners)
    outcomes: list[Outcome] = []
    for ask in asks:
        refusal = missing_or_stale(known.get(ask.credit_note_id), ask.version)
        outcomes.append(refusal or credit_notes.take(books, known[ask.credit_note_id], ask))
    done = [ask for ask, refusal in zip(asks, outcomes, strict=True) if refusal is None]
    await store.save_credit_note_steps(tx, done)
    await save_books(tx, books)
    await accounts.credit_orders(tx, [books.orders[one] for one in books.changed_orders])
    await outbox.add(tx, books.messages)
    return outcomes
