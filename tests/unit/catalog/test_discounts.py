"""Discounts of whole orders: who gets one, and which line bears how much of it."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import money
from services.catalog.domain import pricing
from services.catalog.domain.audience import Audience
from tests.builders.catalog import (
    DAY,
    NOON,
    a_held_discount,
    a_published_list,
    an_article,
    an_ask,
    breaks,
    knowledge,
    line_asks,
)

DEALER = uuid4()


def priced(prices, quantities, *discounts, at=NOON, tax_inclusive=True, beside=()):
    """The lines of an order, at these prices."""
    one = a_published_list(tax_inclusive=tax_inclusive)
    found = {sku: breaks(from_1=price) for sku, price in prices.items()}
    known = knowledge(
        DEALER,
        one,
        entries=[(one, found)],
        articles={sku: an_article() for sku in prices},
        discounts=discounts,
    )
    ask = pricing.PricingAsk(DEALER, at, line_asks(quantities), beside=beside)
    [outcome] = pricing.price([ask], known)
    return outcome.lines


def test_ten_yuan_off_three_equal_lines():
    """V-6, P-28: 10.00 over 33.33, 33.33, 33.34 is 3.33, 3.33, 3.34."""
    prices = {"A": "33.33", "B": "33.33", "C": "33.34"}

    lines = priced(prices, dict.fromkeys(prices, 1), a_held_discount(threshold_minor=100_00))

    assert [line.discount_minor for line in lines] == [333, 333, 334]
    assert [line.gross_minor for line in lines] == [3_000, 3_000, 3_000]
    assert lines[0].rule.endswith("；整单满 100.00 减 10%（通用），本行减 3.33")


def test_four_percent_off_a_line_without_tax():
    """V-3: exclusive 348.35 times 16, less 4 %: the line is rounded, and then taxed."""
    discount = a_held_discount(threshold_minor=0, percent_bp=400)

    [line] = priced({"A": "348.35"}, {"A": 16}, discount, tax_inclusive=False)

    assert (line.net_minor, line.tax_minor, line.gross_minor) == (535_066, 69_559, 604_625)
    assert line.discount_minor == 629_817 - 604_625


@given(
    st.lists(st.tuples(st.integers(1, 99_999), st.booleans()), min_size=1, max_size=12),
    st.integers(1, 9_999),
)
def test_the_shares_of_each_kind_of_price_add_up_and_no_line_falls_below_nothing(amounts, percent):
    """P-28: nothing of a discount is lost or given twice, whichever list prices a line."""
    including, excluding = a_published_list(), a_published_list(tax_inclusive=False)
    skus = {f"S{n}": amount for n, amount in enumerate(amounts)}
    found = {True: {}, False: {}}
    for sku, (minor, inclusive) in skus.items():
        found[inclusive][sku] = breaks(from_1=f"{minor // 100}.{minor % 100:02}")
    known = knowledge(
        DEALER,
        including,
        excluding,
        entries=[(including, found[True]), (excluding, found[False])],
        articles={sku: an_article() for sku in skus},
        discounts=[a_held_discount(threshold_minor=0, percent_bp=percent)],
    )

    [outcome] = pricing.price([an_ask(DEALER, **dict.fromkeys(skus, 1))], known)

    lines = {line.sku: line for line in outcome.lines}
    for inclusive, told in ((True, "gross_minor"), (False, "net_minor")):
        before = [minor for minor, kind in amounts if kind is inclusive]
        left = [getattr(lines[sku], told) for sku, (_, kind) in skus.items() if kind is inclusive]
        assert sum(before) - sum(left) == money.divide(sum(before) * percent, 10_000)
        assert all(0 <= rest <= whole for rest, whole in zip(left, before, strict=True))
    assert all(line.net_minor + line.tax_minor == line.gross_minor for line in outcome.lines)


@pytest.mark.parametrize(("quantity", "off"), [(4, 0), (5, 30_00), (10, 120_00)])
def test_of_the_discounts_that_an_order_reaches_that_which_asks_for_most_is_given(quantity, off):
    steps = [a_held_discount(), a_held_discount(threshold_minor=600_00, percent_bp=2_000)]

    [line] = priced({"A": "60"}, {"A": quantity}, *steps)

    assert line.discount_minor == off


def test_the_nearest_discount_goes_before_a_larger_one_for_everybody():
    his = a_held_discount(Audience(dealer_id=DEALER), threshold_minor=0, percent_bp=100)

    [line] = priced({"A": "60"}, {"A": 10}, a_held_discount(percent_bp=5_000), his)

    assert line.discount_minor == 6_00


def test_a_discount_is_given_from_its_first_moment_on_and_not_at_its_end():
    rule = a_held_discount(since=NOON, ended_at=NOON + DAY)

    given_at = [
        priced({"A": "300"}, {"A": 1}, rule, at=at)[0].discount_minor
        for at in (NOON - DAY / 24, NOON, NOON + DAY - DAY / 24, NOON + DAY)
    ]

    assert given_at == [0, 30_00, 30_00, 0]


def test_lines_beside_count_towards_the_discount_and_get_no_price():
    """S-4: a changed line of a large order does not lose the discount because it is small."""
    beside = line_asks({"B": 1, "GHOST": 1})

    alone = priced({"A": "100", "B": "250"}, {"A": 1}, a_held_discount())
    with_others = priced({"A": "100", "B": "250"}, {"A": 1}, a_held_discount(), beside=beside)

    assert [line.discount_minor for line in alone] == [0]
    assert [(line.sku, line.discount_minor) for line in with_others] == [("A", 10_00)]
