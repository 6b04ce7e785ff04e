"""Credit notes take the stored share of a line, rounded so that the parts add up to it."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from contracts.billing import InvoiceLine
from services.billing.domain.credit_notes import InvoicedLine, RequestCreditNote, draw

INVOICE = uuid4()


def a_line(quantity, gross, tax, credited=(0, 0, 0)):
    line = InvoiceLine(
        line_no=1,
        sku="SKU-1",
        quantity=quantity,
        net_minor=gross - tax,
        tax_minor=tax,
        gross_minor=gross,
    )
    return InvoicedLine(INVOICE, line, *credited)


def returned(quantity, gross, tax, parts):
    """What is credited for each of these parts of one line, in turn: gross and tax."""
    credited, shares = (0, 0, 0), []
    for part in parts:
        ask = RequestCreditNote(uuid4(), INVOICE, {1: part}, "退货", uuid4())
        (share,) = draw(ask, [a_line(quantity, gross, tax, credited)])
        shares.append((share.gross_minor, share.tax_minor))
        credited = (
            credited[0] + part,
            credited[1] + share.tax_minor,
            credited[2] + share.gross_minor,
        )
    return shares


def test_a_line_of_100_for_3_returned_one_by_one():
    """V-7: 33.33/3.83, 33.34/3.84, 33.33/3.83; together 100.00/11.50."""
    assert returned(3, 10_000, 1_150, [1, 1, 1]) == [(3_333, 383), (3_334, 384), (3_333, 383)]


@given(st.data())
def test_whatever_the_parts_are_they_add_up_to_the_line(data):
    """E-13: and no part is negative."""
    quantity = data.draw(st.integers(1, 50))
    gross = data.draw(st.integers(0, 1_000_000))
    tax = data.draw(st.integers(0, gross))
    parts, left = [], quantity
    while left:
        parts.append(data.draw(st.integers(1, left)))
        left -= parts[-1]

    shares = returned(quantity, gross, tax, parts)

    assert tuple(map(sum, zip(*shares, strict=True))) == (gross, tax)
    assert all(share_gross >= 0 and share_tax >= 0 for share_gross, share_tax in shares)


def test_a_part_whose_tax_rounds_up_where_its_gross_does_not_has_no_negative_net():
    """E-13: 0.10 for 44, of which 0.01 is tax."""
    shares = returned(44, 10, 1, [21, 1, 22])

    assert shares == [(5, 0), (0, 0), (5, 1)]


def test_the_amounts_that_a_rejected_note_gave_back_come_with_the_next():
    """E-13: two asked for one each, the first was rejected; what is left still adds up."""
    (share,) = draw(
        RequestCreditNote(uuid4(), INVOICE, {1: 2}, "退货", uuid4()),
        [a_line(3, 10_000, 1_150, (1, 384, 3_334))],
    )

    assert (share.gross_minor, share.tax_minor) == (6_666, 766)
