"""Whether a part of the process works, for readiness: it may stumble, but not lie down."""

from __future__ import annotations

import time


class Pulse:
    """Of one part that runs for ever; red once its faults have lasted `patience_seconds`."""

    def __init__(self, patience_seconds: float) -> None:
        self._patience_seconds = patience_seconds
        self._ill_since: float | None = None
        self._fault = ""

    def well(self) -> None:
        """Its work succeeds."""
        self._ill_since = None

    def ill(self, fault: object) -> None:
        """Its work just failed, and will be tried again."""
        self._fault = str(fault)
        if self._ill_since is None:
            self._ill_since = time.monotonic()

    async def check(self) -> str | None:
        """What is wrong, or None."""
        if self._ill_since is None:
            return None
        lasted = time.monotonic() - self._ill_since
        return f"{self._fault} (for {lasted:.0f} s)" if lasted >= self._patience_seconds else None
