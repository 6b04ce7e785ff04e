"""Follow the log from now on, for what is shown to people who are looking at this moment.

Without a group and without offsets: every process sees everything, nothing is stored, and what was
missed while the broker could not be reached is only announced as missed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from chassis.envelope import ID, TYPE
from chassis.kafka.consumption import closed, is_wanted
from chassis.log import log
from chassis.settings import ServiceSettings

BACK_OFF_SECONDS = (0.5, 1.0, 2.0, 5.0)
POLL_MS = 1_000


class Told(NamedTuple):
    """A message as it stands in the log."""

    message_id: str
    type: str
    body: bytes


async def follow(
    settings: ServiceSettings, topics: Collection[str]
) -> AsyncGenerator[Sequence[Told] | None]:
    """Batches of what comes, an empty one each second in which nothing does, for ever.

    None: from here on nothing is missed; it comes first, and again after each interruption.
    """
    failures = 0
    while True:
        consumer = AIOKafkaConsumer(
            *(f"{settings.cell}.{topic}" for topic in topics),
            bootstrap_servers=settings.kafka_bootstrap_servers,
            enable_auto_commit=False,
            auto_offset_reset="latest",
        )
        try:
            await consumer.start()
            await consumer.seek_to_end()
            yield None
            failures = 0
            while True:
                fetched = await consumer.getmany(timeout_ms=POLL_MS)
                yield [_told(record) for records in fetched.values() for record in records]
        except (KafkaError, OSError, asyncio.CancelledError) as fault:
            if is_wanted(fault):
                raise
            log.warning("log_not_followed", error=repr(fault))
            await asyncio.sleep(BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)])
            failures += 1
        finally:
            await closed(consumer)


def _told(record: Any) -> Told:
    headers: Mapping[str, bytes] = dict(record.headers)
    return Told(_text(headers.get(ID)), _text(headers.get(TYPE)), record.value or b"{}")


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace")
