"""F3–F6: broker and database die, stand still, are cut off, and lose what they had."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from contextlib import suppress
from functools import partial

import psutil

from deploy.local import servers
from deploy.local.suite import APPLICATIONS
from tests.chaos.fault import Fault
from tests.chaos.ground import Ground

STORM_ROUNDS = 4


async def _send(ground: Ground, *, name: str, number: signal.Signals) -> None:
    await ground.renewed(name, await ground.send(name, number))
    await _answers(ground, name)


async def _storm(ground: Ground, *, name: str) -> None:
    for _ in range(STORM_ROUNDS):
        await ground.renewed(name, await ground.send(name))
        await _answers(ground, name)
        await asyncio.sleep(ground.chance.uniform(0, 2))


async def _pause(ground: Ground, *, name: str, seconds: float) -> None:
    """With all that it has started."""
    main = psutil.Process(await ground.living(name))
    family = [main, *main.children(recursive=True)]
    for one in family:
        with suppress(psutil.NoSuchProcess):
            one.suspend()
    try:
        await asyncio.sleep(seconds)
    finally:
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.resume()


async def _kill_backend(ground: Ground) -> None:
    """One session's process: PostgreSQL ends all others and recovers."""
    async with ground.database(ground.chance.choice(APPLICATIONS)) as database:
        pid = await database.fetchval(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' LIMIT 1"
        )
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    await asyncio.sleep(1)
    await _answers(ground, "postgres")


async def _cut_sessions(ground: Ground) -> None:
    """All sessions of all services, again and again."""
    async with ground.database("orders") as database:
        for _ in range(8):
            await database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname LIKE 'qudao%' AND pid <> pg_backend_pid()"
            )
            await asyncio.sleep(0.5)


async def _lose_kafka(ground: Ground) -> None:
    """Its data is deleted while all runs; then an operator does what the runbook says."""
    logs = ground.suite.var / "kafka" / "logs"
    former = await ground.send("kafka")
    shutil.rmtree(logs, ignore_errors=True)
    await ground.renewed("kafka", former)
    await asyncio.sleep(3)  # orders go on being accepted
    await ground.operate("down")
    shutil.rmtree(logs, ignore_errors=True)  # what a broker made of nothing meanwhile
    await ground.operate("refill")
    await ground.operate("up")


async def _answers(ground: Ground, name: str) -> None:
    port = ground.suite.ports[name]
    await ground.until(lambda: servers.listening(port), f"{name} answers")


def _of(name: str, word: str, sentence: str, number: signal.Signals) -> Fault:
    return Fault(f"{word} {name}", sentence, partial(_send, name=name, number=number))


FAULTS = (
    _of("kafka", "kill", "SIGKILL of the broker", signal.SIGKILL),
    _of("kafka", "stop", "SIGTERM of the broker, and its start", signal.SIGTERM),
    Fault("kafka storm", "SIGKILL as soon as it answers, 4 times", partial(_storm, name="kafka")),
    Fault("pause kafka", "SIGSTOP for 8 s", partial(_pause, name="kafka", seconds=8)),
    Fault(
        "lose kafka",
        "its data is deleted under load; filled again from the event logs, by the runbook",
        _lose_kafka,
        dear=True,
    ),
    _of("postgres", "kill", "SIGKILL of its main process", signal.SIGKILL),
    _of("postgres", "quit", "immediate stop: no farewell, recovery from the log", signal.SIGQUIT),
    _of("postgres", "stop", "fast stop, and its start", signal.SIGINT),
    Fault("postgres storm", "SIGKILL four times", partial(_storm, name="postgres")),
    Fault(
        "pause postgres", "SIGSTOP of all of it, 5 s", partial(_pause, name="postgres", seconds=5)
    ),
    Fault("kill a backend", "SIGKILL of one session: all are ended", _kill_backend),
    Fault("cut sessions", "all connections to the database, 8 times in 4 s", _cut_sessions),
)
