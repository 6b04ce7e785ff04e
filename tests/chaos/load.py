"""Clients that order all the time, as patient clients should: again, with the same key, until told.

Most orders go through by themselves; some are cancelled at once, some when they wait for a
salesperson, some want more than there is. Some clients hang up before the answer comes. Each says
to the history what it asked and what it saw.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import orjson

from tests.bench.company import Session
from tests.history import History

LINES_MAX = 5
IMPOSSIBLE = 1_000_000
THINK_SECONDS = (0.05, 0.45)
RETRY_SECONDS = (0.2, 0.6)
ATTEMPT_SECONDS = 30.0
HANG_UP_SECONDS = 0.01
PATIENCE_SECONDS = 240.0
LATER = frozenset({0, 409, 429, 503})
"""Answers after which the same request is sent again."""
DONE = frozenset({200, 201})
UNFIT = frozenset({500, 501, 502, 504})
"""What the gateway never answers, whatever happens behind it."""

KINDS = {"through": 68, "cancelled at once": 8, "cancelled later": 14, "impossible": 10}
"""What becomes of an order, and of how many in a hundred."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An order that a client saw accepted."""

    kind: str
    cancelled: bool = False
    """He was told that it is cancelled."""


@dataclass(slots=True)
class Load:
    """What the clients share, and what they saw."""

    url: str
    history: History
    skus: Sequence[str]
    direct: Sequence[Session]
    waiting: Sequence[Session]
    """Whose orders wait for a salesperson."""
    accepted: dict[str, Asked] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    running: bool = True

    async def run(self, clients: int) -> None:
        """Until `running` is taken back; each client ends what it has begun."""
        timeout = aiohttp.ClientTimeout(total=ATTEMPT_SECONDS)
        connector, jar = aiohttp.TCPConnector(limit=0), aiohttp.DummyCookieJar()
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=jar) as http,
            asyncio.TaskGroup() as tasks,
        ):
            for number in range(clients):
                tasks.create_task(self._client(http, f"client {number}"))

    async def _client(self, http: aiohttp.ClientSession, name: str) -> None:
        while self.running:
            kind = random.choices(list(KINDS), list(KINDS.values()))[0]
            await self._order(Client(self, http, name), kind)
            await asyncio.sleep(random.uniform(*THINK_SECONDS))

    async def _order(self, client: Client, kind: str) -> None:
        session = random.choice(self.waiting if _waits(kind) else self.direct)
        order_id = await client.submit(session, self._lines(kind))
        if order_id is None:
            return
        self.accepted[order_id] = Asked(kind)
        if kind == "cancelled later":
            await asyncio.sleep(random.uniform(0.0, 2.0))
        if kind.startswith("cancelled"):
            self.accepted[order_id] = Asked(kind, await client.cancel(session, order_id))
        if random.random() < 0.2:
            await client.read(session, order_id)

    def _lines(self, kind: str) -> list[dict[str, Any]]:
        skus = random.sample(self.skus, random.randint(1, LINES_MAX))
        most = IMPOSSIBLE if kind == "impossible" else 3
        return [
            {"sku": sku, "quantity": most if most > 3 else random.randint(1, 3)} for sku in skus
        ]


@dataclass(frozen=True, slots=True)
class Client:
    """One who asks until he is told."""

    load: Load
    http: aiohttp.ClientSession
    name: str

    async def submit(self, session: Session, lines: list[dict[str, Any]]) -> str | None:
        """The order's id; None when nobody took it."""
        key = str(uuid4())
        answer = await self._post(
            session, "/orders", {"lines": lines, "note": key}, key, "submit", {"lines": lines}
        )
        return answer["order_id"] if answer else None

    async def cancel(self, session: Session, order_id: str) -> bool:
        """Whether he was told that it is cancelled."""
        path, about = f"/orders/{order_id}/cancel", {"order_id": order_id}
        body = {"reason": "改变主意"}
        return await self._post(session, path, body, str(uuid4()), "cancel", about) is not None

    async def read(self, session: Session, order_id: str) -> None:
        history = self.load.history
        operation = history.invoke(self.name, "read", order_id=order_id)
        headers = {"Cookie": session.cookie}
        status, answer = await self._ask("GET", f"/orders/{order_id}", None, headers)
        if status == 200:
            history.ok(operation, **_facts(answer))
        elif status in {0, 503}:
            history.unknown(operation)
        else:
            history.fail(operation, status=status)

    async def _post(
        self,
        session: Session,
        path: str,
        body: dict[str, Any],
        key: str,
        op: str,
        about: dict[str, Any],
    ) -> dict[str, Any] | None:
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "X-CSRF-Token": session.csrf,
            "Cookie": session.cookie,
        }
        history, deadline = self.load.history, time.monotonic() + PATIENCE_SECONDS
        hurried = random.random() < 0.04
        while True:
            operation = history.invoke(self.name, op, key=key, **about)
            status, answer = await self._ask("POST", path, body, headers, hurried=hurried)
            hurried = False
            if status in DONE:
                history.ok(operation, **_facts(answer))
                return answer
            if status == 0 or status >= 500:
                history.unknown(operation, status=status)
            else:
                history.fail(operation, status=status)
            if status in UNFIT:
                self.load.violations.append(f"{op} was answered with {status} {answer}")
            elif not _again(status, answer):
                return None
            if time.monotonic() > deadline:
                self.load.violations.append(f"{op} was not taken for {PATIENCE_SECONDS:.0f} s")
                return None
            await asyncio.sleep(random.uniform(*RETRY_SECONDS))

    async def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        headers: dict[str, str],
        *,
        hurried: bool = False,
    ) -> tuple[int, dict[str, Any]]:
        """Status and document; 0 where no answer came. Who is hurried hangs up before it comes."""
        url = f"{self.load.url}/api/v1{path}"
        seconds = HANG_UP_SECONDS if hurried else ATTEMPT_SECONDS
        try:
            async with (
                asyncio.timeout(seconds),
                self.http.request(
                    method, url, data=orjson.dumps(body) if body else None, headers=headers
                ) as response,
            ):
                raw = await response.read()
        except (aiohttp.ClientError, TimeoutError):
            self.load.answers["no answer"] += 1
            return 0, {}
        self.load.answers[str(response.status)] += 1
        return response.status, _document(raw)


def _waits(kind: str) -> bool:
    return kind in {"cancelled later", "impossible"}


def _again(status: int, answer: dict[str, Any]) -> bool:
    """Whether the same request may have another answer; of conflicts only that with itself."""
    if status == 409:
        return str(answer.get("type", "")).endswith("request-in-flight")
    return status in LATER


def _facts(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: answer.get(name) for name in ("order_id", "version", "status")}


def _document(raw: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {"unreadable": raw[:200].decode(errors="replace")}
    return document if isinstance(document, dict) else {}
