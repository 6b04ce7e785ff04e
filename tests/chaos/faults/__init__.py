"""All faults from outside, by subject; the crash points are in `crashes`."""

from tests.chaos.faults import crashes, locks, messages, power, processes, servers

FAULTS = (
    *processes.FAULTS,
    *servers.FAULTS,
    *locks.FAULTS,
    *messages.FAULTS,
    *power.FAULTS,
)

__all__ = ["FAULTS", "crashes"]
