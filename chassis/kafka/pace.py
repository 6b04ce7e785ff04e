"""How many messages to take at once, and whether to wait for more."""

from __future__ import annotations

from dataclasses import dataclass

SIZE_MIN, SIZE_MAX = 256, 1_000
"""A batch costs mostly the same whatever its size, so a small one never helps a busy machine: with
a least size of 32 a slow moment made batches small, which made the machine slower, for good."""
TARGET_SECONDS = 0.5
"""A batch that takes longer holds its locks too long."""
FULL = 128
"""Batches below this size are worth waiting for while more keeps coming."""
LINGER_SECONDS = 0.02


@dataclass(slots=True)
class Pace:
    """Grows slowly while full batches are quick, shrinks fast when they are slow (AIMD)."""

    size: int = 500
    linger_seconds: float = 0.0

    def note(self, messages: int, seconds: float) -> None:
        """Learn from a batch."""
        if seconds > 2 * TARGET_SECONDS:
            self.size = max(SIZE_MIN, self.size * 3 // 4)
        elif messages >= self.size and seconds < TARGET_SECONDS:
            self.size = min(SIZE_MAX, self.size + SIZE_MIN)
        self.linger_seconds = LINGER_SECONDS if 1 < messages < FULL else 0.0
