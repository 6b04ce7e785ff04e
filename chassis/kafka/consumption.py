"""Kafka in: one member of the service's consumer group."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from asyncpg.pgproto import pgproto

from chassis import telemetry
from chassis.consumer import TRANSIENT, Dispatch
from chassis.crash import crash_point
from chassis.envelope import ID, TYPE, Delivery, place_id_of
from chassis.kafka.offsets import COMMIT_SECONDS_MAX, Offsets
from chassis.kafka.pace import Pace
from chassis.log import log
from chassis.pulse import Pulse

REVOCATION_SECONDS_MAX = 30
"""How long a rebalance waits for the running batch before that is given up."""
STALL_SECONDS = (0.05, 5.0)
RESTART_SECONDS = 1.0
START_SECONDS_MAX = 90
"""How long a client may take to find the broker and get partitions: longer than a rebalance, which
waits for members that work (60 s) or are dead (45 s); then another one tries."""
CLOSE_SECONDS_MAX = 5.0
IDLE_CHECK_SECONDS = 10
"""How long nothing may come before we ask the broker whether there is something."""
SILENCE_SECONDS_MAX = 120
BATCH_SECONDS_MAX = 60
MILLIS_MAX = (1 << 48) - 1
"""The last moment that a UUIDv7 can name."""


class Stalled(Exception):
    """The client gets nothing although there is something, or lost its batch: start it anew."""


class Consumption(ConsumerRebalanceListener):  # type: ignore[misc]
    """Delivers for ever, at least once, in order per partition; offsets follow the commit.

    Nothing is fetched while a batch runs, a rebalance waits for the running batch, and a client
    that stands still is replaced. The process goes on whatever the broker does.
    """

    def __init__(
        self,
        dispatch: Dispatch,
        client: Mapping[str, Any],
        committed: asyncio.Event,
        pulse: Pulse,
        *,
        cell: str,
    ) -> None:
        self._dispatch, self._committed, self._pulse = dispatch, committed, pulse
        self._client_settings = client
        self._cell = cell
        self._pace = Pace()
        self._offsets = Offsets()
        self._batch: asyncio.Task[None] | None = None
        self._stopping = False

    async def run(self, topics: Sequence[str]) -> None:
        """Consume `topics` (without the cell) until `stop`."""
        while not self._stopping:
            client = AIOKafkaConsumer(
                **self._client_settings,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                rebalance_timeout_ms=60_000,
                max_partition_fetch_bytes=1 << 20,
            )
            client.subscribe(topics=[f"{self._cell}.{topic}" for topic in topics], listener=self)
            self._offsets = Offsets(client)
            try:
                async with asyncio.timeout(START_SECONDS_MAX):
                    await client.start()
                await self._consume(client)
            except (Exception, asyncio.CancelledError) as fault:
                if is_wanted(fault):
                    raise
                expected = isinstance(fault, (KafkaError, OSError, Stalled))
                self._pulse.ill(repr(fault))
                log.warning("consumer_restarted", error=repr(fault), exc_info=not expected)
                await asyncio.sleep(RESTART_SECONDS * random.uniform(0.5, 1.5))
            finally:
                await self._abandon()
                await closed(client)

    async def stop(self, timeout_seconds: float) -> None:
        """Let the running batch end, offsets included; nothing more is fetched."""
        self._stopping = True
        if self._batch is not None:
            await asyncio.wait({self._batch}, timeout=timeout_seconds)
        await self._offsets.commit()

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Before others get the partitions, finish what was fetched from them."""
        if self._batch is not None:
            _, running = await asyncio.wait({self._batch}, timeout=REVOCATION_SECONDS_MAX)
            if running:
                log.warning("batch_abandoned", partitions=len(revoked))
                await self._abandon()
        crash_point("consumer.before_revocation")
        await self._offsets.commit()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        log.info("partitions_assigned", partitions=len(assigned))

    async def _consume(self, client: AIOKafkaConsumer) -> None:
        heard = time.monotonic()
        while not self._stopping:
            await asyncio.sleep(self._pace.linger_seconds)
            async with asyncio.timeout(SILENCE_SECONDS_MAX):
                fetched = await client.getmany(timeout_ms=500, max_records=self._pace.size)
            # No await between here and the task: a rebalance sees either no batch or all of it.
            if fetched and not self._stopping:
                self._batch = asyncio.create_task(self._settle(fetched))
                await self._until_ended(self._batch)
                batch, self._batch = self._batch, None
                if batch.cancelled():
                    raise Stalled("a rebalance did not wait any longer")
                batch.result()
                heard = time.monotonic()
                continue
            await self._offsets.commit()
            if time.monotonic() - heard > IDLE_CHECK_SECONDS:
                await self._check_lag(client)
                heard = time.monotonic()

    async def _until_ended(self, batch: asyncio.Task[None]) -> None:
        """However long it takes: what it has begun, only it can end. But it shows."""
        while not batch.done():
            _, running = await asyncio.wait({batch}, timeout=BATCH_SECONDS_MAX)
            if running:
                self._pulse.ill("a batch does not end")
                log.warning("batch_hangs", seconds=BATCH_SECONDS_MAX)

    async def _settle(self, fetched: Mapping[TopicPartition, Sequence[Any]]) -> None:
        """Deliver what was fetched, then its offsets may be committed."""
        deliveries = [
            delivery_of(record, self._cell) for part in fetched.values() for record in part
        ]
        started = time.monotonic()
        await self._until_delivered(deliveries)
        seconds = time.monotonic() - started
        self._pace.note(len(deliveries), seconds)
        self._tell(fetched, len(deliveries), seconds)
        self._committed.set()
        await self._offsets.delivered(fetched)

    def _tell(
        self, fetched: Mapping[TopicPartition, Sequence[Any]], size: int, seconds: float
    ) -> None:
        oldest_ms = min(records[0].timestamp for records in fetched.values())
        lag_seconds = max(0.0, time.time() - oldest_ms / 1_000)
        group = self._client_settings["group_id"]
        telemetry.metrics.delivered(group, size=size, seconds=seconds, lag_seconds=lag_seconds)
        log.info(
            "batch_delivered",
            messages=size,
            elapsed_ms=round(seconds * 1_000, 1),
            lag_ms=round(lag_seconds * 1_000),
        )

    async def _until_delivered(self, deliveries: Sequence[Delivery]) -> None:
        """A connection lost in COMMIT is no problem here: what it committed, the inbox knows."""
        pause = STALL_SECONDS[0]
        while True:
            try:
                await self._dispatch.deliver(deliveries)
            except Exception as fault:
                expected = isinstance(fault, TRANSIENT)
                self._pulse.ill(repr(fault))
                log.warning(
                    "batch_stalled",
                    messages=len(deliveries),
                    error=repr(fault),
                    exc_info=not expected,
                )
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, STALL_SECONDS[1])
            else:
                self._pulse.well()
                return

    async def _check_lag(self, client: AIOKafkaConsumer) -> None:
        """Nothing came for a while. Raises Stalled if something should have."""
        mine = client.assignment()
        async with asyncio.timeout(COMMIT_SECONDS_MAX):
            ends = await client.end_offsets(list(mine))
            for part, end in ends.items():
                if await client.position(part) < end:
                    raise Stalled(f"{part.topic} {part.partition} does not move")
        self._pulse.well()

    async def _abandon(self) -> None:
        if self._batch is not None:
            self._batch.cancel()
            await asyncio.wait({self._batch})


def is_wanted(fault: BaseException) -> bool:
    """Whether somebody cancels us; a client lets out what it does to its own parts, too."""
    task = asyncio.current_task()
    assert task is not None
    return isinstance(fault, asyncio.CancelledError) and task.cancelling() > 0


async def closed(client: Any, *, seconds_max: float = CLOSE_SECONDS_MAX) -> None:
    """End a client, or leave it behind: one whose broker died may wait for ever, or cancel us too.

    A static member does not leave its group by this; the next client with its name takes its place,
    whatever became of it.
    """
    closing = asyncio.create_task(client.stop())
    done, _ = await asyncio.wait({closing}, timeout=seconds_max)
    if not done:
        log.warning("consumer_left_behind", seconds=seconds_max)
        closing.cancel()
    elif not closing.cancelled() and (fault := closing.exception()):
        log.info("consumer_ended_ill", error=repr(fault))


def delivery_of(record: Any, cell: str) -> Delivery:
    """A record of Kafka as a message; one that nobody can read has no type, and its place as id."""
    headers = dict(record.headers)
    topic = record.topic.removeprefix(f"{cell}.")
    try:
        message_id: UUID = pgproto.UUID(headers[ID].decode())
        message_type = headers[TYPE].decode()
    except (KeyError, ValueError, AttributeError):  # the last: a header without a value
        millis = min(max(record.timestamp, 0), MILLIS_MAX)
        message_id, message_type = place_id_of(millis, topic, record.partition, record.offset), ""
    return Delivery(
        message_id,
        message_type,
        record.key or b"",
        record.value or b"",
        record.headers,
        topic,
        record.partition,
        record.offset,
    )
