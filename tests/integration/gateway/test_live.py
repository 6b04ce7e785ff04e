"""Live updates over HTTP, from a real Kafka."""

import asyncio
import json
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from chassis.auth import Role
from chassis.db import transaction
from chassis.ids import uuid7
from contracts.dealers import DealerState
from contracts.orders import OrderReceived
from gateway.commands import users
from gateway.domain import Change
from gateway.live.events import TOPICS
from tests.builders.gateway import a_gateway, eventually

A, B = uuid4(), uuid4()
QUICK = {"identity_cache_seconds": 0.1, "live_heartbeat_seconds": 0.2}


@pytest.fixture
async def log(kafka):
    """A log of this test's own: its cell, and how to add to it."""
    cell = f"cell-{uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    topics = [NewTopic(f"{cell}.{topic}", 2, 1) for topic in (*TOPICS, DealerState.topic)]
    try:
        await admin.create_topics(topics)
    except TopicAlreadyExistsError:
        pass
    finally:
        await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    yield Log(cell, kafka, producer)
    await producer.stop()


class Log:
    def __init__(self, cell, address, producer):
        self.settings = {"cell": cell, "kafka_bootstrap_servers": address}
        self._cell, self._producer = cell, producer

    async def add(self, message):
        body = message.model_dump_json().encode()
        return await self.add_raw(message.topic, message.type, body, key=message.key)

    async def add_raw(self, topic, message_type, body, *, key=b"one"):
        message_id = str(uuid7())
        await self._producer.send_and_wait(
            f"{self._cell}.{topic}",
            body,
            key=key,
            headers=[("ce_id", message_id.encode()), ("ce_type", message_type.encode())],
        )
        return message_id


def an_order_event(dealer_id):
    return OrderReceived(
        order_id=uuid4(), version=3, number="XS-1", dealer_id=dealer_id, salesperson_id=None
    )


class Stream:
    """The events of an open stream, one at a time."""

    def __init__(self, response):
        self.response, self._lines = response, response.aiter_lines()

    async def next(self, kind="message", seconds=10):
        """The next event of a kind: its id and data; None when the stream ends."""
        async with asyncio.timeout(seconds):
            fields = {}
            async for line in self._lines:
                if line:
                    name, _, value = line.partition(":")
                    fields[name] = value.strip()
                elif fields.get("event", "message") == kind and "data" in fields:
                    return fields.get("id"), json.loads(fields["data"])
                else:
                    fields = {}
            return None


@asynccontextmanager
async def listening(client, **headers):
    async with client.stream("GET", "/api/v1/live", headers=headers) as response:
        stream = Stream(response)
        if response.status_code == 200:
            await stream.next("ready")
        yield stream


async def test_a_dealer_is_told_of_his_own_order_and_not_of_anothers(gateway_db, log):
    async with a_gateway(gateway_db, **log.settings) as gateway:
        of_a = await gateway.logged_in(Role.DLR, dealer_id=A)
        of_b = await gateway.logged_in(Role.DLR, dealer_id=B)
        async with listening(of_a) as heard_by_a, listening(of_b) as heard_by_b:
            theirs, his = an_order_event(A), an_order_event(B)
            await log.add(theirs)
            await log.add(his)

            _, told_to_a = await heard_by_a.next()
            _, told_to_b = await heard_by_b.next()

    assert told_to_a["order_id"] == str(theirs.order_id)
    assert told_to_a["type"] == "orders.order-received.v1"
    assert told_to_b["order_id"] == str(his.order_id)


async def test_who_comes_back_is_told_what_he_missed(gateway_db, log):
    async with a_gateway(gateway_db, **log.settings) as gateway:
        client = await gateway.logged_in(Role.DLR, dealer_id=A)
        async with listening(client) as stream:
            await log.add(an_order_event(A))
            last_seen, _ = await stream.next()
        missed = an_order_event(A)
        async with listening(client) as other:  # keeps the log followed meanwhile
            await log.add(missed)
            await other.next()

            async with listening(client, **{"Last-Event-ID": last_seen}) as stream:
                _, told = await stream.next()

    assert told["order_id"] == str(missed.order_id)


async def test_nobody_listens_who_is_not_logged_in(gateway_db, log):
    async with (
        a_gateway(gateway_db, **log.settings) as gateway,
        listening(gateway.client()) as stream,
    ):
        assert stream.response.status_code == 401


async def test_a_stream_ends_when_its_user_is_shut_out(gateway_db, log):
    async with a_gateway(gateway_db, **log.settings, **QUICK) as gateway:
        user = await gateway.a_user(Role.DLR, dealer_id=A)
        client = await gateway.login(user)
        async with listening(client) as stream:
            async with transaction(gateway_db) as tx:
                await users.change_users(tx, [Change(user.user_id, active=False)], by="test")

            assert await stream.next() is None


async def test_beyond_the_limit_of_listeners_one_is_sent_away(gateway_db, log):
    async with a_gateway(gateway_db, **log.settings, live_clients_max=1) as gateway:
        client = await gateway.logged_in(Role.DLR, dealer_id=A)
        async with listening(client), listening(client) as second:
            assert second.response.status_code == 503
            assert "retry-after" in second.response.headers


async def test_a_listener_who_has_gone_is_forgotten(gateway_db, log):
    async with a_gateway(gateway_db, **log.settings, **QUICK) as gateway:
        client = await gateway.logged_in(Role.DLR, dealer_id=A)
        async with listening(client):
            assert len(gateway.parts.hub) == 1

        async def listeners():
            return len(gateway.parts.hub)

        assert await eventually(listeners, lambda count: count == 0) == 0


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"dealer_id": "x"}', b"{}", b"\xff"])
async def test_a_message_that_cannot_be_read_ends_nobodys_stream(gateway_db, log, body):
    async with a_gateway(gateway_db, **log.settings) as gateway:
        client = await gateway.logged_in(Role.DLR, dealer_id=A)
        async with listening(client) as stream:
            await log.add_raw("orders.events", OrderReceived.type, body)
            await log.add_raw(DealerState.topic, DealerState.type, body)
            await log.add(an_order_event(A))

            _, told = await stream.next()

    assert told["dealer_id"] == str(A)


async def test_without_its_database_a_listener_is_told_to_come_back(gateway_db, log):
    async with a_gateway(gateway_db, **log.settings) as gateway:
        client = await gateway.logged_in(Role.DLR, dealer_id=A)
        await client.get("/api/v1/session")
        await gateway_db.close()

        async with listening(client) as stream:
            assert stream.response.status_code == 503


async def test_a_gateway_that_stops_sends_its_listeners_away(gateway_db, log):
    async with a_gateway(gateway_db, **log.settings) as gateway:
        client = await gateway.logged_in(Role.DLR, dealer_id=A)
        async with listening(client) as stream:
            gateway.runtime.stopping = True

            assert await stream.next(seconds=5) is None


async def test_without_a_broker_a_listener_is_told_to_come_back(gateway_db):
    async with a_gateway(
        gateway_db, kafka_bootstrap_servers="127.0.0.1:1", request_timeout_seconds=2
    ) as gateway:
        client = await gateway.logged_in(Role.DLR, dealer_id=A)
        async with listening(client) as stream:
            assert stream.response.status_code == 503
