"""Available to promise: who waits comes first, and what is overdue promises nothing."""

from datetime import date

import pytest

from services.inventory.domain.promising import Promise, Signal, Supply, promise

TODAY, SOON, LATE = date(2026, 12, 1), date(2026, 12, 4), date(2026, 12, 9)
OVERDUE = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("supply", "signal", "day"),
    [
        (Supply(free=9), Signal.IN_STOCK, TODAY),
        (Supply(free=9, low_below=10), Signal.TIGHT, TODAY),
        (Supply(free=4), Signal.TIGHT, None),
        (Supply(free=0), Signal.OUT_OF_STOCK, None),
        (Supply(free=9, backordered=9), Signal.OUT_OF_STOCK, None),
        (Supply(free=2, arrivals=[(SOON, 2), (LATE, 1)]), Signal.TIGHT, LATE),
        (Supply(free=0, backordered=3, arrivals=[(SOON, 5), (LATE, 5)]), Signal.OUT_OF_STOCK, LATE),
        (Supply(free=0, arrivals=[(OVERDUE, 9)]), Signal.OUT_OF_STOCK, None),
    ],
)
def test_a_promise_is_what_is_left_when_those_who_wait_have_theirs(supply, signal, day):
    """P-02, P-03."""
    assert promise(supply, 5, TODAY) == Promise(signal, day)
