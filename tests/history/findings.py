"""What a checker found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation: which promise, of what, and how."""

    checker: str
    subject: str
    fault: str

    def __str__(self) -> str:
        return f"{self.checker}: {self.subject}: {self.fault}"
