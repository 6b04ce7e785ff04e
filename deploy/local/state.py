"""What the supervisor tells others: its own life by a lock, that of its processes by a file."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Literal

import psutil

Phase = Literal["starting", "ready", "failed", "stopping"]


@dataclass(slots=True)
class Process:
    """One supervised process, as last seen."""

    name: str
    port: int
    pid: int | None = None
    started_at: float = 0.0
    """By the clock of the kernel, so that a process id used again is not taken for it."""
    restarts: int = 0
    exit_code: int | None = None
    """How it ended the last time; negative: by this signal."""


@dataclass(slots=True)
class State:
    """The whole suite, as last seen."""

    phase: Phase
    supervisor: int
    processes: list[Process]
    reason: str = ""
    """Why it failed."""


def write(run: Path, state: State) -> None:
    """Whole or not at all: readers never see half of it. Each process gets a pid file as well."""
    draft = run / f"state.{os.getpid()}"
    draft.write_text(json.dumps(asdict(state)))
    draft.replace(run / "state.json")
    for process in state.processes:
        pid_file = run / f"{process.name}.pid"
        if process.pid:
            pid_file.write_text(f"{process.pid}\n")
        else:
            pid_file.unlink(missing_ok=True)


def read(run: Path) -> State | None:
    try:
        raw = json.loads((run / "state.json").read_text())
    except FileNotFoundError:
        return None
    return State(**raw | {"processes": [Process(**process) for process in raw["processes"]]})


def ask_once(run: Path, name: str, environment: Mapping[str, str]) -> None:
    """What the environment of a process is to say besides, at its next start only."""
    draft = run / f"{name}.once.{os.getpid()}"
    draft.write_text(json.dumps(dict(environment)))
    draft.replace(run / f"{name}.once")


def take_once(run: Path, name: str) -> dict[str, str]:
    """What was asked for, and is forgotten by this."""
    asked = run / f"{name}.once"
    try:
        environment: dict[str, str] = json.loads(asked.read_text())
    except FileNotFoundError:
        return {}
    asked.unlink()
    return environment


def supervised(run: Path) -> bool:
    """Whether a supervisor lives; its lock falls with it, however it ends."""
    if not run.is_dir():
        return False
    with _lock_file(run) as handle:
        return not _acquire(handle)


@contextmanager
def supervising(run: Path) -> Generator[bool]:
    """Hold the lock for the length of the block; whether it was to be had."""
    with _lock_file(run) as handle:
        yield _acquire(handle)


def still_runs(process: Process) -> bool:
    """Whether this very process lives."""
    return process.pid is not None and abs(start_time(process.pid) - process.started_at) < 1


def start_time(pid: int) -> float:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return 0.0


@contextmanager
def _lock_file(run: Path) -> Generator[IO[str]]:
    with (run / "supervisor.lock").open("a") as handle:
        yield handle


def _acquire(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
