"""The whole way on a real broker: nothing lost, nothing twice, in order, whatever is in the way."""

import asyncio
import random
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import OutOfOrderSequenceNumber

from chassis import outbox
from chassis.consumer import Dispatch, on
from chassis.db import transaction
from chassis.envelope import Envelope
from chassis.ids import floor_of, millis_of
from chassis.kafka import Consumption, KafkaPublisher
from chassis.kafka.consumption import Stalled, closed
from chassis.outbox import Cause
from chassis.process import running
from chassis.publisher import BrokerDown
from chassis.pulse import Pulse
from chassis.relay import relay_once
from chassis.republish import republish
from contracts.dealers import DealerState
from contracts.inventory import FirmReservation
from contracts.topics import PARTITIONS, partition_of
from tests.builders.chassis import Broker, a_delivery
from tests.builders.orders import a_dealer_state
from tests.integration.chassis.messages.a_worker import SUBSCRIPTIONS, settings_of
from tests.integration.chassis.messages.conftest import SERVICE, Orders, until


@pytest.fixture
def member(dsn, kafka, cell):
    """A member of the service's group, in this process."""

    def start(instance="0"):
        return running(SERVICE, settings_of(dsn(), kafka, cell, instance), SUBSCRIPTIONS)

    return start


@asynccontextmanager
async def a_publisher(kafka, cell):
    publisher = KafkaPublisher(kafka, cell=cell, service=SERVICE)
    try:
        yield publisher
    finally:
        await publisher.close()


async def records_of(kafka, topic, count):
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(20):
            return [await consumer.getone() for _ in range(count)]
    finally:
        await consumer.stop()


async def records_in(kafka, topic):
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        parts = [TopicPartition(topic, n) for n in range(PARTITIONS)]
        return sum((await consumer.end_offsets(parts)).values())
    finally:
        await consumer.stop()


async def test_a_message_travels_as_a_cloud_event(db, kafka, cell):
    order, cause = uuid4(), uuid4()
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
    with outbox.caused_by({b"": Cause(cause, "user:7", parent)}):
        async with transaction(db) as tx:
            await outbox.add(tx, [FirmReservation(order_id=order, release=True)])
    async with a_publisher(kafka, cell) as publisher:
        await relay_once(db, publisher)

    [record] = await records_of(kafka, f"{cell}.inventory.commands", 1)

    headers = dict(record.headers)
    message_id = await db.fetchval("SELECT message_id FROM outbox")
    assert headers == {
        "ce_specversion": b"1.0",
        "ce_id": str(message_id).encode(),
        "ce_source": f"{cell}/{SERVICE}".encode(),
        "ce_type": FirmReservation.type.encode(),
        "ce_subject": str(order).encode(),
        "ce_causationid": str(cause).encode(),
        "ce_correlationid": str(order).encode(),
        "ce_actor": b"user:7",
        "traceparent": parent.encode(),
        "content-type": b"application/json",
    }
    assert (record.key, record.partition) == (order.bytes, partition_of(order.bytes))
    assert record.timestamp == millis_of(message_id)
    envelope = Envelope.of(message_id, FirmReservation.type, headers)
    assert (envelope.causation_id, envelope.correlation_id) == (cause, order)


async def test_a_dead_letter_arrives_as_it_came_with_where_from_and_why(db, kafka, cell):
    dead = a_delivery(FirmReservation(order_id=uuid4(), release=True), place=(3, 99))
    await Dispatch(db, SUBSCRIPTIONS, service=SERVICE).deliver([dead])  # it has no version
    async with a_publisher(kafka, cell) as publisher:
        await relay_once(db, publisher)

    [record] = await records_of(kafka, f"{cell}.{SERVICE}.dlq", 1)

    headers = dict(record.headers)
    assert (record.key, record.value) == (dead.key, dead.body)
    assert headers["ce_id"] == str(dead.message_id).encode()
    assert (headers["dlq_topic"], headers["dlq_partition"]) == (b"inventory.commands", b"3")
    assert headers["dlq_offset"] == b"99"
    assert b"version" in headers["dlq_error"]


async def test_members_that_come_and_go_in_the_middle_lose_nothing_and_double_nothing(
    db, owner, member, kafka, cell
):
    orders = Orders(db, owner, keys=40, versions=30)
    asking = asyncio.create_task(orders.ask())

    async with member("0"):
        await until(orders._done_at_least, 200)
        async with member("1"):
            await until(orders._done_at_least, 800)
        async with member("1"):
            await asking
            await orders.all_done()

    await orders.are_in_order()
    # Two relays were at work, and spared each other the double work.
    announced = await owner.fetchval("SELECT count(*) FROM event_log")
    assert await records_in(kafka, f"{cell}.inventory.commands") == announced


async def test_a_member_that_comes_back_with_fewer_topics_goes_on_with_them(db, dsn, kafka, cell):
    settings = settings_of(dsn(), kafka, cell)
    settings = settings.model_copy(update={"kafka_session_timeout_seconds": 6})
    names = []

    async def keep(_, states):
        names.extend(state.name for state in states)

    async def has_heard(*expected):
        return names == list(expected)

    async with running(SERVICE, settings, (*SUBSCRIPTIONS, on(keep, DealerState))) as process:
        async with transaction(db) as tx:
            await outbox.add(tx, [a_dealer_state(name="晨光商行")])
        process.committed.set()
        await until(has_heard, "晨光商行")

    async with running(SERVICE, settings, (on(keep, DealerState),)) as process:
        async with transaction(db) as tx:
            await outbox.add(tx, [a_dealer_state(name="东升五金")])
        process.committed.set()
        await until(has_heard, "晨光商行", "东升五金")


async def test_connections_that_are_cut_in_the_middle_of_batches_lose_nothing(
    db, owner, orders, member, postgres
):
    await orders.ask()
    name = await owner.fetchval("SELECT current_database()")
    superuser = await asyncpg.connect(postgres)
    chance = random.Random(1)

    async with member():
        for _ in range(12):
            await superuser.execute(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = $1 AND usename = $2
                """,
                name,
                SERVICE,
            )
            await asyncio.sleep(chance.random() * 0.5)
        await orders.all_done()

    await superuser.close()
    await orders.are_in_order()


async def test_a_producer_that_met_a_fatal_error_is_replaced_and_nothing_is_skipped(
    db, kafka, cell
):
    async def announce():
        async with transaction(db) as tx:
            await outbox.add(tx, [FirmReservation(order_id=uuid4(), release=True)])

    async with a_publisher(kafka, cell) as publisher:
        await announce()
        await relay_once(db, publisher)
        publisher._producer._message_accumulator.fail_all(OutOfOrderSequenceNumber())
        await announce()

        with pytest.raises(BrokerDown):
            await relay_once(db, publisher)
        assert await relay_once(db, publisher) == 1

    records = await records_of(kafka, f"{cell}.inventory.commands", 2)
    assert len({dict(record.headers)["ce_id"] for record in records}) == 2


async def test_a_broker_that_is_not_there_is_waited_for(db):
    async with transaction(db) as tx:
        await outbox.add(tx, [FirmReservation(order_id=uuid4(), release=True)])

    async with a_publisher("127.0.0.1:1", "nowhere") as publisher:
        for _ in range(2):
            with pytest.raises(BrokerDown):
                await relay_once(db, publisher)


async def test_a_client_that_stands_still_is_told_from_one_that_has_nothing_to_do(db):
    consumption = Consumption(Dispatch(db, []), {}, asyncio.Event(), Pulse(30), cell="test")

    part = TopicPartition("t", 0)

    def client(position, end):
        async def answer(value):
            return value

        return SimpleNamespace(
            assignment=lambda: {part},
            end_offsets=lambda _: answer({part: end}),
            position=lambda _: answer(position),
        )

    await consumption._check_lag(client(7, 7))
    with pytest.raises(Stalled):
        await consumption._check_lag(client(7, 8))


async def test_a_client_that_does_not_end_even_when_cancelled_is_left_behind():
    swallowed, end = asyncio.Event(), asyncio.Event()

    async def stop():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            swallowed.set()
            await end.wait()

    async with asyncio.timeout(5):
        await closed(SimpleNamespace(stop=stop), seconds_max=0.01)
        await swallowed.wait()

    end.set()


async def test_a_client_that_cancels_who_waits_for_its_end_ends_only_itself():
    async def stop():
        raise asyncio.CancelledError

    await closed(SimpleNamespace(stop=stop))


async def test_a_batch_that_holds_up_a_rebalance_too_long_is_given_up(db, monkeypatch):
    never = asyncio.Event()
    consumption = Consumption(Dispatch(db, []), {}, asyncio.Event(), Pulse(30), cell="test")
    monkeypatch.setattr("chassis.kafka.consumption.REVOCATION_SECONDS_MAX", 0.01)
    consumption._batch = asyncio.create_task(never.wait())

    await consumption.on_partitions_revoked([])

    assert consumption._batch.cancelled()


async def test_a_fault_shows_in_readiness_only_after_a_while():
    patient, strict = Pulse(60), Pulse(0)
    for pulse in (patient, strict):
        pulse.ill("down")

    assert await patient.check() is None
    assert "down" in await strict.check()

    strict.well()
    assert await strict.check() is None


async def test_history_that_is_sent_again_is_of_now_for_kafka_and_of_then_for_consumers(
    db, owner, kafka, cell
):
    long_ago = floor_of(datetime.now(UTC) - timedelta(days=60))
    async with transaction(db) as tx:
        await outbox.add(tx, [FirmReservation(order_id=uuid4(), release=True)])
    await relay_once(db, Broker())
    await owner.execute("UPDATE outbox SET message_id = $1", long_ago)
    publisher = KafkaPublisher(kafka, cell=cell, service=SERVICE, retimed=True)

    await republish(db, publisher, datetime.now(UTC) - timedelta(days=90))

    await publisher.close()
    [record] = await records_of(kafka, f"{cell}.inventory.commands", 1)
    assert abs(record.timestamp / 1_000 - datetime.now(UTC).timestamp()) < 60
    assert dict(record.headers)["ce_id"] == str(long_ago).encode()


async def test_a_batch_that_does_not_end_shows_in_readiness(db, monkeypatch):
    monkeypatch.setattr("chassis.kafka.consumption.BATCH_SECONDS_MAX", 0.01)
    pulse, end = Pulse(0), asyncio.Event()
    consumption = Consumption(Dispatch(db, []), {}, asyncio.Event(), pulse, cell="test")

    batch = asyncio.create_task(end.wait())
    waiting = asyncio.create_task(consumption._until_ended(batch))
    await until(pulse.check)
    assert not waiting.done()
    end.set()

    await waiting
