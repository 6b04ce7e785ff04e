"""Who used how much of the processors, by the operating system's own accounting."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import psutil

from deploy.local import state

SERVERS = ("postgres", "kafka")


def cpu_seconds(run: Path) -> dict[str, float]:
    """User and system seconds so far, by process of the suite; children included."""
    known = state.read(run)
    if known is None:
        return {}
    return {one.name: _of(one.pid) for one in known.processes if one.pid}


def memory_mib(run: Path) -> dict[str, int]:
    """Resident memory now, by process; of PostgreSQL its main process only."""
    known = state.read(run)
    if known is None:
        return {}
    return {
        one.name: psutil.Process(one.pid).memory_info().rss >> 20
        for one in known.processes
        if one.pid
    }


def used(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Seconds between two readings."""
    return {name: after[name] - before.get(name, 0.0) for name in after}


def _of(pid: int) -> float:
    process = psutil.Process(pid)
    own = process.cpu_times()
    living = (child.cpu_times() for child in process.children(recursive=True))
    return float(
        own.user
        + own.system
        + own.children_user
        + own.children_system
        + sum(times.user + times.system for times in living)
    )
