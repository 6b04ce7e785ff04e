"""A circuit breaker: a service that does not answer is left alone for a while."""

from __future__ import annotations


class Breaker:
    """Opens after failures in a row; then, each time the pause is over, one request may try.

    Times are seconds of any clock that only goes forward.
    """

    def __init__(self, *, failures_max: int, pause_seconds: float) -> None:
        self._failures_max, self._pause_seconds = failures_max, pause_seconds
        self._failures = 0
        self._closed_again_at = 0.0

    def may_try(self, now: float) -> bool:
        """Whether a request may go through now."""
        if self._failures < self._failures_max:
            return True
        if now < self._closed_again_at:
            return False
        self._closed_again_at = now + self._pause_seconds  # this one tries, the others wait for it
        return True

    def succeeded(self) -> None:
        """The service answered, whatever it said."""
        self._failures = 0

    def failed(self, now: float) -> None:
        """The service could not be reached, or was silent for too long."""
        self._failures += 1
        if self._failures >= self._failures_max:
            self._closed_again_at = now + self._pause_seconds
