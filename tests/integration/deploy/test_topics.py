from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from contracts.topics import PARTITIONS, TOPICS, Topic
from deploy.kafka import topics


@pytest.fixture
async def admin(kafka):
    client = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await client.start()
    yield client
    await client.close()


async def test_every_topic_of_the_contracts_is_made_with_its_partitions(kafka, admin):
    cell = uuid4().hex

    await topics.apply(kafka, cell)

    made = await admin.describe_topics([f"{cell}.{name}" for name in TOPICS])
    assert {topic["topic"] for topic in made} == {f"{cell}.{name}" for name in TOPICS}
    assert {len(topic["partitions"]) for topic in made} == {PARTITIONS}


async def test_applying_twice_changes_nothing(kafka, admin):
    cell = uuid4().hex
    await topics.apply(kafka, cell)
    before = await _configuration(admin, f"{cell}.orders.dlq")

    await topics.apply(kafka, cell)

    assert before["retention.ms"] == str(30 * 24 * 3_600_000)
    assert await _configuration(admin, f"{cell}.orders.dlq") == before


async def test_a_topic_that_exists_gets_the_retention_of_today(kafka, admin):
    cell = uuid4().hex
    was = Topic(key="order", producers=("orders",), consumers=(), retention_hours=1)
    await topics.apply(kafka, cell, topics={"orders.events": was})

    now = was.model_copy(update={"retention_hours": 2})
    await topics.apply(kafka, cell, topics={"orders.events": now})

    assert (await _configuration(admin, f"{cell}.orders.events"))["retention.ms"] == "7200000"


async def test_a_topic_of_states_is_compacted(kafka, admin):
    cell = uuid4().hex

    await topics.apply(kafka, cell)

    assert (await _configuration(admin, f"{cell}.dealers.state"))["cleanup.policy"] == "compact"


async def _configuration(admin, topic):
    asked = {"cleanup.policy": "", "retention.ms": ""}
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, asked)
    (answer,) = await admin.describe_configs([resource])
    assert answer.resources[0][0] == 0
    return {entry[0]: entry[1] for entry in answer.resources[0][4]}
