"""The books: what stands in all databases, and that a refused request changes nothing of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from uuid import uuid4

import asyncpg

from deploy.local.suite import APPLICATIONS, Suite
from deploy.postgres import roles
from tests.bench import lag
from tests.bench.lag import Sampler
from tests.fuzz.judging import refused
from tests.fuzz.walk import Sent

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]

BLOCK = 10
TIMES_PROVEN = 3
NO_BOOKS = ("outbox%", "inbox%", "sessions", "access_tokens", "audit%")
"""The way of messages, counted by the event log; who is logged in, and what he tried."""
TABLES = """
    SELECT relname
    FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
      AND NOT relname LIKE ANY ($1::text[])
    ORDER BY relname
"""
DIGEST = "SELECT count(*) || ' rows ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {} t"
ANNOUNCED = "SELECT count(*) || ' messages' FROM event_log"

Digest: TypeAlias = Mapping[str, str]
"""By service and table."""


@dataclass(slots=True)
class Unchanged:
    """What sending refused requests once more has shown."""

    sent: int = 0
    compared: int = 0
    """Sent in blocks in which all were refused again."""
    culprits: list[tuple[Sent, list[str]]] = field(default_factory=list)
    """Requests that were refused and changed these tables all the same."""


@dataclass(frozen=True, slots=True)
class Books:
    """All databases of a suite, past row-level security."""

    databases: Mapping[str, Connection]
    sampler: Sampler

    async def digest(self) -> Digest:
        """When all that was said has been heard."""
        await self.sampler.quiet()
        digests = {}
        for service, database in self.databases.items():
            digests[f"{service} event_log"] = await database.fetchval(ANNOUNCED)
            for row in await database.fetch(TABLES, list(NO_BOOKS)):
                table = row["relname"]
                digests[f"{service} {table}"] = await database.fetchval(DIGEST.format(table))
        return digests

    async def unchanged_by(self, requests: Sequence[Sent]) -> Unchanged:
        """Send refused requests again, and compare; a block that differs is looked at singly."""
        outcome = Unchanged()
        for first in range(0, len(requests), BLOCK):
            block = requests[first : first + BLOCK]
            differing, all_refused = await self._effect_of(block)
            outcome.sent += len(block)
            outcome.compared += len(block) if all_refused else 0
            if differing and all_refused:
                outcome.culprits += await self._culprits(block)
        return outcome

    async def _culprits(self, block: Sequence[Sent]) -> list[tuple[Sent, list[str]]]:
        """Those that change the same tables each time: what a timer did is no request's fault."""
        found = []
        for one in block:
            effects = [await self._effect_of([one]) for _ in range(TIMES_PROVEN)]
            common = set.intersection(*(set(differing) for differing, _ in effects))
            if common and all(again for _, again in effects):
                found.append((one, sorted(common)))
        return found

    async def _effect_of(self, block: Sequence[Sent]) -> tuple[list[str], bool]:
        """Tables that are not as before, and whether every request was refused."""
        before = await self.digest()
        answers = [await asyncio.to_thread(_again, one) for one in block]
        after = await self.digest()
        differing = [table for table in after if after[table] != before.get(table)]
        return differing, all(answers)


def _again(sent: Sent) -> bool:
    """Under a key of its own, where it had one, so that it is no repetition; whether refused."""
    headers = dict(sent.request["headers"])
    if "idempotency-key" in headers:
        headers["idempotency-key"] = str(uuid4())
    return refused(sent.person.send({**sent.request, "headers": headers}))


@asynccontextmanager
async def opened(suite: Suite) -> AsyncGenerator[Books]:
    """Of a running suite."""
    async with AsyncExitStack() as stack:
        databases = {}
        for service in APPLICATIONS:
            dsn = roles.dsn_of(suite.superuser_dsn, roles.database_of(service))
            databases[service] = await asyncpg.connect(dsn)
            stack.push_async_callback(databases[service].close)
        sampler = await stack.enter_async_context(lag.sampler(suite))
        yield Books(databases, sampler)
