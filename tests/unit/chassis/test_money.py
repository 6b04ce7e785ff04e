"""The vectors V-1…V-7 of the domain's rule 5.8, and the laws behind them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import money
from chassis.money import Amounts

VAT = 1_300
AMOUNTS = st.integers(0, 10**12)
RATES = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("gross", "net", "tax"), [(10_000, 8_850, 1_150), (9_999, 8_849, 1_150)], ids=["V-1", "V-2"]
)
def test_an_inclusive_amount_is_split(gross, net, tax):
    assert money.inclusive(gross, VAT) == Amounts(net, tax, gross)


def test_v3_the_net_is_rounded_before_the_tax_is_put_on_it():
    after_discount = money.micros(Decimal("348.35") * Decimal("0.96"))

    net = money.line_minor(after_discount, 16)

    assert money.exclusive(net, VAT) == Amounts(535_066, 69_559, 604_625)


def test_v4_tax_is_rounded_per_line_and_not_on_the_sum():
    taxes = [money.exclusive(net, VAT).tax_minor for net in (5_555, 1_111)]

    assert taxes == [722, 144]
    assert sum(taxes) != money.exclusive(5_555 + 1_111, VAT).tax_minor


def test_v5_the_tax_of_many_lines_is_the_sum_of_their_taxes():
    nets = [509_520, 52_320, 8_064, 5_412, 18_200, 18_620]

    assert sum(money.exclusive(net, VAT).tax_minor for net in nets) == 79_579
    assert money.exclusive(sum(nets), VAT).tax_minor == 79_578


def test_v6_a_discount_is_spread_to_the_last_fen():
    assert money.spread(1_000, [3_333, 3_333, 3_334]) == [333, 333, 334]


def test_v7_pieces_that_come_back_one_by_one_add_up_to_the_line():
    line = money.inclusive(10_000, VAT)
    steps = [{"before": n, "after": n + 1, "whole": 3} for n in range(3)]

    assert [money.portion(line.gross_minor, **step) for step in steps] == [3_333, 3_334, 3_333]
    assert [money.portion(line.tax_minor, **step) for step in steps] == [383, 384, 383]


@pytest.mark.parametrize(
    ("numerator", "denominator", "quotient"),
    [(5, 10, 1), (4, 10, 0), (15, 10, 2), (-5, 10, -1), (-4, 10, 0), (0, 7, 0)],
)
def test_halves_are_rounded_away_from_zero(numerator, denominator, quotient):
    assert money.divide(numerator, denominator) == quotient


def test_equal_remainders_go_to_the_larger_weight_and_then_to_the_first_line():
    assert money.spread(1, [1, 1]) == [1, 0]
    assert money.spread(2, [1, 3]) == [0, 2]


def test_a_discount_over_nothing_is_refused():
    with pytest.raises(ValueError, match="nothing to spread"):
        money.spread(100, [0, 0])


def test_a_price_of_seven_decimals_is_refused():
    with pytest.raises(ValueError, match="more than 6 decimals"):
        money.micros(Decimal("0.0000001"))


@given(AMOUNTS, RATES, st.booleans())
def test_net_and_tax_make_up_the_gross(amount, rate, tax_inclusive):
    split = money.amounts(amount, rate, tax_inclusive=tax_inclusive)

    assert split.net_minor + split.tax_minor == split.gross_minor
    assert min(split.net_minor, split.tax_minor) >= 0


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), min_size=1))
def test_shares_add_up_to_the_total_and_none_is_off_by_a_whole_unit(total, weights):
    """E-13, P-28, V-6."""
    weights = [*weights, 1]

    shares = money.spread(total, weights)

    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * sum(weights) - total * weight) < sum(weights)


@given(AMOUNTS, st.lists(st.integers(1, 50), min_size=1))
def test_portions_in_any_cut_add_up_to_the_total(total, cuts):
    """E-13, V-7: however a line is cut, its pieces are the line."""
    whole, before, parts = sum(cuts), 0, []
    for cut in cuts:
        parts.append(money.portion(total, before=before, after=before + cut, whole=whole))
        before += cut

    assert sum(parts) == total
