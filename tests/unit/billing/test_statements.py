"""What is owed is sorted by how long ago it was invoiced."""

from datetime import date, timedelta

import pytest

from services.billing.domain.statements import Aging, aged

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, Aging(1, 0, 0, 0)),
        (30, Aging(1, 0, 0, 0)),
        (31, Aging(0, 1, 0, 0)),
        (60, Aging(0, 1, 0, 0)),
        (61, Aging(0, 0, 1, 0)),
        (90, Aging(0, 0, 1, 0)),
        (91, Aging(0, 0, 0, 1)),
        (900, Aging(0, 0, 0, 1)),
    ],
)
def test_an_amount_stands_in_the_bucket_of_its_age(days, expected):
    owed = [(TODAY - timedelta(days=days), 1)]

    assert aged(owed, TODAY) == expected


def test_amounts_of_one_bucket_add_up():
    owed = [(TODAY, 1), (TODAY - timedelta(days=3), 2), (TODAY - timedelta(days=45), 4)]

    assert aged(owed, TODAY) == Aging(3, 4, 0, 0)
