"""How fast this machine is just now."""

from __future__ import annotations

import time
from statistics import median

TURNS = 1_000_000
ORDINARY_NS = 60
"""A turn of the loop on the machine for which limits in seconds were chosen."""


def python_loop_ns() -> int:
    """CPU time of one turn of a bare loop.

    Shared machines differ by more than a factor of two from one hour to the next. Figures of two
    runs compare only where this is about the same.
    """
    return round(median(_turn() for _ in range(5)))


def slowness() -> float:
    """By how much a limit in seconds must be stretched here; never less than one."""
    return max(1.0, python_loop_ns() / ORDINARY_NS)


def _turn() -> float:
    began = time.process_time_ns()
    total = 0
    for number in range(TURNS):
        total += number
    return (time.process_time_ns() - began) / TURNS
