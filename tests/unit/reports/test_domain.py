"""Folding events into the summary of an order: no order of arrival may matter."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.orders import Hold
from services.reports.domain import BECOMES, CLOSED_SHORT, STEPS, TOLD, Fact, newest, summarize
from services.reports.texts import EVENTS, STATUSES
from services.reports.texts import STEPS as WORDS
from tests.builders.events import Story, a_dealer_state, a_product_state

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def facts_of(events):
    return [Fact(event, uuid4(), NOON + timedelta(minutes=n)) for n, event in enumerate(events)]


HISTORY = facts_of(Story().whole_life())


@given(st.permutations(HISTORY))
@settings(max_examples=200)
def test_a_batch_says_the_same_in_any_order(shuffled):
    assert summarize(shuffled) == summarize(HISTORY)


def test_a_whole_life_ends_completed_with_the_time_of_each_step():
    (summary,) = summarize(HISTORY)

    assert (summary.status, summary.total_minor) == ("COMPLETED", 100_000)
    assert set(summary.reached) == set(STEPS) - {"ended"}
    assert summary.reached["submitted"] == NOON


def test_an_order_of_which_a_part_was_given_up_ends_closed_short():
    story = Story()

    (summary,) = summarize(facts_of([story.submitted(), story.completed(closed_short=True)]))

    assert summary.status == "CLOSED_SHORT"


def test_a_hold_is_known_until_it_is_released():
    story = Story()
    events = [story.submitted(), story.held(Hold.CREDIT), story.hold_released(Hold.CREDIT)]

    (held,) = summarize(facts_of(events[:2]))
    (released,) = summarize(facts_of(events))

    assert (held.hold, released.hold) == ("CREDIT", None)


def test_an_invoice_counts_for_the_order_that_it_names():
    story = Story(number="DD-2611-000007")

    (summary,) = summarize(facts_of([story.invoiced()]))

    assert (summary.order_id, summary.number) == (story.order_id, "DD-2611-000007")


def test_every_event_every_state_and_every_step_has_its_words():
    assert set(STEPS) == set(WORDS)
    assert {event.type for event in TOLD} == set(EVENTS)
    assert set(BECOMES.values()) | {"ON_HOLD", CLOSED_SHORT} == set(STATUSES)


def test_of_states_of_one_thing_only_the_newest_is_left():
    dealer = uuid4()
    old, new = (a_dealer_state(dealer, "甲", version=version) for version in (1, 2))
    product = a_product_state("A", "云锁")

    assert newest([new, product, old]) == [new, product]
