"""The relay neither loses nor misorders, whatever commits when and however many relays there are.

The laws L1 to L6 and the two cursors that everybody copies, which break them here before your eyes.
"""

from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from chassis import outbox
from chassis.db import Tx, transaction
from chassis.publisher import BrokerDown
from chassis.relay import relay_once
from contracts.orders import OrderFulfilmentStarted
from tests.builders.chassis import Broker


def an_event(order_id=None, version=1):
    return OrderFulfilmentStarted(
        order_id=order_id or uuid4(),
        version=version,
        number="SO-1",
        dealer_id=uuid4(),
        salesperson_id=None,
    )


async def announce(tx, order_id=None, version=1):
    await outbox.add(tx, [an_event(order_id, version)])


@asynccontextmanager
async def an_open_transaction(db):
    """Left to the test to commit."""
    async with db.acquire() as connection:
        opened = connection.transaction()
        await opened.start()
        yield Tx(connection), opened


async def test_messages_leave_in_order_and_once(db):
    async with transaction(db) as tx:
        for _ in range(5):
            await announce(tx)
    broker = Broker()

    assert await relay_once(db, broker, page_max=2) == 5
    assert await relay_once(db, broker) == 0
    assert [r["position"] for r in broker.rows] == sorted(r["position"] for r in broker.rows)


async def test_a_long_backlog_leaves_in_order_and_once_also_when_the_broker_fails_within(db):
    async with transaction(db) as tx:
        await outbox.add(tx, [an_event() for _ in range(1_003)])

    class Flaky(Broker):
        async def publish(self, rows):
            self.down = len(self.rows) in (200, 500) and not self.down
            await super().publish(rows)

    broker = Flaky()
    for _ in range(2):
        with pytest.raises(BrokerDown):
            await relay_once(db, broker, page_max=100)
    await relay_once(db, broker, page_max=100)

    positions = [row["position"] for row in broker.rows]
    assert positions == sorted(set(positions))
    assert len(positions) == 1_003


async def test_messages_survive_a_broker_outage(db):
    async with transaction(db) as tx:
        await announce(tx)
    broker = Broker()
    broker.down = True

    with pytest.raises(Exception, match="planted"):
        await relay_once(db, broker)
    broker.down = False

    assert await relay_once(db, broker) == 1


async def test_what_commits_late_is_not_passed_over(db):
    broker = Broker()
    async with an_open_transaction(db) as (late, opened):
        await announce(late)  # draws the first position, commits last
        async with transaction(db) as tx:
            await announce(tx)
        assert await relay_once(db, broker) == 1

        await opened.commit()

    assert await relay_once(db, broker) == 1


async def test_an_open_transaction_delays_nobody_but_itself(db):
    broker = Broker()
    async with an_open_transaction(db) as (late, opened):
        await announce(late)
        for _ in range(3):
            async with transaction(db) as tx:
                await announce(tx)
            assert await relay_once(db, broker) == 1
        await opened.rollback()

    assert await relay_once(db, broker) == 0


async def test_a_lower_transaction_id_that_commits_later_on_the_same_key_comes_later(db):
    order, broker = uuid4(), Broker()
    await db.execute("INSERT INTO aggregate (id) VALUES ($1)", order)
    lock = "UPDATE aggregate SET version = version + 1 WHERE id = $1 RETURNING version"
    async with an_open_transaction(db) as (early, opened):
        await early.fetchval("SELECT pg_current_xact_id()::text")  # as the inbox does
        async with transaction(db) as tx:
            await announce(tx, order, await tx.fetchval(lock, order))
        await announce(early, order, await early.fetchval(lock, order))
        await opened.commit()

    await relay_once(db, broker)

    assert [row["sequence"] for row in broker.rows] == [1, 2]


@pytest.fixture
async def half_published(db):
    """Relay A has published a page of its batch, and says nothing since."""
    async with transaction(db) as tx:
        for _ in range(4):
            await announce(tx)

    class DownAfterAPage(Broker):
        async def publish(self, rows):
            await super().publish(rows)
            self.down = True

    with pytest.raises(BrokerDown):
        await relay_once(db, DownAfterAPage(), holder="A", page_max=3)
    return db


async def test_a_batch_that_a_relay_has_in_hand_is_left_to_it_also_after_a_restart(half_published):
    assert await relay_once(half_published, Broker(), holder="B") == 0

    assert await relay_once(half_published, Broker(), holder="A") == 1


async def test_a_batch_of_a_relay_that_is_silent_for_too_long_goes_to_another(half_published):
    await half_published.execute("UPDATE outbox_cursor SET held_until = now()")

    assert await relay_once(half_published, Broker(), holder="B") == 1


async def test_what_nobody_has_in_hand_goes_to_the_first_who_comes(db):
    for holder in ("A", "B", "A"):
        async with transaction(db) as tx:
            await announce(tx)
        assert await relay_once(db, Broker(), holder=holder) == 1


async def test_nothing_leaves_before_it_is_on_disk_also_where_the_writer_did_not_wait(db):
    """L5: what a crash of the database could still take back is no news for others."""

    class Watching(Broker):
        async def publish(self, rows):
            self.durable = await db.fetchval(
                "SELECT pg_current_wal_flush_lsn() >= $1::text::pg_lsn", committed
            )
            await super().publish(rows)

    for _ in range(5):
        async with transaction(db) as tx:
            await tx.execute("SET LOCAL synchronous_commit = off")
            await announce(tx)
        committed = await db.fetchval("SELECT pg_current_wal_insert_lsn()::text")
        broker = Watching()

        await relay_once(db, broker)

        assert broker.durable
