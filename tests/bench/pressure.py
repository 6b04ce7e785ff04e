"""A load process that does not give way: orders fall due at fixed moments, each is sent once.

Its plan has phases, one after the other: so many orders a second, for so many seconds. It writes
of every order when it was due, what it was answered, and how long after it was due.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any
from uuid import uuid4

import aiohttp
import orjson
import uvloop

from tests.bench import load

TURNED_AWAY = {429, 503}


async def send(
    http: aiohttp.ClientSession, plan: dict[str, Any], due: float, seen: list[dict[str, Any]]
) -> None:
    """One order, once."""
    session = plan["sessions"][len(seen) % len(plan["sessions"])]
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid4()),
        "X-CSRF-Token": session["csrf"],
        "Cookie": session["cookie"],
    }
    told: dict[str, Any] = {"due": due + load.EPOCH, "status": 0, "order_id": None}
    seen.append(told)
    body = orjson.dumps({"lines": load.lines_of(plan)})
    try:
        async with http.post(plan["url"], data=body, headers=headers) as response:
            answer = await response.read()
            told["status"] = response.status
            if response.status == 201:
                told["order_id"] = orjson.loads(answer)["order_id"]
            elif response.status in TURNED_AWAY and "Retry-After" not in response.headers:
                told["status"] = f"{response.status} without Retry-After"
    except (aiohttp.ClientError, TimeoutError) as fault:
        told["status"] = type(fault).__name__
    told["took_ms"] = (time.perf_counter() - due) * 1_000


async def run(http: aiohttp.ClientSession, plan: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """What was seen, by phase."""
    phases: list[list[dict[str, Any]]] = []
    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for phase in plan["phases"]:
            seen: list[dict[str, Any]] = []
            phases.append(seen)
            for number in range(int(phase["rate"] * phase["seconds"])):
                due = began + number / phase["rate"]
                if (early := due - time.perf_counter()) > 0:
                    await asyncio.sleep(early)
                elif number % 32 == 0:
                    await asyncio.sleep(0)  # late: let the answers in all the same
                tasks.create_task(send(http, plan, due, seen))
            began += phase["seconds"]
    return phases


async def main() -> None:
    plan = json.load(sys.stdin)
    # Let go of an idle connection before the gateway does, or both do it at the same moment.
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=3)
    timeout = aiohttp.ClientTimeout(total=60)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=jar) as http:
        phases = await run(http, plan)
    json.dump({"phases": phases, "cpu_seconds": time.process_time()}, sys.stdout)


if __name__ == "__main__":
    uvloop.run(main())
