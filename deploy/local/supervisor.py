"""Starts the suite in order, keeps it running, and stops it in order.

It runs in the background, on its own, and survives the terminal. What dies is started again, sooner
at first and later when it keeps dying. `deploy.local.state` tells others what it does.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from deploy.local import servers, state
from deploy.local.preparation import MigrationFailed, prepare_databases, prepare_topics
from deploy.local.servers import Server, ServerFailed, kafka, postgres
from deploy.local.suite import APPLICATIONS, PortTaken, Program, Suite, application, check_ports

PAUSE_SECONDS = 0.2
PAUSE_MAX_SECONDS = 10.0
FORGIVEN_AFTER_SECONDS = 30.0
"""A process that lived this long starts over at the shortest pause."""
DEATHS_MAX = 3
"""A process that dies more often before it was ever ready is not waited for any longer."""
SERVER_TIMEOUT_SECONDS = 60.0
READY_TIMEOUT_SECONDS = 90.0
STOP_TIMEOUT_SECONDS = 20.0
LOG_BYTES_MAX = 64 * 1024**2
LOG_CHECK_SECONDS = 10.0

HOPELESS = (ServerFailed, MigrationFailed, PortTaken, kafka.KafkaUnavailable, TimeoutError)
"""Without servers and schemas there is nothing to keep running."""


@dataclass(slots=True)
class Watched:
    """One process under supervision."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    seen: state.Process
    stop_signal: signal.Signals = signal.SIGTERM
    running: asyncio.subprocess.Process | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    keeper: asyncio.Task[None] | None = None


class Supervisor:
    """The processes of one suite, in the order of their start."""

    def __init__(self, suite: Suite, say: Callable[[str], None]) -> None:
        self._suite, self._say = suite, say
        self._watched: list[Watched] = []
        self._state = state.State("starting", os.getpid(), [])

    async def run(self, stop: asyncio.Event) -> None:
        """Start everything, keep it running until asked to stop. Raises what is hopeless."""
        _end_orphans(state.read(self._suite.run))
        self._publish("starting")
        rotation = asyncio.create_task(self._rotate_logs())
        try:
            await _until(asyncio.FIRST_COMPLETED, self._start(), stop.wait())
            await stop.wait()
        except HOPELESS as reason:
            self._publish("stopping", str(reason))
            raise
        finally:
            rotation.cancel()
            await self._stop()

    async def _start(self) -> None:
        check_ports(self._suite)
        await _until(asyncio.FIRST_EXCEPTION, self._start_postgres(), self._start_kafka())
        self._say("services")
        for name in APPLICATIONS:
            self._watch_program(application(self._suite, name))
        await self._until_all_ready()
        self._publish("ready")

    async def _start_postgres(self) -> None:
        if not self._suite.postgres_dsn:
            data = self._suite.var / "postgres"
            port, password = self._suite.ports["postgres"], self._suite.keys.password("postgres")
            self._say("PostgreSQL")
            await asyncio.to_thread(postgres.create, data, password=password)
            await self._watch_server(postgres.server(data, port, self._log("postgres")))
        await prepare_databases(self._suite, self._say)

    async def _start_kafka(self) -> None:
        if not self._suite.kafka_bootstrap:
            ports = self._suite.ports["kafka"], self._suite.ports["kafka_controller"]
            data = self._suite.var / "kafka"
            self._say("Kafka")
            server = await asyncio.to_thread(
                kafka.server, data, *ports, self._log("kafka"), self._say
            )
            await self._watch_server(server)
        await prepare_topics(self._suite, self._say)

    async def _watch_server(self, server: Server) -> None:
        seen = state.Process(server.name, server.port)
        watched = Watched(server.argv, os.environ, server.log, seen, server.stop_signal)
        self._watch(watched)
        deadline = time.monotonic() + SERVER_TIMEOUT_SECONDS
        while not await asyncio.to_thread(server.ready):
            if _gave_up(watched) or time.monotonic() > deadline:
                raise ServerFailed(_complaint([watched]))
            await asyncio.sleep(0.05)

    def _watch_program(self, program: Program) -> None:
        seen = state.Process(program.name, program.port)
        self._watch(Watched(program.argv, program.environment, self._log(program.name), seen))

    def _watch(self, watched: Watched) -> None:
        self._watched.append(watched)
        watched.keeper = asyncio.create_task(self._keep(watched))

    async def _keep(self, watched: Watched) -> None:
        """Run it again and again until it is to stop."""
        pause = PAUSE_SECONDS
        while not watched.stopping.is_set():
            began = time.monotonic()
            code = await self._run_once(watched)
            if watched.stopping.is_set():
                return
            watched.seen.restarts += 1
            lived = time.monotonic() - began
            pause = PAUSE_SECONDS if lived > FORGIVEN_AFTER_SECONDS else pause * 2
            pause = min(pause, PAUSE_MAX_SECONDS)
            self._say(f"{watched.seen.name} ended with code {code}, again in {pause:.1f} s")
            await _until(asyncio.FIRST_COMPLETED, watched.stopping.wait(), asyncio.sleep(pause))

    async def _run_once(self, watched: Watched) -> int:
        once = state.take_once(self._suite.run, watched.seen.name)
        with watched.log.open("ab") as log:
            watched.running = await asyncio.create_subprocess_exec(
                *watched.argv,
                env={**watched.environment, **once},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        watched.seen.pid = watched.running.pid
        watched.seen.started_at = state.start_time(watched.running.pid)
        self._publish()
        if watched.stopping.is_set():  # asked to stop while it was being started
            watched.running.send_signal(watched.stop_signal)
        code = watched.seen.exit_code = await watched.running.wait()
        watched.seen.pid = watched.running = None
        self._publish()
        return code

    async def _until_all_ready(self) -> None:
        """Says when it takes too long, and waits on: what runs can be looked at and mended."""
        waiting = {one.seen.name: one for one in self._watched if one.seen.name in APPLICATIONS}
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        async with httpx.AsyncClient(timeout=2.0) as http:
            while waiting:
                for name in tuple(waiting):
                    if await ready(http, self._suite.url(name)):
                        self._say(f"{name} is ready")
                        del waiting[name]
                late = time.monotonic() > deadline
                if faulty := [one for one in waiting.values() if late or _gave_up(one)]:
                    self._publish("failed", _complaint(faulty))
                await asyncio.sleep(0.1)

    async def _stop(self) -> None:
        """Against the order of the start; the applications together, then each server alone."""
        self._publish("stopping", self._state.reason)
        applications = [one for one in self._watched if one.seen.name in APPLICATIONS]
        gateway = [one for one in applications if one.seen.name == APPLICATIONS[-1]]
        services = [one for one in applications if one not in gateway]
        others = [one for one in self._watched if one not in applications]
        for together in (gateway, services, *([one] for one in reversed(others))):
            await asyncio.gather(*(self._end(watched) for watched in together))

    async def _end(self, watched: Watched) -> None:
        watched.stopping.set()
        if watched.running:
            watched.running.send_signal(watched.stop_signal)
        assert watched.keeper
        _, pending = await asyncio.wait((watched.keeper,), timeout=STOP_TIMEOUT_SECONDS)
        if pending and watched.running:
            self._say(f"{watched.seen.name} does not stop; killed")
            watched.running.kill()
            await watched.keeper
        self._say(f"{watched.seen.name} stopped")

    async def _rotate_logs(self) -> None:
        while True:
            await asyncio.sleep(LOG_CHECK_SECONDS)
            for watched in self._watched:
                if watched.log.stat().st_size > LOG_BYTES_MAX:
                    await asyncio.to_thread(_rotate, watched.log)

    def _log(self, name: str) -> Path:
        return self._suite.log / f"{name}.log"

    def _publish(self, phase: state.Phase | None = None, reason: str = "") -> None:
        if phase:
            self._state.phase, self._state.reason = phase, reason
        self._state.processes = [watched.seen for watched in self._watched]
        state.write(self._suite.run, self._state)


async def ready(http: httpx.AsyncClient, url: str) -> bool:
    """Whether a service says that it takes work."""
    try:
        return (await http.get(f"{url}/readyz")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _gave_up(watched: Watched) -> bool:
    """Whether it died too often to be waited for."""
    return watched.seen.restarts > DEATHS_MAX


def _complaint(waiting: Iterable[Watched]) -> str:
    """Which are not ready, and the last that each of them said."""
    return "\n".join(
        f"{one.seen.name} is not ready; see {one.log}:\n{servers.tail(one.log)}" for one in waiting
    )


def _rotate(log: Path) -> None:
    """Copied and emptied, because its writer keeps it open and appends."""
    shutil.copyfile(log, log.with_suffix(".log.1"))
    os.truncate(log, 0)


def _end_orphans(last: state.State | None) -> None:
    """Stop what a supervisor left behind that was killed itself."""
    for process in reversed(last.processes if last else []):
        if process.pid and state.still_runs(process):
            how = signal.SIGINT if process.name == "postgres" else signal.SIGTERM
            servers.stop(process.pid, how)


async def _until(when: str, *ways: Coroutine[Any, Any, object]) -> None:
    """Run all until the first is done, or all are (FIRST_EXCEPTION); the rest is cancelled.

    Raises what the first of them raised.
    """
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        done, _ = await asyncio.wait(tasks, return_when=when)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
