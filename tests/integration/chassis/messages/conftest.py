"""A service's database with tables that only these tests know, and a cell of its own in Kafka."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest
import structlog

from chassis import db as database
from chassis import outbox
from chassis.db import transaction
from contracts.topics import TOPICS
from deploy.kafka import topics
from deploy.postgres import roles
from tests.integration.chassis.messages.a_worker import Versioned

SERVICE = "inventory"
TABLES = """
CREATE TABLE seen (
    place    bigint GENERATED ALWAYS AS IDENTITY,
    order_id uuid   NOT NULL,
    message  text   NOT NULL,
    version  int
);
CREATE TABLE poison (order_id uuid PRIMARY KEY);
CREATE TABLE aggregate (id uuid PRIMARY KEY, version int NOT NULL DEFAULT 0);
"""
WORKER = "tests.integration.chassis.messages.a_worker"
DEADLINE_SECONDS = 40


@pytest.fixture(autouse=True, scope="module")
def _plain_log():
    """Faults are planted here by the hundred; structlog's own default paints each in a frame."""
    before = structlog.get_config()
    structlog.configure(processors=[structlog.processors.JSONRenderer(default=repr)])
    yield
    structlog.configure(**before)


@pytest.fixture
async def dsn(inventory_db, postgres):
    """Of the database of this test, for a role."""
    name = await inventory_db.fetchval("SELECT current_database()")

    def of(role=SERVICE, password="service"):
        return roles.dsn_of(postgres, name, role=role, password=password)

    return of


@pytest.fixture
async def db(inventory_db, owner):
    """The service's pool, with the tables above."""
    await owner.execute(TABLES)
    return inventory_db


@pytest.fixture
async def owner(dsn):
    """A connection of the tables' owner."""
    connection = await asyncpg.connect(dsn(f"{SERVICE}_owner", "owner"))
    yield connection
    await connection.close()


@pytest.fixture
async def many(db, dsn):
    """A pool for as many writers as a test likes."""
    pool = await database.connect(dsn(), size_max=80)
    yield pool
    await pool.close()


@pytest.fixture
async def cell(kafka):
    """Topics that nobody else uses."""
    cell = f"test-{uuid4().hex[:12]}"
    names = {f"{SERVICE}.{kind}" for kind in ("commands", "events", "dlq")} | {
        name for name, topic in TOPICS.items() if SERVICE in topic.consumers
    }
    await topics.apply(kafka, cell, topics={name: TOPICS[name] for name in names})
    return cell


class Orders:
    """Orders that the worker is asked about, and what it has done about them."""

    def __init__(self, db, watch, *, keys, versions):
        self._db, self._watch = db, watch
        self.keys = [UUID(int=n << 64 | 0x8 << 60 | n) for n in range(1, keys + 1)]
        self.versions = versions

    async def ask(self, versions=None):
        """One message per key and version, in the order of each key."""
        for version in versions or range(1, self.versions + 1):
            async with transaction(self._db) as tx:
                asks = [
                    Versioned(order_id=key, release=False, version=version) for key in self.keys
                ]
                await outbox.add(tx, asks)

    async def done(self):
        """How many messages were handled, of each kind."""
        rows = await self._watch.fetch("SELECT message, count(*) FROM seen GROUP BY message")
        return sorted(row["count"] for row in rows)

    async def all_done(self):
        every = len(self.keys) * self.versions
        await until(self._done_at_least, 2 * every)
        assert await self.done() == [every, every]
        assert await self._watch.fetchval("SELECT count(*) FROM parked_keys") == 0

    async def are_in_order(self):
        rows = await self._watch.fetch(
            "SELECT order_id, version FROM seen WHERE version > 0 ORDER BY place"
        )
        for key in self.keys:
            got = [row["version"] for row in rows if row["order_id"] == key]
            assert got == list(range(1, self.versions + 1))

    async def _done_at_least(self, count):
        return sum(await self.done()) >= count


async def until(condition, *arguments):
    """Ask again and again, but not for ever."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not await condition(*arguments):  # noqa: ASYNC110  (other processes work)
            await asyncio.sleep(0.02)


@pytest.fixture
def orders(db, owner):
    return Orders(db, owner, keys=20, versions=10)


@pytest.fixture
def worker(dsn, kafka, cell):
    """Start a worker process; it is killed at the end of the block if it still runs."""

    @asynccontextmanager
    async def start(instance="0", *, crash=None):
        environment = os.environ | {"WORKER": f"{dsn()} {kafka} {cell} {instance}"}
        if crash:
            environment["QUDAO_CRASH_POINT"] = crash
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", WORKER, env=environment, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
            await process.wait()

    return start
