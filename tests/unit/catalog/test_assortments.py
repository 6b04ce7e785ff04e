"""Who may buy what: a denial wins, and whom an allowance names buys nothing else (P-11)."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import uuid7
from services.catalog.domain import assortments as domain
from services.catalog.domain import pricing, rules
from services.catalog.domain.assortments import (
    EVERYTHING,
    Effect,
    NotInAssortment,
    Rule,
)
from services.catalog.domain.audience import EVERYBODY, Audience, audiences
from services.catalog.domain.rules import RuleInThePast
from tests.builders.catalog import (
    DAY,
    NOON,
    a_held_rule,
    a_published_list,
    an_article,
    an_ask,
    breaks,
    knowledge,
)

DEALER = uuid4()
NEAREST = audiences(DEALER, "CITY", "浙江省")
SHELVES = {"A": "WJ", "B": "WJ", "C": "GJ"}
ALLOW, DENY = Effect.ALLOW, Effect.DENY


def sold(*rules, at=NOON):
    assortment = domain.resolver(rules)(NEAREST, at)
    return {sku for sku, category in SHELVES.items() if assortment.sells(sku, category)}


def test_everybody_may_buy_everything_where_no_rule_is():
    assert sold() == set("ABC")
    assert domain.resolver([])(NEAREST, NOON) is EVERYTHING


@pytest.mark.parametrize(
    "audience",
    [
        EVERYBODY,
        Audience("CITY"),
        Audience(province="浙江省"),
        Audience("CITY", "浙江省"),
        Audience(dealer_id=DEALER),
    ],
)
def test_a_rule_holds_for_all_whom_it_names(audience):
    assert sold(a_held_rule(DENY, audience, sku="A")) == {"B", "C"}
    assert sold(a_held_rule(DENY, audience, categories={"WJ"})) == {"C"}
    assert sold(a_held_rule(ALLOW, audience, categories={"WJ"})) == {"A", "B"}


@pytest.mark.parametrize(
    "audience",
    [
        Audience("COUNTY"),
        Audience(province="江苏省"),
        Audience("CITY", "江苏省"),
        Audience("COUNTY", "浙江省"),
        Audience(dealer_id=uuid4()),
    ],
)
def test_a_rule_for_others_means_nothing(audience):
    assert sold(a_held_rule(DENY, audience, sku="A")) == set("ABC")
    assert sold(a_held_rule(ALLOW, audience, sku="A")) == set("ABC")


RULES = st.builds(
    a_held_rule,
    st.sampled_from(Effect),
    st.sampled_from([*NEAREST, Audience("COUNTY"), Audience(dealer_id=uuid4())]),
    sku=st.none() | st.sampled_from("ABC"),
    categories=st.sets(st.sampled_from(["WJ", "GJ"]), max_size=1),
    since=st.sampled_from([NOON - DAY, NOON, NOON + DAY]),
    ended_at=st.sampled_from([None, NOON, NOON + 2 * DAY]),
)


@given(st.lists(RULES, max_size=6))
def test_a_denial_wins_and_an_allowance_limits(rules):
    """P-11."""
    held = [
        rule
        for rule in rules
        if rule.audience in NEAREST
        and rule.since <= NOON
        and (rule.ended_at is None or rule.ended_at > NOON)
    ]
    named = {
        effect: {
            sku
            for rule in held
            if rule.effect is effect
            for sku, category in SHELVES.items()
            if sku == rule.sku or category in rule.categories
        }
        for effect in Effect
    }
    limited = any(rule.effect is ALLOW for rule in held)

    expected = (named[ALLOW] if limited else set("ABC")) - named[DENY]
    assert sold(*rules) == expected


def test_a_rule_holds_from_its_beginning_up_to_its_end():
    rule = a_held_rule(DENY, sku="A", since=NOON, ended_at=NOON + DAY)

    held = ["A" not in sold(rule, at=NOON + hours * DAY / 24) for hours in (-1, 0, 23, 24)]

    assert held == [False, True, True, False]


def test_what_is_not_sold_to_a_dealer_is_refused_by_name():
    city = a_published_list()
    known = knowledge(
        DEALER,
        city,
        entries=[(city, {sku: breaks(from_1="1") for sku in "ABC"})],
        articles={sku: an_article(category=shelf) for sku, shelf in SHELVES.items()},
        rules=[a_held_rule(DENY, Audience("CITY"), categories={"WJ"})],
    )

    [refused, priced] = pricing.price([an_ask(DEALER, A=1, B=1, C=1), an_ask(DEALER, C=1)], known)

    assert isinstance(refused, NotInAssortment)
    assert (refused.slug, refused.facts) == ("not-in-assortment", {"skus": ["A", "B"]})
    assert priced.total_minor == 100


def test_a_rule_cannot_begin_in_the_past_and_ends_once():
    rule = Rule(uuid7(), DENY, EVERYBODY, "A", None, "停售", NOON, uuid4())
    one, two = uuid4(), uuid4()

    ended = rules.end(rule, by=one, now=NOON + DAY)

    with pytest.raises(RuleInThePast):
        rules.start(rule, NOON + DAY)
    assert rules.end(ended, by=two, now=NOON + 2 * DAY) == ended
    assert rules.end(rule, by=one, now=NOON - DAY).ended_at == NOON
