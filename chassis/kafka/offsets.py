"""Offsets: told to the broker after the effects, and only of partitions still owned."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from chassis.crash import crash_point
from chassis.log import log

COMMIT_SECONDS_MAX = 10
COMMIT_EVERY_SECONDS = 0.2
"""A commit costs the broker as much as a batch; what is repeated for want of one, costs little."""


class Offsets:
    """How far this member has come, told to the broker some time after the effects.

    What is repeated because the broker was not told, the inbox knows.
    """

    def __init__(self, client: AIOKafkaConsumer | None = None) -> None:
        self._client = client
        self._delivered: dict[TopicPartition, int] = {}
        self._committed_at = time.monotonic()

    async def delivered(self, fetched: Mapping[TopicPartition, Sequence[Any]]) -> None:
        """The effects of these records are durable."""
        for part, records in fetched.items():
            if records:
                self._delivered[part] = records[-1].offset + 1
        if time.monotonic() - self._committed_at >= COMMIT_EVERY_SECONDS:
            await self.commit()

    async def commit(self) -> None:
        """Tell the broker. Where that fails, the same messages come again, to whomever."""
        delivered, self._delivered = self._delivered, {}
        self._committed_at = time.monotonic()
        if self._client is None or not delivered:
            return
        mine = self._client.assignment()
        offsets = {part: offset for part, offset in delivered.items() if part in mine}
        try:
            async with asyncio.timeout(COMMIT_SECONDS_MAX):
                await self._client.commit(offsets)
        except (CommitFailedError, IllegalStateError, KafkaError, TimeoutError) as fault:
            log.info("offsets_not_committed", error=repr(fault))
        crash_point("consumer.after_offsets")
