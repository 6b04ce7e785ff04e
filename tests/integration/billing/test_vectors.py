"""The VAT vectors V-1…V-7 (5.8) in invoices on PostgreSQL: stored as computed once, and summed."""

from decimal import Decimal
from uuid import uuid4

import pytest

from chassis.money import amounts, line_minor, micros, portion, spread
from contracts.billing import InvoiceLine, IssueInvoice
from services.billing.commands import credit, invoices
from tests.builders.billing import a_hold
from tests.integration.billing.test_credit import an_account, do
from tests.integration.billing.test_receipts import faults

RATE = 1_300


def inclusive(*gross):
    return [amounts(minor, RATE, tax_inclusive=True) for minor in gross]


def exclusive(*net):
    return [amounts(minor, RATE, tax_inclusive=False) for minor in net]


def discounted():
    """V-3: 348.35 times 16, less 4 %."""
    line = line_minor(micros(Decimal("348.35")), 16)
    return exclusive(line - line_minor(micros(Decimal("348.35") * 16 * Decimal("0.04")), 1))


async def invoiced(db, lines):
    """What the database says of an invoice of these lines: net, tax, gross; and of its lines."""
    total = sum(line.gross_minor for line in lines)
    order = a_hold(10_000, dealer_id=await an_account(db, 100_000))
    await do(db, credit.hold_credit, order)
    ask = IssueInvoice(
        order_id=order.order_id,
        number=order.number,
        dealer_id=order.dealer_id,
        shipment_id=uuid4(),
        lines=tuple(
            InvoiceLine(
                line_no=place,
                sku="SKU-1",
                quantity=1,
                net_minor=line.net_minor,
                tax_minor=line.tax_minor,
                gross_minor=line.gross_minor,
            )
            for place, line in enumerate(lines, start=1)
        ),
    )
    await do(db, invoices.issue_invoices, ask)
    head = await db.fetchrow("SELECT net_minor, tax_minor, gross_minor FROM invoices")
    summed = await db.fetchrow(
        "SELECT sum(net_minor)::bigint, sum(tax_minor)::bigint, sum(gross_minor)::bigint"
        " FROM invoice_lines"
    )
    posted = await db.fetchrow(
        "SELECT (-sum(amount_minor) FILTER (WHERE code = 'revenue'))::bigint,"
        " (-sum(amount_minor) FILTER (WHERE code = 'tax'))::bigint,"
        " (sum(amount_minor) FILTER (WHERE code = 'receivable'))::bigint FROM entries"
    )
    assert tuple(head) == tuple(summed) == tuple(posted)
    assert head["gross_minor"] == total
    assert await faults(db) == []
    return tuple(head)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (inclusive(10_000), (8_850, 1_150, 10_000)),
        (inclusive(9_999), (8_849, 1_150, 9_999)),
        (discounted(), (535_066, 69_559, 604_625)),
        (exclusive(5_555, 1_111), (6_666, 866, 7_532)),
        (
            exclusive(509_520, 52_320, 8_064, 5_412, 18_200, 18_620),
            (612_136, 79_579, 691_715),
        ),
    ],
    ids=["V-1", "V-2", "V-3", "V-4", "V-5"],
)
async def test_an_invoice_says_what_the_vector_says(billing_db, lines, expected):
    """V-1, V-2, V-3, V-4, V-5: in its head, its lines and the journal."""
    assert await invoiced(billing_db, lines) == expected


async def test_a_discount_is_spread_to_the_last_fen(billing_db):
    """V-6: 10.00 over 33.33, 33.33, 33.34 is 3.33, 3.33, 3.34."""
    parts = [3_333, 3_333, 3_334]
    discounts = spread(1_000, parts)

    lines = inclusive(*(part - off for part, off in zip(parts, discounts, strict=True)))

    assert discounts == [333, 333, 334]
    assert (await invoiced(billing_db, lines))[2] == 9_000


async def test_pieces_one_by_one_add_up_to_the_line(billing_db):
    """V-7: 33.33/3.83, 33.34/3.84, 33.33/3.83; together 100.00/11.50, as three invoiced lines."""
    (whole,) = inclusive(10_000)
    pieces = [
        (
            portion(whole.gross_minor, before=n, after=n + 1, whole=3),
            portion(whole.tax_minor, before=n, after=n + 1, whole=3),
        )
        for n in range(3)
    ]

    lines = [type(whole)(gross - tax, tax, gross) for gross, tax in pieces]

    assert pieces == [(3_333, 383), (3_334, 384), (3_333, 383)]
    assert (await invoiced(billing_db, lines))[1:] == (1_150, 10_000)
