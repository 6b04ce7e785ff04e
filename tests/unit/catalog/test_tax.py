"""Rates by date: the one that holds, the next one, and none for the past."""

from datetime import timedelta

import pytest

from services.catalog.domain import pricing, tax
from services.catalog.domain.tax import EVER, TaxClass, TaxRate, TaxRateInThePast
from tests.builders.catalog import (
    DAY,
    NOON,
    a_published_list,
    an_article,
    an_ask,
    breaks,
    knowledge,
)

GOODS = TaxClass("GOODS", "货物", "Goods", (TaxRate(EVER, 1_700), TaxRate(NOON, 1_300)))


def test_a_rate_holds_from_its_first_moment_on():
    moment = timedelta(microseconds=1)

    held = [tax.rate_at(GOODS.rates, at, own=1) for at in (NOON - moment, NOON, NOON + DAY)]

    assert held == [1_700, 1_300, 1_300]
    assert tax.rate_at((), NOON, own=900) == 900
    assert [tax.next_change(GOODS.rates, at) for at in (NOON - moment, NOON)] == [NOON, None]


def test_a_rate_never_holds_for_the_past_and_takes_the_place_of_one_of_the_same_moment():
    later = tax.with_rate(GOODS, TaxRate(NOON + DAY, 900), NOON)
    instead = tax.with_rate(later, TaxRate(NOON + DAY, 600), NOON)

    assert instead.rates == (*GOODS.rates, TaxRate(NOON + DAY, 600))
    with pytest.raises(TaxRateInThePast):
        tax.with_rate(GOODS, TaxRate(NOON - DAY, 900), NOON)


def test_lines_are_taxed_as_of_the_time_of_their_order():
    """P-05, domain rule 5.8: the tax rate is that of the class at the date of the order."""
    dealer, one = object(), a_published_list(published_at=EVER, valid_from=EVER)
    known = knowledge(
        dealer,
        one,
        entries=[(one, {"A": breaks(from_1="100")})],
        articles={"A": an_article(rates=GOODS.rates)},
    )

    before, after = pricing.price([an_ask(dealer, NOON - DAY, A=1), an_ask(dealer, A=1)], known)

    assert [(line.tax_rate_bp, line.tax_minor) for line in before.lines] == [(1_700, 1_453)]
    assert [(line.tax_rate_bp, line.tax_minor) for line in after.lines] == [(1_300, 1_150)]
    assert (before.taxed_until, after.taxed_until) == (NOON, None)
