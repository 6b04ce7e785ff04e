"""A year of the demo company: when orders are placed, by whom, and under which numbers."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from deploy.demo.year.seasons import YEAR, moments, sizes

ENDING = datetime(2026, 11, 9, tzinfo=UTC)


def _moments():
    return moments(20_000, ENDING, random.Random(1))


def test_a_year_lies_before_its_end_the_oldest_first():
    placed = _moments()

    assert placed == sorted(placed)
    assert ENDING - YEAR - timedelta(days=1) < placed[0] < ENDING - YEAR + timedelta(days=2)
    assert ENDING - timedelta(days=2) < placed[-1] < ENDING


def test_less_is_ordered_in_the_month_of_the_spring_festival_than_before_it():
    months = Counter(moment.month for moment in _moments())

    assert months[2] < 0.7 * months[1]


def test_nobody_orders_at_night_by_beijings_clock():
    hours = {(moment + timedelta(hours=8)).hour for moment in _moments()}

    assert hours <= {*range(8, 12), *range(13, 18), 20}


def test_the_largest_dealer_buys_many_times_what_the_smallest_does():
    dealers = [uuid4() for _ in range(30)]

    shares = sizes(dealers)

    assert shares[dealers[0]] > 20 * shares[dealers[-1]]
