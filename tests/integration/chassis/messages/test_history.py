"""The log of all that was announced: Kafka can be filled from it; a restored database goes on."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chassis import outbox
from chassis.db import transaction
from chassis.relay import relay_once
from chassis.republish import republish
from chassis.restore import rebase_after_restore
from chassis.rotation import SLOTS, rotate
from contracts.inventory import FirmReservation
from tests.builders.chassis import Broker

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


async def announce(db, count=1):
    async with transaction(db) as tx:
        asks = [FirmReservation(order_id=uuid4(), release=True) for _ in range(count)]
        await outbox.add(tx, asks)


async def rotate_all(db):
    for slot in range(SLOTS):
        await rotate(db, slot)


def ids(broker):
    return [row["message_id"] for row in broker.rows]


async def test_all_that_was_published_can_be_published_again_in_its_order(db):
    first = Broker()
    for _ in range(3):
        await announce(db, 5)
        await relay_once(db, first)
        await rotate_all(db)
    await announce(db, 5)
    await relay_once(db, first)
    await announce(db)  # not published yet: the relay will

    again = Broker()
    assert await republish(db, again, YESTERDAY) == 20

    assert ids(again) == ids(first)


async def test_it_can_be_a_part_of_history_only(db):
    await announce(db, 5)
    await relay_once(db, Broker())

    assert await republish(db, Broker(), datetime.now(UTC) + timedelta(hours=1)) == 0
    assert await republish(db, Broker(), YESTERDAY, topic="inventory.events") == 0
    assert await republish(db, Broker(), YESTERDAY, topic="inventory.commands") == 5


async def test_nothing_new_goes_out_before_the_past_is_out_again(db):
    broker, begun, gate = Broker(), asyncio.Event(), asyncio.Event()
    await announce(db)
    await relay_once(db, broker)
    await announce(db)

    class Slow(Broker):
        async def publish(self, rows):
            begun.set()
            await gate.wait()
            broker.rows += rows

    past = asyncio.create_task(republish(db, Slow(), YESTERDAY))
    await begun.wait()
    new = asyncio.create_task(relay_once(db, broker))
    await asyncio.wait({new}, timeout=0.2)
    assert not new.done()

    gate.set()
    await asyncio.gather(past, new)

    assert ids(broker)[0] == ids(broker)[1] != ids(broker)[2]


@pytest.fixture
async def restored(db, owner):
    """Dumped on a server whose transaction ids were far ahead, and restored here."""
    await announce(db, 3)
    await owner.execute("UPDATE outbox SET xid = '9000000000'")
    await db.execute(
        "UPDATE outbox_cursor SET system = 1, seen = '8999999999:8999999999:', batch = NULL"
    )
    await announce(db, 2)  # before any relay looked
    return db


async def test_without_a_new_cursor_a_restored_database_would_publish_nothing(restored):
    assert await relay_once(restored, Broker()) == 0


async def test_a_restored_database_publishes_what_it_holds_and_then_what_is_new(restored):
    broker = Broker()

    assert await rebase_after_restore(restored, broker, page_max=2)
    await announce(restored, 4)

    assert await relay_once(restored, broker) == 4
    assert len(broker.rows) == len(broker.first_copies) == 9
    positions = [row["position"] for row in broker.rows]
    assert positions == sorted(positions)
    assert await rebase_after_restore(restored, broker)
    assert len(broker.rows) == 9


async def test_a_database_at_home_is_left_alone(db):
    await announce(db)
    broker = Broker()

    assert await rebase_after_restore(db, broker)

    assert broker.rows == []
