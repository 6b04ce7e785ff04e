"""Makes the topics of one cell what `contracts.topics` says they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAlreadyExistsError, for_code

from contracts.topics import PARTITIONS, TOPICS, Topic

HOUR_MS = 3_600_000


class TopicsFailed(Exception):
    """The broker did not take the topics."""


async def apply(
    bootstrap_servers: str,
    cell: str,
    *,
    topics: Mapping[str, Topic] = TOPICS,
    replication: int = 1,
    timeout_seconds: float = 60,
) -> None:
    """Create what is absent, set retention and compaction of the rest, wait for the coordinator.

    The number of partitions of a topic that exists is left alone: it is part of the contract.
    """
    async with asyncio.timeout(timeout_seconds), _admin(bootstrap_servers) as admin:
        known = set(await admin.list_topics())
        wanted = {f"{cell}.{name}": _configuration(topic) for name, topic in topics.items()}
        await _create(
            admin,
            [
                NewTopic(name, PARTITIONS, replication, topic_configs=configuration)
                for name, configuration in wanted.items()
                if name not in known
            ],
        )
        await _configure(admin, {name: wanted[name] for name in wanted.keys() & known})
        await _visible(admin, wanted.keys())
        await _coordinator_answers(admin, f"{cell}.topics")


def _configuration(topic: Topic) -> dict[str, str]:
    if topic.cleanup == "compact":
        return {"cleanup.policy": "compact", "segment.ms": str(24 * HOUR_MS)}
    return {"cleanup.policy": "delete", "retention.ms": str(topic.retention_hours * HOUR_MS)}


async def _create(admin: AIOKafkaAdminClient, topics: list[NewTopic]) -> None:
    answer = await admin.create_topics(topics)
    for name, code, *_ in answer.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise TopicsFailed(f"{name}: {for_code(code).__name__}")


async def _configure(
    admin: AIOKafkaAdminClient, configurations: Mapping[str, Mapping[str, str]]
) -> None:
    """Replace the configuration of topics that exist already."""
    answers = await admin.alter_configs(
        [
            ConfigResource(ConfigResourceType.TOPIC, name, dict(configuration))
            for name, configuration in configurations.items()
        ]
    )
    for answer in answers:
        for code, reason, _, name in answer.resources:
            if code != 0:
                raise TopicsFailed(f"{name}: {for_code(code).__name__} {reason or ''}")


async def _visible(admin: AIOKafkaAdminClient, names: Iterable[str]) -> None:
    """The controller answers before the broker has heard of its decision."""
    wanted = set(names)
    while wanted - set(await admin.list_topics()):
        await asyncio.sleep(0.05)


async def _coordinator_answers(admin: AIOKafkaAdminClient, group: str) -> None:
    """A fresh broker refuses groups for a moment; services should not have to see that."""
    while True:
        try:
            await admin.find_coordinator(group)
        except KafkaError as refusal:
            if not refusal.retriable:
                raise
            await asyncio.sleep(0.1)
        else:
            return


@asynccontextmanager
async def _admin(bootstrap_servers: str) -> AsyncGenerator[AIOKafkaAdminClient]:
    """A connected client; waits for a broker that is just starting."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    while True:
        try:
            await admin.start()
            break
        except KafkaConnectionError:
            await asyncio.sleep(0.2)
    try:
        yield admin
    finally:
        await admin.close()
