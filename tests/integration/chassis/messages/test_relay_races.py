"""E-24: many writers, commits at random moments; two relays at once, killed at random; rotation.

The two cursors that everybody copies read the same table in the same run, as a control that this
work is hostile enough: one of them loses messages, the other one misorders keys.
"""

import asyncio
import random
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from asyncpg.exceptions import LockNotAvailableError

from chassis import outbox
from chassis.db import transaction
from chassis.relay import relay_once
from chassis.rotation import SLOTS, rotate
from contracts.inventory import FirmReservation
from tests.builders.chassis import Broker

KEYS = [UUID(int=n << 64 | 0x8 << 60 | n) for n in range(1, 41)]
TICK_SECONDS = 0.005


class Versioned(FirmReservation):
    """A message that says the how manieth of its key it is."""

    version: int


@dataclass
class Work:
    """What writers committed, and what readers got."""

    writers: int
    seconds: float
    committed: set[object] = field(default_factory=set)
    over: asyncio.Event = field(default_factory=asyncio.Event)


async def writer(db, work, seed):
    """Takes its transaction id first, as the inbox makes it do, and its rows' locks later."""
    chance, deadline = random.Random(seed), asyncio.get_running_loop().time() + work.seconds
    while asyncio.get_running_loop().time() < deadline:
        keys = sorted(chance.sample(KEYS, chance.choice([1, 1, 1, 2, 3])))
        with suppress(InterruptedError):
            async with transaction(db) as tx:
                await tx.fetchval("SELECT pg_current_xact_id()::text")
                if chance.random() < 0.3:
                    await asyncio.sleep(chance.random() * 0.02)
                added = [await _announce(tx, key) for key in keys]
                await asyncio.sleep(chance.random() * 0.01)
                if chance.random() < 0.05:
                    raise InterruptedError
            work.committed.update(added)


async def _announce(tx, key):
    version = await tx.fetchval(
        "UPDATE aggregate SET version = version + 1 WHERE id = $1 RETURNING version", key
    )
    await outbox.add(tx, [Versioned(order_id=key, release=False, version=version)])
    return key.bytes, version


async def slow_writer(db, work):
    """Every other transaction of the world is over before this one commits."""
    async with transaction(db) as tx:
        work.committed.add(await _announce(tx, KEYS[0]))
        await asyncio.sleep(work.seconds / 2)


async def write(db, work):
    await asyncio.gather(
        slow_writer(db, work), *(writer(db, work, seed) for seed in range(work.writers))
    )
    work.over.set()


async def killed_relay(db, broker, work, seed):
    """Ends at random points and begins again, as a process that is killed and restarted."""
    chance, kills = random.Random(seed), 0
    while not work.over.is_set():
        turn = asyncio.create_task(relay_once(db, broker, page_max=7))
        done, _ = await asyncio.wait({turn}, timeout=chance.random() * 0.05)
        if not done:
            turn.cancel()
            kills += 1
        with suppress(asyncio.CancelledError):
            await turn
        await asyncio.sleep(chance.random() * 0.003)
    return kills


async def rotator(db, work):
    moves = 0
    while not work.over.is_set():
        for slot in range(SLOTS):
            with suppress(LockNotAvailableError):
                moves += await rotate(db, slot)
        await asyncio.sleep(0.05)
    return moves


async def by_position(db, work):
    """`id > last`: what commits late is passed over."""
    got, last = [], 0
    while not (work.over.is_set() and len(got) == len(work.committed)):
        over = work.over.is_set()
        rows = await db.fetch(
            """
            SELECT position, key, sequence FROM event_log
            WHERE position > $1 ORDER BY position LIMIT 500
            """,
            last,
        )
        got += [(row["key"], row["sequence"]) for row in rows]
        last = rows[-1]["position"] if rows else last
        if over and not rows:
            break
        await asyncio.sleep(TICK_SECONDS)
    return got


async def by_transaction(db, work):
    """`xid < xmin ORDER BY xid, id`: who took his id early and his lock late is misordered."""
    got, last = [], ("0", 0)
    while True:
        over = work.over.is_set()
        rows = await db.fetch(
            """
            SELECT xid::text, position, key, sequence FROM event_log
            WHERE (xid, position) > ($1::text::xid8, $2)
              AND xid < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY event_log.xid, position LIMIT 500
            """,
            *last,
        )
        got += [(row["key"], row["sequence"]) for row in rows]
        last = (rows[-1]["xid"], rows[-1]["position"]) if rows else last
        if over and not rows:
            return got
        await asyncio.sleep(TICK_SECONDS)


def misordered(got):
    """How often a key went backwards."""
    newest, faults = defaultdict(int), 0
    for key, version in got:
        faults += version <= newest[key]
        newest[key] = max(newest[key], version)
    return faults


SHORT_SLOTS = """
ALTER TABLE outbox
ALTER slot SET DEFAULT (floor(extract(epoch FROM now()) * 4)::bigint % 4)::smallint
"""


@pytest.fixture
async def aggregates(many, owner):
    """Keys to write about; the outbox changes its slot every quarter of a second."""
    await owner.execute(SHORT_SLOTS)
    await many.execute("INSERT INTO aggregate (id) SELECT unnest($1::uuid[])", KEYS)
    return many


@pytest.mark.parametrize("writers", [12, 64])
async def test_two_relays_that_are_killed_lose_nothing_and_keep_the_order_of_each_key(
    aggregates, writers
):
    """E-24: 64 writers with random delays before they commit."""
    work, broker = Work(writers, seconds=4), Broker()

    *_, late, mixed, _, kills, more_kills = await asyncio.gather(
        write(aggregates, work),
        by_position(aggregates, work),
        by_transaction(aggregates, work),
        rotator(aggregates, work),
        killed_relay(aggregates, broker, work, 1),
        killed_relay(aggregates, broker, work, 2),
    )
    await relay_once(aggregates, broker)

    got = [(row["key"], row["sequence"]) for row in broker.first_copies]
    assert (set(got), len(got)) == (work.committed, len(work.committed))
    assert misordered(got) == 0
    assert len(broker.rows) > len(got)  # overlapping did happen
    assert kills + more_kills > 5
    # The controls: had they no faults, the run above would prove nothing.
    assert len(work.committed - set(late)) > 0
    assert misordered(mixed) > 0


async def test_what_is_published_moves_to_the_log_as_it_is_and_nothing_else_does(db):
    async with transaction(db) as tx:
        await outbox.add(tx, [FirmReservation(order_id=key, release=False) for key in KEYS])
    slot = await db.fetchval("SELECT min(slot) FROM outbox")
    assert not await rotate(db, slot)
    broker = Broker()
    await relay_once(db, broker)

    assert await rotate(db, slot)

    assert await db.fetchval("SELECT count(*) FROM outbox") == 0
    logged = await db.fetch("SELECT message_id FROM event_log ORDER BY position")
    assert [row["message_id"] for row in logged] == [row["message_id"] for row in broker.rows]
    assert not await rotate(db, slot)
    assert await relay_once(db, broker) == 0


async def test_a_slot_that_somebody_writes_to_does_not_move_and_others_wait_only_a_moment(many):
    loop = asyncio.get_running_loop()
    async with transaction(many) as slow:
        await outbox.add(slow, [FirmReservation(order_id=KEYS[0], release=False)])
        slot = await slow.fetchval("SELECT min(slot) FROM outbox")
        async with transaction(many) as tx:
            await outbox.add(tx, [FirmReservation(order_id=KEYS[1], release=False)])
        await relay_once(many, Broker())
        moving = asyncio.create_task(rotate(many, slot))
        while not await many.fetchval(
            """
            SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
                           WHERE datname = current_database()
                             AND NOT granted AND relation = 'outbox'::regclass)
            """
        ):
            assert not moving.done()

        began = loop.time()
        async with transaction(many) as tx:
            await outbox.add(tx, [FirmReservation(order_id=KEYS[2], release=False)])
        waited = loop.time() - began

        with pytest.raises(LockNotAvailableError):
            await moving
    assert waited < 1
    assert await many.fetchval("SELECT count(*) FROM outbox") == 3


async def test_old_history_is_dropped_whole(db):
    async with transaction(db) as tx:
        await outbox.add(tx, [FirmReservation(order_id=KEYS[0], release=False)])
    await relay_once(db, Broker())
    await rotate(db, await db.fetchval("SELECT min(slot) FROM outbox"))
    assert await db.fetchval("SELECT drop_moved('1 day')") == 0

    assert await db.fetchval("SELECT drop_moved('-1 day')") == 1

    assert await db.fetchval("SELECT count(*) FROM event_log") == 0
