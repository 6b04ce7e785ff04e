"""Invoices of shipments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from chassis import outbox
from chassis.db import Tx
from chassis.ids import uuid7
from chassis.numbers import take_numbers
from contracts.billing import IssueInvoice
from services.billing.commands.books import open_books, save_books
from services.billing.domain import invoices
from services.billing.domain.documents import series
from services.billing.store import invoices as store


async def issue_invoices(tx: Tx, asks: Sequence[IssueInvoice]) -> None:
    """Invoice a batch of shipments of as many orders; one invoiced before keeps its invoice."""
    books = await open_books(tx, {ask.dealer_id for ask in asks}, [ask.order_id for ask in asks])
    issued = await store.invoices_of_shipments(tx, [ask.shipment_id for ask in asks])
    refusals = {
        ask.order_id: refusal
        for ask in asks
        if (refusal := invoices.refusal(books, ask, issued.get(ask.shipment_id)))
    }
    good = [ask for ask in asks if ask.order_id not in refusals]
    new = await _draw_up(tx, [ask for ask in good if ask.shipment_id not in issued])
    for invoice in new:
        invoices.issue(books, invoice)
    await _save(tx, new)
    await save_books(tx, books)
    issued |= {invoice.shipment_id: invoice for invoice in new}
    replies = [
        invoices.refuse(ask, refusals[ask.order_id])
        if ask.order_id in refusals
        else invoices.answer(issued[ask.shipment_id])
        for ask in asks
    ]
    await outbox.add(tx, [*books.messages, *replies])


async def _draw_up(tx: Tx, asks: Sequence[IssueInvoice]) -> list[invoices.Invoice]:
    if not asks:
        return []
    now = datetime.now(UTC)
    numbers = await take_numbers(tx, series("FP", now), len(asks))
    return [
        invoices.draw_up(ask, invoice_id=uuid7(), number=number, at=now)
        for ask, number in zip(asks, numbers, strict=True)
    ]


async def _save(tx: Tx, new: Sequence[invoices.Invoice]) -> None:
    if new:
        await store.insert_invoices(tx, new)
        await store.insert_invoice_lines(tx, new)
