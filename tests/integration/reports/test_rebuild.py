"""The projection built anew from a real Kafka has the rows that it had before."""

import asyncio
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from chassis.consumer import Dispatch
from chassis.db import transaction
from chassis.envelope import ID, TYPE
from chassis.kafka import history
from contracts.topics import TOPICS, partition_of
from deploy.kafka import topics
from services.reports import commands, queries
from services.reports.consumers import SUBSCRIPTIONS
from services.reports.rebuild import TOPICS as LISTENED
from tests.builders.events import Story, a_delivery


@pytest.fixture
async def cell(kafka):
    """The topics of a cell of this test's own."""
    name = f"test-{uuid4().hex[:8]}"
    await topics.apply(kafka, name, topics={topic: TOPICS[topic] for topic in LISTENED})
    return name


async def publish(kafka, cell, deliveries):
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for one in deliveries:
            topic = f"{cell}.{one.type.partition('.')[0]}.events"
            headers = [(ID, str(one.message_id).encode()), (TYPE, one.type.encode())]
            await producer.send(
                topic,
                one.body,
                one.key,
                partition=partition_of(one.key),
                headers=headers + list(one.headers),
            )


async def rebuilt(reports_db, kafka, cell):
    async with transaction(reports_db) as tx:
        await commands.hold_still(tx)
        return await commands.rebuild(tx, history(kafka, LISTENED, cell=cell))


async def test_rebuilding_gives_identical_rows_and_drops_false_ones(reports_db, kafka, cell):
    actor = uuid4()
    stories = [Story(f"DD-2611-{n:06}") for n in range(20)]
    past = [a_delivery(event, actor) for story in stories for event in story.whole_life()]
    await publish(kafka, cell, past + past[::3])
    dispatch = Dispatch(reports_db, SUBSCRIPTIONS)
    for start in range(0, len(past), 50):
        await dispatch.deliver(past[start : start + 50])
    expected = await queries.digest(reports_db)
    await reports_db.execute("UPDATE orders SET total_minor = 1")
    await reports_db.execute("DELETE FROM order_events WHERE type LIKE 'billing.%'")

    events = await rebuilt(reports_db, kafka, cell)

    assert events >= len(past)
    assert await queries.digest(reports_db) == expected


async def test_what_arrives_after_a_rebuild_is_told_on_top_of_it(reports_db, kafka, cell):
    story = Story()
    events = [a_delivery(event) for event in story.whole_life()]
    await publish(kafka, cell, events[:6])

    await rebuilt(reports_db, kafka, cell)
    await Dispatch(reports_db, SUBSCRIPTIONS).deliver(events)

    told = await queries.timeline(reports_db, story.order_id)
    assert (len(told.events), told.status) == (len(events), "COMPLETED")


async def test_whoever_follows_waits_until_it_is_over_and_loses_nothing(reports_db, kafka, cell):
    story = Story()
    events = [a_delivery(event) for event in story.whole_life()]
    await publish(kafka, cell, events[:6])
    followed = Dispatch(reports_db, SUBSCRIPTIONS).deliver(events)

    async with transaction(reports_db) as tx:
        await commands.hold_still(tx)
        following = asyncio.create_task(followed)
        await commands.rebuild(tx, history(kafka, LISTENED, cell=cell))
        assert not following.done()
    await following

    told = await queries.timeline(reports_db, story.order_id)
    assert len(told.events) == len(events)


async def test_an_empty_log_rebuilds_to_nothing(reports_db, kafka, cell):
    assert await rebuilt(reports_db, kafka, cell) == 0
