"""The load, a process of its own: places orders and writes what it saw, one JSON document.

Closed loop: `clients` orders under way at any time. Open loop: `rate` orders a second, each timed
from when it was due, so that a stall counts for all who had to wait (no coordinated omission).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import orjson
import uvloop

LINES = 5
RETRY_SECONDS = 0.2
ATTEMPTS_MAX = 60
EPOCH = time.time() - time.perf_counter()
"""What makes a time of the performance counter one since 1970."""


@dataclass(slots=True)
class Seen:
    """What the clients saw."""

    accepted_ms: list[float] = field(default_factory=list)
    order_ids: list[str] = field(default_factory=list)
    due_at: list[float] = field(default_factory=list)
    """When each of these orders was due, in seconds since 1970."""
    answers: Counter[str] = field(default_factory=Counter)


async def place(http: aiohttp.ClientSession, plan: dict[str, Any], seen: Seen, due: float) -> None:
    """One order; on 429, 503 or a lost connection again with the same key, as a client should."""
    session = random.choice(plan["sessions"])
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid4()),
        "X-CSRF-Token": session["csrf"],
        "Cookie": session["cookie"],
    }
    body = orjson.dumps({"lines": lines_of(plan)})
    for _ in range(ATTEMPTS_MAX):
        status, answer = await _ask(http, plan["url"], body, headers)
        seen.answers[str(status)] += 1
        if status == 201:
            seen.accepted_ms.append((time.perf_counter() - due) * 1_000)
            seen.order_ids.append(orjson.loads(answer)["order_id"])
            seen.due_at.append(due + EPOCH)
            return
        if status not in {0, 429, 503}:
            raise SystemExit(f"an order was refused: {status} {answer!r}")
        await asyncio.sleep(RETRY_SECONDS)
    raise SystemExit(f"an order was not taken in {ATTEMPTS_MAX} attempts: {status} {answer!r}")


def lines_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Five goods by chance, or one of the baskets that the plan asks for."""
    if baskets := plan.get("baskets"):
        chosen: list[dict[str, Any]] = random.choice(baskets)
        return chosen
    skus = random.sample(plan["skus"], LINES)
    return [{"sku": sku, "quantity": random.randint(1, 9)} for sku in skus]


async def _ask(
    http: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str]
) -> tuple[int, bytes]:
    try:
        async with http.post(url, data=body, headers=headers) as response:
            return response.status, await response.read()
    except aiohttp.ClientError:
        return 0, b""


async def closed_loop(http: aiohttp.ClientSession, plan: dict[str, Any], seen: Seen) -> None:
    left = iter(range(plan["orders"]))

    async def client() -> None:
        for _ in left:
            await place(http, plan, seen, time.perf_counter())

    async with asyncio.TaskGroup() as tasks:
        for _ in range(plan["clients"]):
            tasks.create_task(client())


async def open_loop(http: aiohttp.ClientSession, plan: dict[str, Any], seen: Seen) -> None:
    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in itertools.islice(itertools.count(), plan["orders"]):
            due = began + number / plan["rate"]
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            tasks.create_task(place(http, plan, seen, due))


async def main() -> None:
    plan = json.load(sys.stdin)
    seen = Seen()
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=60)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=jar) as http:
        began = time.time()
        await (open_loop if plan.get("rate") else closed_loop)(http, plan, seen)
    report = {
        "began": began,
        "ended": time.time(),
        "cpu_seconds": time.process_time(),
        "accepted_ms": seen.accepted_ms,
        "order_ids": seen.order_ids,
        "due_at": seen.due_at,
        "answers": seen.answers,
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    uvloop.run(main())
