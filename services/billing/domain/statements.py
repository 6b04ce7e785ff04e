"""Statements of account 对账单: what a dealer owes by age, and the days that a period spans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from chassis.clock import BUSINESS_TIME

DAYS_MAX = 366
LINES_MAX = 10_000
"""A statement is answered whole; a dealer with more in a period asks for shorter ones."""


@dataclass(frozen=True, slots=True)
class Period:
    """Business days, both included."""

    first: date
    last: date

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.first, time(), BUSINESS_TIME)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), BUSINESS_TIME)


@dataclass(frozen=True, slots=True)
class Aging:
    """What is owed, by the days since it was invoiced, in minor units."""

    days_0_30_minor: int = 0
    days_31_60_minor: int = 0
    days_61_90_minor: int = 0
    over_90_days_minor: int = 0


def aged(owed: Iterable[tuple[date, int]], on: date) -> Aging:
    """Sort amounts by how long ago they were invoiced, seen on a day."""
    sums = [0, 0, 0, 0]
    for invoiced_on, amount_minor in owed:
        days = (on - invoiced_on).days
        sums[min(max(0, days - 1) // 30, 3)] += amount_minor
    return Aging(*sums)
