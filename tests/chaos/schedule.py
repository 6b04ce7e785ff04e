"""Which faults a run injects, in an order that its seed decides."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos.fault import Fault
from tests.chaos.faults import FAULTS, crashes


@dataclass(frozen=True, slots=True)
class Level:
    """How often everything happens, and how many orders there are at least."""

    crashes: int
    """Of each crash point, in another service each time."""
    faults: int
    """Of each other fault."""
    dear: int
    """Of each that takes long."""
    orders: int


LEVELS = {1: Level(1, 1, 1, 5_000), 2: Level(5, 4, 3, 30_000)}


class UnknownFault(Exception):
    """No fault has such a name."""


def schedule(level: Level, chance: random.Random, only: Sequence[str]) -> list[Fault]:
    """All of a level; with `only` those whose names begin so, once. Raises UnknownFault."""
    planned: list[Fault] = []
    for places in crashes.faults().values():
        first = chance.randrange(len(places))
        planned += [places[(first + turn) % len(places)] for turn in range(level.crashes)]
    for fault in FAULTS:
        planned += [fault] * (level.dear if fault.dear else level.faults)
    if only:
        planned = [one for one in (*FAULTS, *_crashes()) if one.name.startswith(tuple(only))]
    if not planned:
        raise UnknownFault(", ".join(only))
    chance.shuffle(planned)
    return planned


def _crashes() -> list[Fault]:
    return [fault for places in crashes.faults().values() for fault in places]
