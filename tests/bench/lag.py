"""Lag over time: what waits for whom, looked at once a second while a block runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

from contracts.topics import PARTITIONS, TOPICS
from deploy.ctl.deliveries import listening
from deploy.local.suite import APPLICATIONS, CELL, Suite
from deploy.postgres import roles

EVERY_SECONDS = 1.0
QUIET_SECONDS_MAX = 60.0
ASKING_SECONDS_MAX = 30.0
PARTS_MAX = 60
"""Of a longer series every n-th value is printed."""
UNPUBLISHED = """
    SELECT count(*)
    FROM outbox AS waiting, outbox_cursor AS cursor
    WHERE waiting.xid >= pg_snapshot_xmin(cursor.seen)
      AND NOT pg_visible_in_snapshot(waiting.xid, cursor.seen)
      AND NOT coalesce(pg_visible_in_snapshot(waiting.xid, cursor.batch)
                       AND waiting.position <= cursor.position, false)
"""
Series = dict[str, list[int]]


class Stalled(Exception):
    """What was to happen did not happen in time."""


@dataclass(slots=True)
class Lag:
    """The series of one block, by service."""

    sampler: Sampler
    messages: Series = field(default_factory=dict)
    """In Kafka, beyond the offset that the service has committed (it commits five times a
    second, so a fifth of a second of what is done counts as waiting)."""
    unpublished: Series = field(default_factory=dict)
    """In the outbox, not yet published."""

    async def watch(self, ended: asyncio.Event) -> None:
        """Look once a second until it has ended."""
        while not ended.is_set():
            due = time.monotonic() + EVERY_SECONDS
            _append(self.messages, await self.sampler.messages())
            _append(self.unpublished, await self.sampler.unpublished())
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), max(0.0, due - time.monotonic()))

    def told(self) -> dict[str, Any]:
        return {
            "every_seconds": EVERY_SECONDS * _step(self.messages),
            "messages": _shortened(self.messages),
            "messages_max": _highest(self.messages),
            "unpublished": _shortened(self.unpublished),
            "unpublished_max": _highest(self.unpublished),
        }


@dataclass(frozen=True, slots=True)
class Sampler:
    """Connections to the broker and to every database."""

    cell: str
    admin: AIOKafkaAdminClient
    consumer: AIOKafkaConsumer
    databases: Mapping[str, asyncpg.Connection[asyncpg.Record]]
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """A connection takes one question at a time."""

    async def messages(self) -> dict[str, int]:
        """What each service has not yet taken from Kafka."""
        parts = [
            TopicPartition(f"{self.cell}.{topic}", part)
            for topic, facts in TOPICS.items()
            if facts.consumers
            for part in range(PARTITIONS)
        ]
        committed = {
            service: await self._committed(f"{self.cell}.{service}") for service in self.databases
        }
        ends = await self.consumer.end_offsets(parts)
        return {
            service: sum(
                max(0, end - (offsets[part].offset if part in offsets else 0))
                for part, end in ends.items()
                if part.topic.removeprefix(f"{self.cell}.") in listening(service)
            )
            for service, offsets in committed.items()
        }

    async def _committed(self, group: str) -> dict[TopicPartition, OffsetAndMetadata]:
        """Now and then a broker under load says that it does not know who answers for a group.

        Raises KafkaError when it goes on saying so.
        """
        deadline = time.monotonic() + ASKING_SECONDS_MAX
        while True:
            try:
                offsets: dict[
                    TopicPartition, OffsetAndMetadata
                ] = await self.admin.list_consumer_group_offsets(group)
            except KafkaError as refusal:
                if not refusal.retriable or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.1)
            else:
                return offsets

    async def unpublished(self) -> dict[str, int]:
        """What each service has announced and not yet published."""
        async with self.asking:
            return {
                service: await database.fetchval(UNPUBLISHED)
                for service, database in self.databases.items()
            }

    async def quiet(self) -> None:
        """Wait until nobody has anything left to do. Raises Stalled."""
        deadline = time.monotonic() + QUIET_SECONDS_MAX
        while True:
            waiting = sum((await self.unpublished()).values())
            waiting += sum((await self.messages()).values())
            if not waiting:
                return
            if time.monotonic() > deadline:
                raise Stalled(f"{waiting} messages wait and nobody takes them")
            await asyncio.sleep(0.1)


@asynccontextmanager
async def sampler(suite: Suite) -> AsyncGenerator[Sampler]:
    """Of a running suite."""
    databases = {
        service: roles.dsn_of(suite.superuser_dsn, roles.database_of(service))
        for service in APPLICATIONS
    }
    async with sampler_of(suite.bootstrap_servers, CELL, databases) as made:
        yield made


@asynccontextmanager
async def sampler_of(
    bootstrap_servers: str, cell: str, databases: Mapping[str, str]
) -> AsyncGenerator[Sampler]:
    async with AsyncExitStack() as stack:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
        await admin.start()
        stack.push_async_callback(admin.close)
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, group_id=None)
        await consumer.start()
        stack.push_async_callback(consumer.stop)
        opened: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
        for service, dsn in databases.items():
            # As the relay: without statistics a planner may want to read the whole outbox.
            connection = await asyncpg.connect(dsn, server_settings={"enable_seqscan": "off"})
            stack.push_async_callback(connection.close)
            opened[service] = connection
        yield Sampler(cell, admin, consumer, opened)


@asynccontextmanager
async def watched(sampler: Sampler) -> AsyncGenerator[Lag]:
    """Watch while the block runs."""
    lag, ended = Lag(sampler), asyncio.Event()
    watching = asyncio.create_task(lag.watch(ended))
    try:
        yield lag
    finally:
        ended.set()
        await watching


def _append(series: Series, values: Mapping[str, int]) -> None:
    for service, value in values.items():
        series.setdefault(service, []).append(value)


def _step(series: Series) -> int:
    return max(1, -(-max(map(len, series.values()), default=0) // PARTS_MAX))


def _shortened(series: Series) -> Series:
    step = _step(series)
    return {service: values[::step] for service, values in series.items() if any(values)}


def _highest(series: Series) -> dict[str, int]:
    return {service: max(values) for service, values in series.items() if any(values)}
