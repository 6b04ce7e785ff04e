"""P-06: the nearest rule wins for each limit, and what breaks one is told how to meet all."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from contracts.catalog import OrderRule
from services.catalog.domain import pricing
from services.catalog.domain.audience import Audience
from services.catalog.domain.order_rules import Limits, OrderRuleBroken, limits_resolver
from tests.builders.catalog import (
    DAY,
    NOON,
    a_published_list,
    an_article,
    an_ask,
    breaks,
    held_limits,
    knowledge,
)

DEALER = UUID(int=7)
NEAREST = (Audience(dealer_id=DEALER), Audience("CITY", "浙江省"), Audience("CITY"), Audience())


def price(*limits, at=NOON, **quantities):
    city = a_published_list()
    prices = {sku: breaks(from_1="10") for sku in "AB"}
    articles = {sku: an_article(category="WJ") for sku in "AB"}
    known = knowledge(DEALER, city, entries=[(city, prices)], articles=articles, limits=limits)
    [outcome] = pricing.price([an_ask(DEALER, at, **quantities)], known)
    return outcome


def broken(outcome):
    assert isinstance(outcome, OrderRuleBroken), outcome
    return [(one.line_no, one.rule, one.limit, one.suggested) for one in outcome.faults]


def test_each_line_that_breaks_a_rule_is_told_the_limit_and_a_quantity_that_meets_all():
    rules = [held_limits(sku="A", minimum=24, multiple=12), held_limits(sku="B", maximum=50)]

    outcome = price(*rules, A=5, B=51)

    assert broken(outcome) == [(1, OrderRule.MINIMUM, 24, 24), (2, OrderRule.MAXIMUM, 50, 50)]
    assert outcome.facts["skus"] == ["A", "B"]
    assert [one["pointer"] for one in outcome.facts["faults"]] == [
        "/lines/0/quantity",
        "/lines/1/quantity",
    ]
    assert broken(price(*rules, A=30)) == [(1, OrderRule.MULTIPLE, 12, 36)]
    assert price(*rules, A=36, B=50).total_minor == 86_000


def test_an_order_that_comes_to_too_little_is_told_by_how_much():
    least = held_limits(order_minimum_minor=10_000)

    outcome = price(least, A=9)

    [fault] = outcome.faults
    assert (fault.rule, fault.limit, fault.asked) == (OrderRule.ORDER_MINIMUM, 10_000, 9_000)
    assert outcome.facts["faults"][0]["pointer"] == "/lines"
    assert price(least, A=10).total_minor == 10_000


def test_for_each_limit_the_nearest_rule_wins_by_itself():
    rules = [
        held_limits(minimum=2, maximum=99),
        held_limits(Audience("CITY"), categories=frozenset({"WJ"}), minimum=10, multiple=5),
        held_limits(Audience("CITY"), sku="A", multiple=6),
        held_limits(Audience(dealer_id=DEALER), minimum=1),
        held_limits(Audience("COUNTY"), minimum=1_000),
        held_limits(Audience(dealer_id=UUID(int=8)), minimum=1_000),
    ]

    limits = limits_resolver(rules)(NEAREST, NOON)

    assert limits.of("A", "WJ") == Limits(minimum=1, multiple=6, maximum=99)
    assert limits.of("B", "WJ") == Limits(minimum=1, multiple=5, maximum=99)
    assert limits.of("B", "GJ") == Limits(minimum=1, multiple=None, maximum=99)


def test_of_equally_near_rules_the_one_that_began_last_wins():
    rules = [held_limits(minimum=5), held_limits(minimum=3, since=NOON - DAY / 2)]

    assert limits_resolver(rules)(NEAREST, NOON).of("A", "WJ").minimum == 3


def test_a_rule_judges_what_is_ordered_while_it_holds():
    rule = held_limits(minimum=5, since=NOON, ended_at=NOON + DAY)

    before, during, after = (price(rule, at=at, A=1) for at in (NOON - DAY / 9, NOON, NOON + DAY))

    assert isinstance(during, OrderRuleBroken)
    assert before.total_minor == after.total_minor == 1_000


LIMITS = st.builds(
    Limits,
    minimum=st.none() | st.integers(1, 40),
    multiple=st.none() | st.integers(1, 12),
    maximum=st.none() | st.integers(1, 60),
)


def meets(quantity, limits):
    return (
        quantity >= (limits.minimum or 1)
        and quantity % (limits.multiple or 1) == 0
        and quantity <= (limits.maximum or quantity)
    )


@given(LIMITS, st.integers(1, 80))
def test_what_is_suggested_meets_every_limit_and_nothing_nearer_above_does(limits, quantity):
    fitting = [one for one in range(1, 200) if meets(one, limits)]
    above = [one for one in fitting if one >= quantity]

    assert limits.nearest(quantity) == (min(above) if above else max(fitting, default=None))
    assert limits.contradiction == (not fitting)


@given(LIMITS, st.integers(1, 80))
def test_an_order_is_priced_exactly_when_its_quantity_meets_the_limits(limits, quantity):
    rule = held_limits(
        sku="A", minimum=limits.minimum, multiple=limits.multiple, maximum=limits.maximum
    )

    assert isinstance(price(rule, A=quantity), OrderRuleBroken) != meets(quantity, limits)
