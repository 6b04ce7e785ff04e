"""How often somebody may ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.proxy.limits import SWEEP_MIN, Limit

TIMES = st.lists(st.floats(0, 100, allow_nan=False), max_size=200).map(sorted)


def test_all_of_a_limit_may_be_used_at_once_and_then_comes_back_one_by_one():
    limit = Limit(3, 60)

    assert [limit.count("a", 0.0).left for _ in range(3)] == [2, 1, 0]
    assert not limit.count("a", 0.0).allowed
    assert not limit.count("a", 19.9).allowed
    assert limit.count("a", 20.0).allowed
    assert not limit.count("a", 20.0).allowed


def test_who_is_refused_learns_when_one_more_is_allowed():
    limit = Limit(3, 60)
    for _ in range(3):
        limit.count("a", 0.0)

    refused = limit.count("a", 5.0)

    assert refused.seconds == pytest.approx(15.0)
    assert limit.count("a", 5.0 + refused.seconds).allowed


def test_one_caller_does_not_use_up_what_is_anothers():
    limit = Limit(1, 60)
    limit.count("a", 0.0)

    assert limit.count("b", 0.0).allowed


def test_what_is_forgotten_is_there_again():
    limit = Limit(1, 60)
    limit.count("a", 0.0)

    limit.clear("a")

    assert limit.count("a", 0.0).allowed


@given(TIMES, st.integers(1, 20))
def test_no_window_ever_holds_more_than_twice_the_amount_and_the_rate_holds_in_the_long_run(
    times, amount
):
    limit, window = Limit(amount, 10), 10.0

    allowed = [time for time in times if limit.count("a", time).allowed]

    for start in allowed:
        in_window = sum(start <= time < start + window for time in allowed)
        assert in_window <= 2 * amount
    if allowed:
        span = allowed[-1] - allowed[0]
        assert len(allowed) <= amount + span / window * amount + 1


@given(TIMES)
def test_who_keeps_to_the_rate_is_never_refused(times):
    limit = Limit(10, 10)
    spaced = [time + n for n, time in enumerate(times)]

    assert all(limit.count("a", time).allowed for time in spaced)


def test_callers_who_asked_long_ago_are_forgotten():
    limit = Limit(10, 10)

    for n in range(5 * SWEEP_MIN):
        limit.count(f"caller-{n}", float(n))

    assert len(limit._used_until) <= SWEEP_MIN + 1
