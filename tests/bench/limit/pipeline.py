"""The bare pipeline beside a running suite: its databases, topics and processes."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil
from aiokafka.admin import AIOKafkaAdminClient

from deploy.kafka import topics
from deploy.local import servers
from deploy.local.suite import APPLICATIONS, ROOT, Suite
from deploy.postgres import roles
from tests.bench.lag import Stalled
from tests.bench.limit.service import Plan
from tests.bench.limit.shape import Shape
from tests.bench.running import PATIENCE_SECONDS

PREFIX = "bench_limit"
INTAKE = "orders"
TABLES = """
    CREATE TABLE bare_rows (
        order_id uuid     NOT NULL,
        place    smallint NOT NULL,
        step     int      NOT NULL DEFAULT 0,
        done     boolean  NOT NULL DEFAULT false,
        padding  bytea    NOT NULL,
        PRIMARY KEY (order_id, place)
    ) WITH (fillfactor = 70);
    CREATE INDEX bare_rows_open ON bare_rows (order_id) WHERE place = 0 AND NOT done;
"""
COUNTING = (
    "SELECT count(*) FROM event_log",
    "SELECT count(*) FROM bare_rows",
    "SELECT count(*) FROM inbox",
)
OPEN = "SELECT count(*) FROM bare_rows WHERE place = 0 AND NOT done"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One that runs."""

    cell: str
    databases: Mapping[str, str]
    """Address by service."""
    pids: Mapping[str, int]
    url: str

    async def until_done(self) -> None:
        """Every order that was taken is at its end. Raises Stalled."""
        connection = await asyncpg.connect(self.databases[INTAKE])
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await connection.fetchval(OPEN):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise Stalled("the bare pipeline did not come to its end") from None
        finally:
            await connection.close()

    def cpu_seconds(self) -> dict[str, float]:
        """User and system seconds so far, by process."""
        return {name: sum(psutil.Process(pid).cpu_times()[:2]) for name, pid in self.pids.items()}

    async def missing(self, orders: int, shape: Shape) -> dict[str, str]:
        """What should be in its databases after so many orders and is not, by service."""
        faults = {}
        for service, dsn in self.databases.items():
            works = shape.works[service]
            expected = (
                orders * sum(len(work.sends) for work in works.values()),
                orders * sum(len(work.rows) for work in works.values()),
                orders * sum(1 for taken in works if taken),
            )
            connection = await asyncpg.connect(dsn)
            try:
                found = tuple([await connection.fetchval(counting) for counting in COUNTING])
            finally:
                await connection.close()
            if found != expected:
                faults[service] = f"{expected} messages, rows and deliveries expected, {found} seen"
        return faults


@asynccontextmanager
async def running(suite: Suite, shape: Shape) -> AsyncGenerator[Pipeline]:
    """As many processes as the suite has, on the same servers; nothing of it is left behind."""
    cell = f"{PREFIX}_{os.getpid()}"
    await _clear(suite)
    databases = {service: await _create(suite, service) for service in APPLICATIONS}
    await topics.apply(suite.bootstrap_servers, cell)
    port = servers.free_port()
    started: dict[str, asyncio.subprocess.Process] = {}
    log = suite.log / f"{PREFIX}.log"
    try:
        for service, dsn in databases.items():
            own_port = port if service == INTAKE else 0
            plan = Plan(service, cell, dsn, suite.bootstrap_servers, own_port, shape)
            started[service] = await _start(plan, log)
        async with asyncio.timeout(60):
            while not servers.listening(port):
                await asyncio.sleep(0.05)
        pids = {name: process.pid for name, process in started.items()}
        yield Pipeline(cell, databases, pids, f"http://{servers.HOST}:{port}/orders")
    finally:
        for process in started.values():
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(process.wait() for process in started.values()))
        await _clear(suite)


async def _start(plan: Plan, log: Path) -> asyncio.subprocess.Process:
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.limit.service"),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=output,
            stderr=output,
        )
    assert process.stdin is not None
    process.stdin.write(pickle.dumps(plan))
    process.stdin.close()
    return process


async def _create(suite: Suite, service: str) -> str:
    """A database with the chassis' tables and the bare ones; its address."""
    database = f"{PREFIX}_{service}"
    admin = await asyncpg.connect(suite.superuser_dsn)
    try:
        await admin.execute(f"CREATE DATABASE {database}")
    finally:
        await admin.close()
    dsn = roles.dsn_of(suite.superuser_dsn, database)
    connection = await asyncpg.connect(dsn)
    try:
        for file in sorted((ROOT / "chassis" / "migrations").glob("*.sql")):
            await connection.execute(file.read_text())
        await connection.execute(TABLES)
    finally:
        await connection.close()
    return dsn


async def _clear(suite: Suite) -> None:
    """Remove what this run, or one that was cut off, has made."""
    admin = await asyncpg.connect(suite.superuser_dsn)
    try:
        for row in await admin.fetch(
            "SELECT datname FROM pg_database WHERE datname LIKE $1", f"{PREFIX}\\_%"
        ):
            await admin.execute(f"DROP DATABASE {row['datname']} WITH (FORCE)")
    finally:
        await admin.close()
    broker = AIOKafkaAdminClient(bootstrap_servers=suite.bootstrap_servers)
    await broker.start()
    try:
        own = [name for name in await broker.list_topics() if name.startswith(PREFIX)]
        if own:
            await broker.delete_topics(own)
    finally:
        await broker.close()
