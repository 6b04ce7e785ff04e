"""A fault as a row of a table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.chaos.ground import Ground


@dataclass(frozen=True, slots=True)
class Fault:
    """`inject` returns when the fault is over; from then on nobody helps."""

    name: str
    sentence: str
    inject: Callable[[Ground], Awaitable[None]]
    dear: bool = False
    """Takes a minute or more, so it is injected less often."""
