"""Kafka out: outbox rows as ready-made batches, one in flight per partition."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from asyncpg import Record

from chassis.crash import crash_point
from chassis.envelope import decoded, headers_of
from chassis.ids import millis_of
from chassis.publisher import BrokerDown

PUBLISH_SECONDS_MAX = 15
"""An idempotent batch never expires by itself."""
BATCH_BYTES_MAX = 1 << 20


class KafkaPublisher:
    """Sends outbox rows. A producer that failed is thrown away with all that it still held.

    Nothing is lost by that: the relay's cursor stands where it stood, and the next producer sends
    the same rows again. Going on with the old one could skip a batch (aiokafka #1017).
    """

    def __init__(
        self, bootstrap_servers: str, *, cell: str, service: str, retimed: bool = False
    ) -> None:
        """`retimed`: for Kafka the messages are of now, else it would soon drop old ones again."""
        self._servers, self._cell, self._retimed = bootstrap_servers, cell, retimed
        self._source = f"{cell}/{service}"
        self._producer: AIOKafkaProducer | None = None

    async def publish(self, rows: Sequence[Record]) -> None:
        """Return when all replicas in sync have all rows. Raises BrokerDown."""
        if not rows:
            return
        try:
            async with asyncio.timeout(PUBLISH_SECONDS_MAX):
                await self._publish(await self._ready(), rows)
        except (KafkaError, OSError) as fault:
            await self.close()
            raise BrokerDown(repr(fault)) from fault

    async def close(self) -> None:
        """Drop the producer without waiting for what it has not sent."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        # `stop` alone would wait until everything is sent, which may be never.
        if (sender := producer._sender.sender_task) is not None:
            sender.cancel()
        with suppress(KafkaError, OSError):
            async with asyncio.timeout(5):
                await producer.client.close()
                await producer.stop()

    async def _ready(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._servers,
                enable_idempotence=True,
                acks="all",
                max_batch_size=BATCH_BYTES_MAX,
                request_timeout_ms=10_000,
            )
            self._producer = producer
            await producer.start()
        return self._producer

    async def _publish(self, producer: AIOKafkaProducer, rows: Sequence[Record]) -> None:
        builders: dict[tuple[str, int], Any] = {}
        acks: list[asyncio.Future[Any]] = []
        for row in rows:
            place = (row["topic"], row["partition"])
            builder = builders.get(place)
            if builder is None or not self._append(builder, row):
                if builder is not None:
                    acks.append(await self._send(producer, builder, place))
                    crash_point("relay.mid_page")
                builder = builders[place] = producer.create_batch()
                assert self._append(builder, row), "the outbox takes no body that fills a batch"
        for place, builder in builders.items():
            acks.append(await self._send(producer, builder, place))
            crash_point("relay.mid_page")
        await asyncio.gather(*acks)

    def _append(self, builder: Any, row: Record) -> bool:
        headers = row["headers"]
        appended = builder.append(
            timestamp=time.time_ns() // 1_000_000
            if self._retimed
            else millis_of(row["message_id"]),
            key=row["key"],
            value=row["body"],
            headers=headers_of(row, self._source) if headers is None else list(decoded(headers)),
        )
        return appended is not None

    async def _send(
        self, producer: AIOKafkaProducer, builder: Any, place: tuple[str, int]
    ) -> asyncio.Future[Any]:
        builder.close()
        topic, partition = place
        ack: asyncio.Future[Any] = await producer.send_batch(
            builder, f"{self._cell}.{topic}", partition=partition
        )
        return ack
