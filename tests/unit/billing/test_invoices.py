from datetime import UTC, datetime
from uuid import uuid4

from contracts.billing import InvoiceIssued
from services.billing.domain import credit, invoices, receipts
from services.billing.domain.books import Code, Kind
from services.billing.domain.documents import business_day, series
from tests.builders.billing import (
    DEALER,
    YUAN,
    a_hold,
    a_receipt,
    a_share,
    a_shipment,
    books,
)

NOW = datetime(2026, 11, 30, 17, tzinfo=UTC)


def an_invoice(hold, gross_yuan=None):
    ask = a_shipment(hold, gross_yuan)
    return invoices.draw_up(ask, invoice_id=uuid4(), number="FP-2611-000001", at=NOW)


def a_held_order(total_yuan=1_000, *, credit_yuan=None):
    mine, ask = books(1_000), a_hold(total_yuan, credit_yuan=credit_yuan)
    credit.hold(mine, ask)
    return mine, ask


def test_an_invoice_turns_what_is_held_into_a_receivable():
    mine, ask = a_held_order(1_000)

    invoices.issue(mine, an_invoice(ask, 400))

    account = mine.accounts[DEALER]
    assert (account.held_minor, account.receivable_minor) == (600 * YUAN, 400 * YUAN)


def test_an_invoice_is_paid_by_what_came_in_before():
    mine, ask = a_held_order(1_000, credit_yuan=0)
    receipts.record(mine, a_receipt(1_000, a_share(ask, 1_000)), "SK-2611-000001")

    invoices.issue(mine, an_invoice(ask))

    account = mine.accounts[DEALER]
    assert (account.advances_minor, account.receivable_minor) == (0, 0)
    assert mine.postings[-1].kind is Kind.INVOICE
    assert mine.postings[-1].amounts == {
        Code.REVENUE: -884_96,
        Code.TAX: -115_04,
        Code.ADVANCES: 1_000_00,
    }


def test_an_order_paid_on_delivery_may_stand_over_the_limit():
    mine = books(0)
    ask = a_hold(1_000, credit_yuan=0)
    credit.hold(mine, ask)

    invoices.issue(mine, an_invoice(ask))

    assert mine.accounts[DEALER].over_limit_minor == 1_000 * YUAN


def test_an_invoice_announces_its_sums():
    mine, ask = a_held_order(100)
    invoice = an_invoice(ask)

    invoices.issue(mine, invoice)

    (event,) = mine.messages
    assert isinstance(event, InvoiceIssued)
    assert (event.net_minor, event.tax_minor, event.gross_minor) == (88_50, 11_50, 100_00)


def test_an_order_is_never_invoiced_for_more_than_its_total():
    mine, ask = a_held_order(1_000)
    invoices.issue(mine, an_invoice(ask, 600))

    refusal = invoices.refusal(mine, a_shipment(ask, 401), None)

    assert isinstance(refusal, invoices.MoreThanOrdered)
    assert invoices.refusal(mine, a_shipment(ask, 400), None) is None


def test_an_unknown_order_is_not_invoiced():
    refusal = invoices.refusal(books(), a_shipment(a_hold()), None)

    assert isinstance(refusal, invoices.NothingOrdered)


def test_a_document_is_numbered_in_the_month_of_its_readers():
    assert series("FP", NOW) == "FP-2612"
    assert business_day(NOW).isoformat() == "2026-12-01"
