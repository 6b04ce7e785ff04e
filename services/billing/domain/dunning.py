"""Dunning 催款: a ladder by the days that a dealer's oldest invoice is overdue."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.billing import DunningLevelReached, DunningSettled


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a dealer owes beyond its time, and the level that he was last told."""

    dealer_id: UUID
    salesperson_id: UUID | None
    overdue_minor: int
    days_overdue: int
    known_level: int


def level_of(days_overdue: int, ladder: Sequence[int]) -> int:
    """How many rungs are reached; `ladder`: the days from which each holds, rising."""
    return bisect_right(ladder, days_overdue)


def news(overdue: Overdue, ladder: Sequence[int]) -> DunningLevelReached | DunningSettled | None:
    """What is told: a level that is higher than before, or that nothing is overdue any more."""
    level = level_of(overdue.days_overdue, ladder)
    if level > overdue.known_level:
        return DunningLevelReached(
            dealer_id=overdue.dealer_id,
            salesperson_id=overdue.salesperson_id,
            level=level,
            overdue_minor=overdue.overdue_minor,
            days_overdue=overdue.days_overdue,
            stop_proposed=level == len(ladder),
        )
    if overdue.known_level and not level:
        return DunningSettled(dealer_id=overdue.dealer_id)
    return None
