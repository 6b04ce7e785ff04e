"""PostgreSQL and Kafka from packages: no container engine, no Java, no database on the machine.

`postgres.server` and `kafka.server` say how a server of ours is run (a `Server`: a command line and
where it listens), `postgres.create` and `kafka.create` make its data folder, and the functions here
start and stop any of them. All of it may be called twice.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

HOST = "127.0.0.1"


class ServerFailed(Exception):
    """A server did not come up."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server of ours as a command line, and where it listens."""

    name: str
    argv: tuple[str, ...]
    port: int
    log: Path
    ready: Callable[[], bool]
    stop_signal: signal.Signals = signal.SIGTERM
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"


def start(server: Server, *, timeout_seconds: float = 60) -> int:
    """Start it in the background, wait until it answers, and give its process id."""
    with server.log.open("ab") as log:
        process = subprocess.Popen(
            server.argv,
            env=os.environ | server.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    wait_until_ready(server, process.poll, timeout_seconds=timeout_seconds)
    return process.pid


def wait_until_ready(
    server: Server, exit_code: Callable[[], int | None], *, timeout_seconds: float
) -> None:
    """Poll until it answers. Raises ServerFailed when it ends before, or takes too long."""
    deadline = time.monotonic() + timeout_seconds
    while not server.ready():
        if (code := exit_code()) is not None:
            raise ServerFailed(f"{server.name} ended with code {code}:\n{tail(server.log)}")
        if time.monotonic() > deadline:
            raise ServerFailed(
                f"{server.name} does not answer on {server.address} "
                f"after {timeout_seconds:.0f} s:\n{tail(server.log)}"
            )
        time.sleep(0.05)


def stop(pid: int, how: signal.Signals = signal.SIGTERM, *, timeout_seconds: float = 30) -> None:
    """Ask a process to end, wait for it, and kill it when it will not."""
    with suppress(ProcessLookupError):
        os.kill(pid, how)
        deadline = time.monotonic() + timeout_seconds
        while alive(pid):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not waited for is reaped on the way."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def listening(port: int) -> bool:
    """Whether somebody answers on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((HOST, port)) == 0


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
