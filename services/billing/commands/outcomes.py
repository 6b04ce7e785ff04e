"""What an ask of a batch came to."""

from __future__ import annotations

from typing import Protocol

from chassis.errors import DomainError, NotFound
from chassis.http import StaleVersion

Outcome = DomainError | None
"""Why something was refused; None: it was done."""


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


def missing_or_stale(known: Versioned | None, version: int | None) -> Outcome:
    """Why nothing can be done with it: it is not there, or another than the caller saw."""
    if known is None:
        return NotFound()
    if version not in {None, known.version}:
        return StaleVersion(current_version=known.version)
    return None
