"""Work that nobody asks for: endless tasks of the worker half, kept alive, and the chassis' own."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chassis import telemetry
from chassis.crash import crash_point
from chassis.db import TRANSIENT
from chassis.ids import millis_of
from chassis.log import log
from chassis.pulse import Pulse
from chassis.runtime import Runtime

Background = Callable[[Runtime], Coroutine[Any, Any, None]]
Job = Callable[[Runtime], Awaitable[int]]
"""Does one small batch of its work in a transaction of its own; says how many rows that were."""


@dataclass(frozen=True, slots=True)
class Restarting:
    """How fast a task that ends begins again, and when that is told."""

    pause_seconds_min: float = 0.1
    pause_seconds_max: float = 30.0
    settled_seconds: float = 5.0
    """A task that has run for so long works again."""
    patience_seconds: float = 60.0
    """One that does not work for so long turns readiness red."""


RESTARTING = Restarting()
HOUSEKEEPING_SECONDS = 15.0
KEYS_KEPT = timedelta(days=30)
"""How long a repeated request is answered as before; longer than anybody repeats one."""
PURGED_AT_ONCE = 1_000


def every(seconds: float, job: Job) -> Background:
    """A background task: the job each `seconds`, and at once again as long as it finds work."""

    async def run(runtime: Runtime) -> None:
        while True:
            done = await job(runtime)
            if done:
                crash_point("job.after_batch")
                runtime.committed.set()
                log.info("job_done", job=job.__name__, rows=done)
            else:
                await asyncio.sleep(seconds * random.uniform(0.9, 1.1))

    run.__name__ = job.__name__
    return run


async def endless(task: Background, runtime: Runtime, restarting: Restarting = RESTARTING) -> None:
    """Keep a task running: whatever ends it, it begins again, later each time it fails at once."""
    pulse = Pulse(restarting.patience_seconds)
    runtime.checks[task.__name__] = pulse.check
    loop, pause = asyncio.get_running_loop(), restarting.pause_seconds_min
    while True:
        began = loop.time()
        settled = loop.call_later(restarting.settled_seconds, pulse.well)
        try:
            await task(runtime)
            return
        except TRANSIENT as fault:
            log.warning("background_stalled", task=task.__name__, error=repr(fault))
            pulse.ill(repr(fault))
        except Exception as bug:
            log.exception("background_failed", task=task.__name__)
            pulse.ill(repr(bug))
        finally:
            settled.cancel()
        if loop.time() - began > restarting.settled_seconds:
            pause = restarting.pause_seconds_min
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))
        pause = min(pause * 2, restarting.pause_seconds_max)


async def forget_keys(runtime: Runtime) -> int:
    """Delete the oldest Idempotency-Keys, a few at a time."""
    status = await runtime.db.execute(
        """
        DELETE FROM idempotency
        WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM idempotency
            WHERE created_at < now() - $1::interval
            ORDER BY created_at
            LIMIT $2
        ))
        """,
        KEYS_KEPT,
        PURGED_AT_ONCE,
    )
    return int(status.rpartition(" ")[2])


async def measure_waiting(runtime: Runtime) -> int:
    """Tell how old the oldest unpublished message is, and how many keys are parked."""
    if telemetry.metrics.meters.of.read:
        row = await runtime.db.fetchrow(
            """
            SELECT (SELECT message_id
                    FROM outbox, outbox_cursor
                    WHERE xid >= pg_snapshot_xmin(seen) AND NOT pg_visible_in_snapshot(xid, seen)
                    ORDER BY xid, outbox.position
                    LIMIT 1) AS oldest,
                   (SELECT count(*) FROM parked_keys) AS parked
            """
        )
        oldest, parked = row or (None, 0)
        age_seconds = time.time() - millis_of(oldest) / 1_000 if oldest else 0.0
        telemetry.metrics.waiting(outbox_age_seconds=age_seconds, parked_keys=parked)
    return 0
