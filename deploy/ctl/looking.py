"""Ask the databases of an installation, and say what was found."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from deploy.ctl.accepted import Accepted
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


SORTED = 'SELECT key, value FROM ({}) AS asked ORDER BY key COLLATE "C"'
PREFETCH = 2_000


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


Asked: TypeAlias = "Question | Delivered | Accepted"


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
        case Delivered() | Accepted():
            looked, missing = await question.missing(databases)
            return Finding(question.id, question.sentence, looked, missing, len(missing))


async def _count(databases: Databases, question: Invariant) -> Finding:
    # Both parts are literals of this package.
    row = await databases[question.database].fetchrow(COUNTED.format(question.sql))
    if row is None:
        raise LookupError(question.id)
    offenders = dict(zip(row["subjects"] or (), row["told"] or (), strict=True))
    return Finding(question.id, question.sentence, row["looked"], offenders, row["faults"])


async def _compare(databases: Databases, question: Comparison) -> Finding:
    """Walk through both answers side by side, so that neither has to be held whole."""
    finding = Finding(question.id, question.sentence, 0)
    (left_name, left_sql), (right_name, right_sql) = question.left, question.right
    async with (
        _rows(databases[left_name], left_sql) as left,
        _rows(databases[right_name], right_sql) as right,
    ):
        async for key, ours, theirs in side_by_side(left, right):
            finding.looked += ours is not None
            if ours == theirs or (ours is None and not question.both):
                continue
            finding.violations += 1
            if len(finding.offenders) < OFFENDERS_MAX:
                finding.offenders[key] = (
                    f"{left_name}: {ours or 'nothing'}; {right_name}: {theirs or 'nothing'}"
                )
    return finding


Pair: TypeAlias = "tuple[str, str]"
"""Key and value."""


async def side_by_side(
    left: AsyncIterator[Pair], right: AsyncIterator[Pair]
) -> AsyncGenerator[tuple[str, str | None, str | None]]:
    """Every key of two answers that are sorted by it, with its value in each."""
    ours, theirs = await anext(left, None), await anext(right, None)
    while ours or theirs:
        if theirs is None or (ours is not None and ours[0] < theirs[0]):
            assert ours is not None
            yield ours[0], ours[1], None
            ours = await anext(left, None)
        elif ours is None or theirs[0] < ours[0]:
            yield theirs[0], None, theirs[1]
            theirs = await anext(right, None)
        else:
            yield ours[0], ours[1], theirs[1]
            ours, theirs = await anext(left, None), await anext(right, None)


@asynccontextmanager
async def _rows(database: Connection[Record], sql: str) -> AsyncGenerator[AsyncIterator[Pair]]:
    async with database.transaction():
        cursor = database.cursor(SORTED.format(sql), prefetch=PREFETCH)
        yield ((row["key"], row["value"]) async for row in cursor)
