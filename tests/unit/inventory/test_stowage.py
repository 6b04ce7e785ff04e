"""Where goods are taken from: first expired, first out, and nothing that must not leave."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inventory.domain import stowage
from services.inventory.domain.fulfilment import Pick
from services.inventory.domain.stowage import Lying, Stowed
from tests.builders.inventory import MAIN

PLACE = (MAIN, "A")
DAY = date(2026, 12, 1)


def a_lot(days, free=10, bin_="", lot=None):
    """Of which the last day is so many days from now."""
    return Stowed(bin_, lot or f"L{days}", free, DAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("moment", "is_good"),
    [("2026-12-24T15:59:59Z", True), ("2026-12-24T16:00:00Z", False)],
)
def test_a_lot_is_good_until_midnight_of_its_last_day_in_the_warehouse(moment, is_good):
    """E-26: 23:59:59 and 00:00:00 in Shanghai."""
    lot = Stowed("", "L1", 1, date(2026, 12, 24))

    assert stowage.good(lot, stowage.today(datetime.fromisoformat(moment))) is is_good


def test_what_expires_first_leaves_first():
    """P-24."""
    lying = Lying({PLACE: [a_lot(30), a_lot(10, bin_="B2"), a_lot(10, bin_="B1", free=1)]})

    taken = lying.take(PLACE, 12, stowage.takes(DAY))

    assert taken == (Pick("B1", "L10", 1), Pick("B2", "L10", 10), Pick("", "L30", 1))


def test_what_has_expired_or_lives_too_short_for_the_dealer_stays():
    """P-24, E-26: on the last of his days it is good enough."""
    lots = [a_lot(-1), a_lot(0), a_lot(29), a_lot(30)]

    anybody = Lying({PLACE: lots}).take(PLACE, 100, stowage.takes(DAY))
    choosy = Lying({PLACE: lots}).take(PLACE, 100, stowage.takes(DAY, 30))

    assert [one.lot for one in anybody] == ["L0", "L29", "L30"]
    assert [one.lot for one in choosy] == ["L30"]


def test_goods_of_no_known_lot_do_not_leave_where_the_lot_is_asked_for():
    unknown = Stowed("", "", 5, lot_unknown=True)

    assert Lying({PLACE: [unknown]}).take(PLACE, 1, stowage.takes(DAY)) == ()
    assert stowage.good(Stowed("B1", "", 5), DAY)


@given(
    st.lists(st.tuples(st.integers(-5, 60), st.integers(0, 9)), max_size=6),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40)), max_size=4),
)
def test_nothing_is_taken_twice_and_no_sooner_expiry_is_left(lots, asks):
    """P-24."""
    rows = [a_lot(days, free, lot=f"{no}") for no, (days, free) in enumerate(lots)]
    lying = Lying({PLACE: rows})
    free = {row.lot: row.free for row in rows}

    for quantity, days_min in asks:
        fit = stowage.takes(DAY, days_min)
        fitting = [row for row in rows if fit(row)]
        there = sum(free[row.lot] for row in fitting)

        picks = lying.take(PLACE, quantity, fit)

        for pick in picks:
            free[pick.lot] -= pick.quantity
        last = max(
            (row.expires_on for row in fitting for p in picks if p.lot == row.lot), default=DAY
        )
        assert sum(pick.quantity for pick in picks) == min(quantity, there)
        assert all(rest >= 0 for rest in free.values())
        assert not any(free[row.lot] for row in fitting if row.expires_on < last)
