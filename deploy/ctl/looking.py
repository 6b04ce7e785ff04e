"""Ask the databases of an installation, and say what was found."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from deploy.ctl.deliveries import Delivered, every_delivery
from deploy.ctl.invariants import INVARIANTS, Comparison, Invariant, Question
from deploy.ctl.invariants.messages import SERVICES
from deploy.postgres import roles

if TYPE_CHECKING:
    from asyncpg import Connection, Record

    Databases: TypeAlias = Mapping[str, Connection[Record]]
    """An open connection by service."""
else:
    Databases = Mapping

OFFENDERS_MAX = 1_000
COUNTED = """
    SELECT count(*) AS looked, count(fault) AS faults,
           (array_agg(subject) FILTER (WHERE fault IS NOT NULL))[1:1000] AS subjects,
           (array_agg(fault) FILTER (WHERE fault IS NOT NULL))[1:1000] AS told
    FROM ({}) AS questioned
"""


@dataclass(slots=True)
class Finding:
    """What a question found: how many things it looked at, and which of them are wrong."""

    id: str
    sentence: str
    looked: int
    offenders: dict[str, str] = field(default_factory=dict)
    """Fault by subject; the first thousand."""
    violations: int = 0

    def still(self, before: Finding) -> Finding:
        """Only what was wrong before and is wrong now: the rest was on its way."""
        common = {s: f for s, f in self.offenders.items() if s in before.offenders}
        return Finding(self.id, self.sentence, self.looked, common, len(common))


Asked: TypeAlias = "Question | Delivered"


def questions() -> tuple[Asked, ...]:
    """All of them: those of the tables, and whether every message reached its subscribers."""
    return (*INVARIANTS, *every_delivery())


@asynccontextmanager
async def opened(superuser_dsn: str) -> AsyncGenerator[Databases]:
    """A connection to the database of each service, past row-level security."""
    async with AsyncExitStack() as stack:
        databases: dict[str, Connection[Record]] = {}
        for service in SERVICES:
            dsn = roles.dsn_of(superuser_dsn, roles.database_of(service))
            connection = await asyncpg.connect(dsn)
            stack.push_async_callback(connection.close)
            databases[service] = connection
        yield databases


async def ask(databases: Databases, question: Asked) -> Finding:
    """Put one question."""
    match question:
        case Invariant():
            return await _count(databases, question)
        case Comparison():
            return await _compare(databases, question)
        case Delivered():
            looked, missing = await question.missing(databases)
            return Finding("R6", question.sentence, looked, missing, len(missing))


async def _count(databases: Databases, question: Invariant) -> Finding:
    # Both parts are literals of this package.
    row = await databases[question.database].fetchrow(COUNTED.format(question.sql))
    if row is None:
        raise LookupError(question.id)
    offenders = dict(zip(row["subjects"] or (), row["told"] or (), strict=True))
    return Finding(question.id, question.sentence, row["looked"], offenders, row["faults"])


async def _compare(databases: Databases, question: Comparison) -> Finding:
    left = await _mapping(databases, question.left)
    right = await _mapping(databases, question.right)
    faults = {
        key: f"{question.left[0]}: {value}; {question.right[0]}: {right.get(key, 'nothing')}"
        for key, value in left.items()
        if right.get(key) != value
    }
    if question.both:
        faults |= {
            key: f"{question.left[0]}: nothing; {question.right[0]}: {value}"
            for key, value in right.items()
            if key not in left
        }
    first = dict(list(faults.items())[:OFFENDERS_MAX])
    return Finding(question.id, question.sentence, len(left), first, len(faults))


async def _mapping(databases: Databases, side: tuple[str, str]) -> dict[str, str]:
    database, sql = side
    return {row["key"]: row["value"] for row in await databases[database].fetch(sql)}
