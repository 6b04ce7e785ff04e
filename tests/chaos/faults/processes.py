"""F1–F3, F14: our own processes die, stand still, and share their work with others."""

from __future__ import annotations

import asyncio
import os
import signal
from functools import partial

from deploy.local.suite import APPLICATIONS
from tests.chaos.fault import Fault
from tests.chaos.faults.members import SESSION_SECONDS, guest, heir, short_session
from tests.chaos.ground import Ground

PARTICIPANTS = ("orders", "catalog", "inventory", "billing", "notify", "reports")
STORM_ROUNDS = 5
STORM_SECONDS = 2.0


async def _kill(ground: Ground, *, count: int) -> None:
    names = ground.chance.sample(APPLICATIONS, count)
    await asyncio.sleep(ground.chance.uniform(0, 1))
    former = {name: await ground.send(name) for name in names}
    for name, pid in former.items():
        await ground.renewed(name, pid)
    ground.notes.append(", ".join(names) if count < len(APPLICATIONS) else "all of them")


async def _kill_again(ground: Ground) -> None:
    """Also while it is starting."""
    name = ground.chance.choice(APPLICATIONS)
    for _ in range(3):
        await ground.renewed(name, await ground.send(name))
        await asyncio.sleep(ground.chance.uniform(0.2, 3))
    ground.notes.append(name)


async def _stop(ground: Ground) -> None:
    name = ground.chance.choice(APPLICATIONS)
    await ground.renewed(name, await ground.send(name, signal.SIGTERM))
    ground.notes.append(name)


async def _pause(ground: Ground, *, seconds: float) -> None:
    name = ground.chance.choice(APPLICATIONS)
    pid = await ground.send(name, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        os.kill(pid, signal.SIGCONT)
    ground.notes.append(name)


async def _pause_past_session(ground: Ground) -> None:
    """He counts as dead, another has his work, and he goes on in the middle of his batch."""
    name = ground.chance.choice(PARTICIPANTS)
    async with short_session(ground, name), heir(ground, name):
        pid = await ground.send(name, signal.SIGSTOP)
        try:
            await asyncio.sleep(SESSION_SECONDS + 4)
        finally:
            os.kill(pid, signal.SIGCONT)
        await asyncio.sleep(2)
    ground.notes.append(name)


async def _second_worker(ground: Ground) -> None:
    """Comes, takes half, is killed while it works."""
    name = ground.chance.choice(PARTICIPANTS)
    async with short_session(ground, name), heir(ground, name) as pid:
        await asyncio.sleep(ground.chance.uniform(1, 4))
        os.kill(pid, signal.SIGKILL)
    ground.notes.append(name)


async def _rebalance_storm(ground: Ground) -> None:
    name = ground.chance.choice(PARTICIPANTS)
    async with heir(ground, name):
        for _ in range(STORM_ROUNDS):
            async with guest(ground, name):
                await asyncio.sleep(STORM_SECONDS)
    ground.notes.append(name)


FAULTS = (
    Fault("kill a service", "SIGKILL of one, at any moment", partial(_kill, count=1)),
    Fault("kill three services", "SIGKILL of three at once", partial(_kill, count=3)),
    Fault("kill all services", "SIGKILL of all; servers live", partial(_kill, count=8)),
    Fault("kill a service again", "SIGKILL three times, also while it starts", _kill_again),
    Fault("stop a service", "SIGTERM of one, as a new version would", _stop),
    Fault("pause a service", "SIGSTOP for 3 s", partial(_pause, seconds=3)),
    Fault("pause a service longer", "SIGSTOP for 15 s", partial(_pause, seconds=15)),
    Fault(
        "pause past the session",
        "SIGSTOP until another member has its partitions, then SIGCONT in the middle of a batch",
        _pause_past_session,
    ),
    Fault("kill a second worker", "it comes, takes partitions, and is killed", _second_worker),
    Fault("rebalance storm", "members come and go every 2 s", _rebalance_storm),
)
