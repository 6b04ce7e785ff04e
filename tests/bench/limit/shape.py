"""What one order moves, as the suite does it: messages, their bodies, and rows, by service.

Read from the suite's own databases: the messages are those of one real order, the most ordinary
one of the last hundred; rows are what PostgreSQL counted over a block of orders.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import NamedTuple
from uuid import UUID

import asyncpg

from chassis.service import Service
from deploy.ctl.deliveries import listening, subscribed
from deploy.local.suite import APPLICATIONS, GATEWAY, Suite
from deploy.postgres import roles
from tests.bench import running
from tests.bench.figures import COMPLETED
from tests.bench.running import Block
from tests.bench.site import Site

INTAKE = ""
"""Instead of the type of a message: the request over HTTP."""
ROW_BYTES = 56
"""Of a row of the bare pipeline without its padding."""
STATISTICS_SECONDS = 11.0
"""How long an idle session of PostgreSQL may keep what it counted to itself."""
FLOW = """
    SELECT message_id, type, topic, cause, sequence, traceparent, actor, body, correlation
    FROM event_log
    WHERE correlation = ANY($1::uuid[])
    ORDER BY position
"""
COUNTED = """
    SELECT relname, n_tup_ins AS inserted, n_tup_upd AS updated
    FROM pg_stat_user_tables
    WHERE relname NOT SIMILAR TO '(outbox|inbox|parked|document_numbers|schema_migrations)%'
"""


class Sent(NamedTuple):
    """A message that is sent on."""

    type: str
    topic: str
    sequence: int | None
    body: bytes


class Work(NamedTuple):
    """What a service does for one message, or for one request."""

    rows: tuple[int, ...]
    """Bytes of padding of each row that is inserted."""
    updates: int
    """How many of the order's rows are written again."""
    sends: tuple[Sent, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """By service and type of the message that it takes."""

    works: Mapping[str, Mapping[str, Work]]
    topics: Mapping[str, Sequence[str]]
    """What each service reads, without the cell."""
    patient: frozenset[str]
    """Services that take more at once, a little later."""
    actor: str
    traceparent: str

    @property
    def messages(self) -> int:
        """Of one order."""
        return sum(len(work.sends) for own in self.works.values() for work in own.values())

    @property
    def body_bytes(self) -> int:
        return sum(
            len(sent.body)
            for own in self.works.values()
            for work in own.values()
            for sent in work.sends
        )

    @property
    def rows(self) -> int:
        return sum(len(work.rows) for own in self.works.values() for work in own.values())


def application_of(service: str) -> Service:
    """Its composition root."""
    name = service if service == GATEWAY else f"services.{service}"
    made: Service = import_module(f"{name}.app").SERVICE
    return made


class _Row(NamedTuple):
    width: int
    number: float


async def measured(site: Site, orders: int) -> Shape:
    """Place orders and look at what they left."""
    await asyncio.sleep(STATISTICS_SECONDS)
    before = await _counted(site.suite)
    report, _ = await running.run(site, Block(orders))
    await asyncio.sleep(STATISTICS_SECONDS)
    after = await _counted(site.suite)
    flow, actor, traceparent = await _flow(site.suite, report["order_ids"][-100:])
    works = {
        service: _works(
            flow[service],
            await _inserted(site.suite, service, before[service], after[service], orders),
            sum(after[service][t][1] - before[service].get(t, (0, 0))[1] for t in after[service])
            / orders,
        )
        for service in APPLICATIONS
    }
    return Shape(
        works,
        {service: sorted(listening(service)) for service in APPLICATIONS},
        frozenset(service for service in APPLICATIONS if application_of(service).patient),
        actor,
        traceparent,
    )


Sending = dict[str, list[Sent]]
"""What a service sends, by the type of the message that makes it do so."""


async def _flow(suite: Suite, order_ids: Sequence[str]) -> tuple[dict[str, Sending], str, str]:
    """Who takes what, and sends what for it, in the life of the most ordinary of these orders."""
    by_order: dict[UUID, list[tuple[str, asyncpg.Record]]] = defaultdict(list)
    for service in APPLICATIONS:
        connection = await _connect(suite, service)
        try:
            for row in await connection.fetch(FLOW, [UUID(one) for one in order_ids]):
                by_order[row["correlation"]].append((service, row))
        finally:
            await connection.close()
    messages = _ordinary([own for own in by_order.values() if _complete(own)])
    types = {row["message_id"]: row["type"] for _, row in messages}
    flow: dict[str, Sending] = {service: {} for service in APPLICATIONS}
    flow["orders"][INTAKE] = []
    for _, row in sorted(messages, key=lambda one: one[1]["message_id"]):
        for service in APPLICATIONS:
            if row["type"] in subscribed(service):
                flow[service].setdefault(row["type"], [])
    for service, row in messages:
        sent = Sent(row["type"], row["topic"], row["sequence"], row["body"])
        flow[service].setdefault(types.get(row["cause"], INTAKE), []).append(sent)
    first = next(row for _, row in messages if row["cause"] is None)
    return flow, first["actor"], first["traceparent"]


def _complete(messages: Sequence[tuple[str, asyncpg.Record]]) -> bool:
    return any(row["type"] == COMPLETED for _, row in messages)


def _ordinary(
    orders: Sequence[list[tuple[str, asyncpg.Record]]],
) -> list[tuple[str, asyncpg.Record]]:
    """One of those that moved the same messages as most did."""
    kinds = [tuple(sorted(row["type"] for _, row in own)) for own in orders]
    ((kind, _),) = Counter(kinds).most_common(1)
    return orders[kinds.index(kind)]


def _works(flow: Sending, rows: Sequence[_Row], updates: float) -> dict[str, Work]:
    """Spread the rows of a service over what it takes for an order; the intake writes all of its
    own at once, and what was just inserted is not written again at once."""
    padded = [max(0, row.width - ROW_BYTES) for row in rows for _ in range(round(row.number))]
    takes = list(flow)
    at_once = INTAKE in flow
    inserts = [len(padded), *[0] * len(takes)] if at_once else _spread(len(padded), len(takes))
    again = [0, *_spread(round(updates), max(1, len(takes) - 1))]
    works, first = {}, 0
    for place, taken in enumerate(takes):
        last = first + inserts[place]
        works[taken] = Work(tuple(padded[first:last]), min(again[place], first), tuple(flow[taken]))
        first = last
    return works


def _spread(whole: int, parts: int) -> list[int]:
    """As evenly as whole numbers can."""
    return (
        [whole * (place + 1) // parts - whole * place // parts for place in range(parts)]
        if parts
        else []
    )


Counts = dict[str, tuple[int, int]]
"""Rows inserted and updated, by table."""


async def _counted(suite: Suite) -> dict[str, Counts]:
    counts = {}
    for service in APPLICATIONS:
        connection = await _connect(suite, service)
        try:
            rows = await connection.fetch(COUNTED)
        finally:
            await connection.close()
        counts[service] = {row["relname"]: (row["inserted"], row["updated"]) for row in rows}
    return counts


async def _inserted(
    suite: Suite, service: str, before: Counts, after: Counts, orders: int
) -> list[_Row]:
    """Rows of an order, by table: their bytes and how many."""
    found = []
    connection = await _connect(suite, service)
    try:
        for table, (inserted, _) in sorted(after.items()):
            count = (inserted - before.get(table, (0, 0))[0]) / orders
            if count < 0.5:
                continue
            # The name of a table cannot be a parameter; it comes from the catalogue.
            width = await connection.fetchval(
                f"SELECT avg(pg_column_size(t.*))::int FROM (SELECT * FROM {table} LIMIT 1000) t"
            )
            found.append(_Row(width, count))
    finally:
        await connection.close()
    return found


async def _connect(suite: Suite, service: str) -> asyncpg.Connection[asyncpg.Record]:
    return await asyncpg.connect(suite.superuser_dsn, database=roles.database_of(service))
