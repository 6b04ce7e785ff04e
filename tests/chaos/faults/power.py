"""F19: the power goes, with hundreds of orders on their way, and comes back."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

import psutil

from deploy.local import state
from tests.chaos.fault import Fault
from tests.chaos.ground import Ground

IN_FLIGHT = 200
GATHERING_SECONDS = 40.0
ON_THEIR_WAY = """
    SELECT count(*) FROM orders
    WHERE phase IN ('FORWARD', 'BACKWARD') AND submitted_at > now() - interval '2 minutes'
"""


async def _power_cut(ground: Ground) -> None:
    """A participant stands still until enough orders wait; then everything ends at once."""
    held = await ground.send("billing", signal.SIGSTOP)
    try:
        async with ground.database("orders") as database:

            async def enough() -> bool:
                return bool(await database.fetchval(ON_THEIR_WAY) >= IN_FLIGHT)

            await ground.until_so(enough, f"{IN_FLIGHT} orders are on their way", GATHERING_SECONDS)
            ground.notes.append(f"{await database.fetchval(ON_THEIR_WAY)} orders on their way")
    finally:
        with suppress(ProcessLookupError):
            os.kill(held, signal.SIGCONT)
    await asyncio.sleep(0.05)
    _kill_everything(ground)
    await asyncio.sleep(1)
    await ground.operate("up")


def _kill_everything(ground: Ground) -> None:
    """The supervisor first: nobody is to start anything again."""
    known = state.read(ground.suite.run)
    assert known is not None
    pids = [known.supervisor, *(one.pid for one in known.processes if one.pid)]
    family = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    children = [child for one in family[1:] for child in one.children(recursive=True)]
    for one in (*family, *children):
        with suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs([*family, *children], timeout=10)


FAULTS = (
    Fault(
        "power cut",
        "SIGKILL of everything at once, the supervisor too, with hundreds of orders on their way",
        _power_cut,
        dear=True,
    ),
)
