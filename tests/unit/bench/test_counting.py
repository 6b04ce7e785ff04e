"""What the benchmarks make of what they saw."""

import pytest

from tests.bench.figures import percentiles, steady_rate
from tests.bench.limit.__main__ import interval
from tests.bench.limit.shape import INTAKE, Sent, Work, _Row, _works
from tests.bench.overload import recovery_seconds


def test_the_steady_rate_leaves_out_the_ramp_and_the_tail():
    ramp, steady, tail = [0.0], [10 + n / 100 for n in range(1, 1_000)], [500.0]

    assert steady_rate([*ramp, *steady, *tail]) == pytest.approx(100, rel=0.01)


@pytest.mark.parametrize("moments", [[], [1.0], [2.0] * 50])
def test_without_a_span_of_time_there_is_no_rate(moments):
    assert steady_rate(moments) == 0.0


def test_a_percentile_is_one_of_the_values():
    assert percentiles(range(1, 101)) == {"p50": 51, "p95": 96, "p99": 100}


def test_it_has_recovered_when_no_later_window_is_bad():
    assert recovery_seconds([900, 100, 900, 150, 120], normal=100) == 15


def test_it_never_recovers_when_the_last_window_is_bad():
    assert recovery_seconds([100, 100, 201], normal=100) is None


def test_it_needs_no_recovery_when_no_window_is_bad():
    assert recovery_seconds([100, 199], normal=100) == 0


def test_the_interval_holds_the_median_and_nothing_beyond_the_values():
    low, high = interval([0.5, 0.6, 0.61, 0.62, 0.7])

    assert 0.5 <= low <= 0.61 <= high <= 0.7


def test_the_intake_inserts_its_rows_at_once_and_later_messages_write_them_again():
    sent = Sent("orders.order-submitted.v1", "orders.events", 1, b"{}")
    flow = {INTAKE: [sent], "a.b.v1": [], "c.d.v1": []}

    works = _works(flow, [_Row(100, 1.0), _Row(60, 5.0)], updates=7.0)

    assert works[INTAKE] == Work((44, 4, 4, 4, 4, 4), 0, (sent,))
    assert [works[taken].updates for taken in ("a.b.v1", "c.d.v1")] == [3, 4]


def test_a_service_without_intake_spreads_its_rows_over_what_it_takes():
    works = _works({"a.b.v1": [], "c.d.v1": []}, [_Row(56, 5.0)], updates=9.0)

    assert [len(work.rows) for work in works.values()] == [2, 3]
    assert [work.updates for work in works.values()] == [0, 2]
