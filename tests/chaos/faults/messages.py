"""F15: messages that nobody of ours would send, on every topic: to the dead letters, and past them.

Published by hand, around the outbox. What a service cannot read must lie in its dead letter topic;
what it does not know it passes over; what it has had it drops; and no partition stands still.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import NamedTuple
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer

from chassis.envelope import ID, TYPE, headers_of
from chassis.ids import uuid7
from chassis.process import topics_of
from contracts.message import Message
from contracts.topics import PARTITIONS, TOPICS, partition_of
from deploy.local.suite import CELL, SERVICES
from tests.chaos.fault import Fault
from tests.chaos.ground import Ground

OVERSIZED = 900_000
REPEATED = 300
YEAR_9999 = UUID(int=(253_370_764_800_000 << 80) | (7 << 76) | (2 << 62) | 1)
HANDLED_SECONDS = 30.0


class Planted(NamedTuple):
    """A message, and who must bury it."""

    topic: str
    key: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    body: bytes | None
    buried_by: tuple[str, ...] = ()


async def _plant(ground: Ground) -> None:
    planted = [
        *(one for topic in _topics() for one in _unreadable(topic)),
        *(one for service in SERVICES for one in _spoiled(ground, service)),
        *await _repeated(ground),
        *await _from_year_9999(ground),
    ]
    producer = AIOKafkaProducer(
        bootstrap_servers=ground.suite.bootstrap_servers, max_request_size=2 << 20
    )
    await producer.start()
    try:
        for one in planted:
            partition = partition_of(one.key) if one.key else ground.chance.randrange(PARTITIONS)
            await producer.send_and_wait(
                f"{CELL}.{one.topic}",
                key=one.key,
                value=one.body,
                headers=list(one.headers),
                partition=partition,
            )
    finally:
        await producer.stop()
    await _until_buried(ground, planted)
    ground.notes.append(f"{len(planted)} messages")


def _topics() -> list[str]:
    return [name for name, topic in TOPICS.items() if topic.consumers]


def _unreadable(topic: str) -> Iterator[Planted]:
    """No message of ours: without what says what it is, or with something else there."""
    readers = tuple(one for one in SERVICES if any(kind.topic == topic for kind in _taken(one)))
    known_id, strange_type = str(uuid7()).encode(), b"\xff\xfe"
    for headers in (
        (),
        ((ID, b"no id"), (TYPE, b"x")),
        ((ID, known_id),),
        ((ID, known_id), (TYPE, strange_type)),
        ((ID, None), (TYPE, None)),
    ):
        yield Planted(topic, uuid4().bytes, headers, b"{}", readers)
    if TOPICS[topic].cleanup != "compact":  # there the broker itself refuses it
        yield Planted(topic, None, (), b"without a key")
    yield Planted(topic, b"", (), b"")


def _spoiled(ground: Ground, service: str) -> Iterator[Planted]:
    """One of the kinds that it takes, with a body that is none; and kinds that come later."""
    kind = ground.chance.choice(_taken(service))
    readers = tuple(one for one in SERVICES if kind in _taken(one))
    bodies = (
        b"",
        b"\x00\xff no JSON",
        b"[]",
        b'{"order_id": 1e400}',
        b"[" * 100_000,
        b'{"order_id": "' + b"x" * OVERSIZED + b'"}',
    )
    for body in bodies:
        yield Planted(kind.topic, uuid4().bytes, _headers(kind.type), body, readers)
    later = kind.type.rpartition(".v")[0] + ".v99"
    yield Planted(kind.topic, uuid4().bytes, _headers(later), b'{"new": true}')


def _taken(service: str) -> list[type[Message]]:
    """Kinds of messages that a service subscribes to, of topics that it reads."""
    topics = topics_of(service)
    subscriptions = import_module(f"services.{service}.app").SERVICE.subscriptions
    kinds = {kind for one in subscriptions for kind in one.messages if kind.topic in topics}
    return sorted(kinds, key=lambda kind: kind.type)


def _headers(message_type: str, message_id: UUID | None = None) -> list[tuple[str, bytes]]:
    return [(ID, str(message_id or uuid7()).encode()), (TYPE, message_type.encode())]


async def _repeated(ground: Ground) -> list[Planted]:
    """What was sent lately, once more, with the same ids."""
    planted = []
    for service in ("orders", "inventory", "billing", "catalog"):
        async with ground.database(service) as database:
            rows = await database.fetch(
                """
                SELECT log.message_id, type, topic, key, sequence, cause, correlation, actor,
                       traceparent, body
                FROM event_log AS log, outbox_cursor
                WHERE headers IS NULL AND pg_visible_in_snapshot(xid, seen)
                ORDER BY log.position DESC
                LIMIT $1
                """,
                REPEATED // 4,
            )
        planted += [
            Planted(row["topic"], row["key"], headers_of(row, f"{CELL}/{service}"), row["body"])
            for row in rows
        ]
    return planted


async def _from_year_9999(ground: Ground) -> list[Planted]:
    """A command as it was, from a clock that is wrong: nobody can say whether it is known."""
    async with ground.database("orders") as database:
        rows = await database.fetch(
            """
            SELECT DISTINCT ON (topic) type, topic, body FROM event_log
            WHERE topic = ANY($1::text[]) ORDER BY topic, position DESC
            """,
            [f"{service}.commands" for service in ("catalog", "inventory", "billing")],
        )
    return [
        Planted(
            row["topic"],
            uuid4().bytes,
            _headers(row["type"], UUID(int=YEAR_9999.int | ground.chance.getrandbits(60))),
            row["body"],
            tuple(TOPICS[row["topic"]].consumers),
        )
        for row in rows
    ]


async def _until_buried(ground: Ground, planted: Sequence[Planted]) -> None:
    """Raises NotReached."""
    wanted: dict[str, list[bytes]] = {}
    for one in planted:
        for service in one.buried_by:
            assert one.key is not None
            wanted.setdefault(service, []).append(one.key)
    await asyncio.gather(*(_buried(ground, service, keys) for service, keys in wanted.items()))


async def _buried(ground: Ground, service: str, keys: list[bytes]) -> None:
    async with ground.database(service) as database:

        async def all_are() -> bool:
            count = await database.fetchval(
                "SELECT count(DISTINCT key) FROM event_log WHERE topic = $1 AND key = ANY($2)",
                f"{service}.dlq",
                keys,
            )
            return bool(count == len(keys))

        what = f"{service} has all {len(keys)} strange messages among its dead letters"
        await ground.until_so(all_are, what, HANDLED_SECONDS)


FAULTS = (
    Fault(
        "strange messages",
        "unreadable, oversized, of another schema, of a later version, of the year 9999, and again",
        _plant,
    ),
)
