"""A load process that does not give way: orders fall due at fixed moments, each is sent once.

Its plan has phases, one after the other: so many orders a second, for so many seconds. It writes of
every order when it was due, what it was answered, and how long after it was due. What it could not
send within half a second, because the machine was too busy for it, too, it leaves out and counts:
so that the phases begin when they should.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import orjson
import uvloop

from gateway.proxy.wire import Connection, Pool
from tests.bench import load

TURNED_AWAY = {429, 503}
LATE_SECONDS_MAX = 0.5
CONNECT_SECONDS_MAX = 10.0
ANSWER_SECONDS_MAX = 60.0


@dataclass(slots=True)
class Phase:
    """What was seen in one."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    unsent: int = 0


async def send(pool: Pool, plan: dict[str, Any], due: float, told: dict[str, Any]) -> None:
    """One order, once."""
    head, body = load.request(plan, pool.authority)
    try:
        connection = await pool.take()
        told["status"] = "kept connection" if connection.kept_since else "new connection"
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                await connection.ask(head, body)
                _note(told, connection, await connection.whole())
        finally:
            pool.give_back(connection)
    except (OSError, EOFError) as fault:  # also TimeoutError and Broken
        number = fault.errno if isinstance(fault, OSError) else None
        told["status"] += f": {errno.errorcode.get(number or 0, type(fault).__name__)}"
    told["took_ms"] = (time.perf_counter() - due) * 1_000


def _note(told: dict[str, Any], connection: Connection, answer: bytes) -> None:
    told["status"] = connection.status
    if connection.status == 201:
        told["order_id"] = orjson.loads(answer)["order_id"]
    names = {name.lower() for name, _ in connection.headers}
    if connection.status in TURNED_AWAY and b"retry-after" not in names:
        told["status"] = f"{connection.status} without Retry-After"


async def run(pool: Pool, plan: dict[str, Any]) -> list[Phase]:
    """One phase after the other."""
    phases: list[Phase] = []
    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for planned in plan["phases"]:
            phases.append(phase := Phase())
            for number in range(int(planned["rate"] * planned["seconds"])):
                due = began + number / planned["rate"]
                early = due - time.perf_counter()
                if early < -LATE_SECONDS_MAX:
                    phase.unsent += 1
                    continue
                if early > 0 or number % 32 == 0:
                    await asyncio.sleep(max(0.0, early))
                told = {"due": due + load.EPOCH, "status": "not connected", "order_id": None}
                phase.sent.append(told)
                tasks.create_task(send(pool, plan, due, told))
            began += planned["seconds"]
    return phases


async def main() -> None:
    plan = json.load(sys.stdin)
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    pool = Pool(plan["url"], connect_seconds=CONNECT_SECONDS_MAX)
    phases = await run(pool, plan)
    await pool.close()
    json.dump([{"sent": phase.sent, "unsent": phase.unsent} for phase in phases], sys.stdout)


if __name__ == "__main__":
    uvloop.run(main())
