"""Available to promise: what a new order would get of a SKU, and when (P-02)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Signal(StrEnum):
    """What everybody may know: enough 有货, little 紧张, nothing 缺货."""

    IN_STOCK = "IN_STOCK"
    TIGHT = "TIGHT"
    OUT_OF_STOCK = "OUT_OF_STOCK"


@dataclass(frozen=True, slots=True)
class Supply:
    """Of one SKU in one warehouse, base units; `arrivals` are those with a day, the first first.

    `free` is held for nobody; those who wait for `backordered` come first.
    """

    free: int = 0
    backordered: int = 0
    low_below: int = 0
    arrivals: Sequence[tuple[date, int]] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """`promised_on` is None where nobody knows."""

    signal: Signal
    promised_on: date | None


def promise(supply: Supply, quantity: int, today: date) -> Promise:
    """When so much would be there. What should have come already promises nothing."""
    left = supply.free - supply.backordered
    return Promise(_signal(supply, left, quantity), _day(supply, left, quantity, today))


def _signal(supply: Supply, left: int, quantity: int) -> Signal:
    if left <= 0:
        return Signal.OUT_OF_STOCK
    if left < quantity or left < supply.low_below:
        return Signal.TIGHT
    return Signal.IN_STOCK


def _day(supply: Supply, left: int, quantity: int, today: date) -> date | None:
    if left >= quantity:
        return today
    for day, coming in supply.arrivals:
        left += coming if day >= today else 0
        if left >= quantity:
            return day
    return None
