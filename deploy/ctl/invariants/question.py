"""The two forms of a question: to one database, or to two whose answers must agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Invariant:
    """`sql` yields one row per thing looked at: what it is, and its fault or null."""

    id: str
    sentence: str
    database: str
    sql: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both statements yield rows of a key and a value; the same keys must have the same values.

    `left` decides which keys are looked at, unless `both` says that the right one has no others.
    """

    id: str
    sentence: str
    left: tuple[str, str]
    """Database and SQL."""
    right: tuple[str, str]
    both: bool = False


Question: TypeAlias = "Invariant | Comparison"
