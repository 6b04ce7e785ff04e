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
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
import uvloop

from gateway.proxy.wire import Broken, Pool

LINES = 5
RETRY_SECONDS = 0.2
ATTEMPTS_MAX = 60
ANSWER_SECONDS_MAX = 60
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


async def place(http: Pool, plan: dict[str, Any], seen: Seen, due: float) -> None:
    """One order; on 429, 503 or a lost connection again with the same key, as a client should."""
    head, body = request(plan, http.authority)
    for _ in range(ATTEMPTS_MAX):
        status, answer = await _ask(http, head, body)
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


def request(plan: dict[str, Any], authority: str) -> tuple[bytes, bytes]:
    """Head and body of an order of one of the dealers."""
    session = random.choice(plan["sessions"])
    body = orjson.dumps({"lines": lines_of(plan)})
    head = (
        f"POST {urlsplit(plan['url']).path} HTTP/1.1\r\nHost: {authority}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"Idempotency-Key: {uuid4()}\r\nX-CSRF-Token: {session['csrf']}\r\n"
        f"Cookie: {session['cookie']}\r\n\r\n"
    ).encode()
    return head, body


def lines_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Five goods by chance, or one of the baskets that the plan asks for."""
    if baskets := plan.get("baskets"):
        chosen: list[dict[str, Any]] = random.choice(baskets)
        return chosen
    skus = random.sample(plan["skus"], LINES)
    return [{"sku": sku, "quantity": random.randint(1, 9)} for sku in skus]


async def _ask(http: Pool, head: bytes, body: bytes) -> tuple[int, bytes]:
    """Status and body of the answer; status 0 where none came."""
    try:
        connection = await http.take()
    except OSError:
        return 0, b""
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            await connection.ask(head, body)
            answer = await connection.whole()
    except (Broken, TimeoutError):
        connection.close()
        return 0, b""
    http.give_back(connection)
    return connection.status, answer


async def closed_loop(http: Pool, plan: dict[str, Any], seen: Seen) -> None:
    left = iter(range(plan["orders"]))

    async def client() -> None:
        for _ in left:
            await place(http, plan, seen, time.perf_counter())

    async with asyncio.TaskGroup() as tasks:
        for _ in range(plan["clients"]):
            tasks.create_task(client())


async def open_loop(http: Pool, plan: dict[str, Any], seen: Seen) -> None:
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
    http = Pool(plan["url"], connect_seconds=ANSWER_SECONDS_MAX)
    began = time.time()
    await (open_loop if plan.get("rate") else closed_loop)(http, plan, seen)
    await http.close()
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
