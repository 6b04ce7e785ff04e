"""When a year's orders are placed, and by whom; pure."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from uuid import UUID

from deploy.history import Copy, Numbers, Original

YEAR = timedelta(days=365)
MONTHS = (1.15, 0.55, 0.9, 1.0, 1.0, 1.2, 0.85, 0.8, 1.2, 1.15, 1.5, 1.0)
"""From January: before and after the Spring Festival, 618, autumn's best months, Double 11."""
WEEKDAYS = (1.2, 1.1, 1.0, 1.0, 1.0, 0.5, 0.15)
HOURS = {8: 1.0, 9: 3.0, 10: 4.0, 11: 3.0, 13: 1.5, 14: 3.0, 15: 4.0, 16: 3.0, 17: 2.0, 20: 0.5}
"""By Beijing's clock."""
BEIJING = timedelta(hours=8)
GROWTH = 0.25
"""By so much more is sold at the end of the year than at its beginning."""
STEEPNESS = 1.1
"""The n-th largest dealer buys what the largest does, divided by n to the power of this."""
HOURS_TAKEN = (20.0, 200.0)
"""From an order to its payment."""
FIRST_NUMBER = 5_000_001
"""Beyond the running numbers of what is ordered in the suite."""


def sizes(dealers: Sequence[UUID]) -> dict[UUID, float]:
    """How much of the business each dealer is; the largest first."""
    return {dealer: (rank + 1) ** -STEEPNESS for rank, dealer in enumerate(dealers)}


def moments(orders: int, ending: datetime, chance: random.Random) -> list[datetime]:
    """When they were placed, the oldest first."""
    days = [ending - YEAR + timedelta(days=day) for day in range(YEAR.days)]
    weights = [_weight(day, place / YEAR.days) for place, day in enumerate(days)]
    chosen = chance.choices(days, weights, k=orders)
    return sorted(_at_work(day, chance) for day in chosen)


def plan(
    originals: Sequence[Original],
    shares: Mapping[UUID, float],
    placed: Sequence[datetime],
    numbers: Numbers,
    first_number: int,
    chance: random.Random,
) -> Iterator[Copy]:
    """One copy for each moment, of an order of a dealer of that share of the business."""
    places: dict[UUID, list[int]] = {}
    for place, original in enumerate(originals):
        places.setdefault(original.dealer_id, []).append(place)
    dealers = list(places)
    until = list(accumulate(shares[dealer] for dealer in dealers))
    for running, began in enumerate(placed, first_number):
        dealer = dealers[bisect(until, chance.random() * until[-1])]
        original = originals[place := chance.choice(places[dealer])]
        taken = timedelta(hours=chance.uniform(*HOURS_TAKEN))
        yield Copy(
            *(place, began, taken / (original.ended - original.began), chance.getrandbits(47)),
            f"XS{began:%y%m}-{running:07}",
            numbers.take(original.shipment_number, began),
            numbers.take(original.invoice_number, began),
            numbers.take(original.receipt_number, began) if original.receipt_number else None,
        )


def _weight(day: datetime, passed: float) -> float:
    return MONTHS[day.month - 1] * WEEKDAYS[day.weekday()] * (1 + GROWTH * passed)


def _at_work(day: datetime, chance: random.Random) -> datetime:
    (hour,) = chance.choices(list(HOURS), list(HOURS.values()))
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(hours=hour, seconds=chance.uniform(0, 3_600)) - BEIJING
