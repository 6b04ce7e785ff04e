"""The database crashes and comes back: the process stays, turns red meanwhile, and goes on."""

import asyncio
import signal

import asyncpg
import pytest

from chassis import db as database
from chassis import process
from chassis.migrate import migrate
from deploy.local import servers
from deploy.local.servers import postgres as postgres_server
from deploy.postgres import roles
from tests.integration.chassis.messages.a_worker import SUBSCRIPTIONS, settings_of
from tests.integration.chassis.messages.conftest import SERVICE, TABLES, Orders, until

PASSWORDS = roles.Passwords(owner="owner", service="service")


@pytest.fixture
def server(tmp_path_factory):
    """A PostgreSQL of this test's own that keeps what it said it has."""
    folder = tmp_path_factory.mktemp("postgres")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)  # as root it runs as somebody else
    postgres_server.create(folder / "data", password=None)
    return postgres_server.server(folder / "data", servers.free_port(), folder / "log")


@pytest.fixture
async def addresses(server):
    """Of the owner and of the service, on a server that runs; `restart` is up to the test."""
    pid = servers.start(server)
    superuser = postgres_server.dsn(server.port)
    await roles.provide(superuser, SERVICE, PASSWORDS)

    def of(role, password):
        return roles.dsn_of(superuser, f"qudao_{SERVICE}", role=role, password=password)

    owner = of(f"{SERVICE}_owner", "owner")
    await migrate(owner, SERVICE)
    connection = await asyncpg.connect(owner)
    await connection.execute(TABLES)
    await connection.close()
    server_pids = [pid]
    yield of(SERVICE, "service"), server_pids
    servers.stop(server_pids[-1], server.stop_signal)


async def test_a_crash_of_the_database_is_ridden_out(server, addresses, kafka, cell, monkeypatch):
    monkeypatch.setattr(process, "RELAY_PATIENCE_SECONDS", 0.5)
    dsn, pids = addresses
    async with await database.connect(dsn) as db:
        orders = Orders(db, db, keys=20, versions=20)
        async with process.running(SERVICE, settings_of(dsn, kafka, cell), SUBSCRIPTIONS) as half:
            await orders.ask(range(1, 11))
            await until(orders._done_at_least, 60)

            servers.stop(pids[-1], signal.SIGQUIT)
            await until(half.checks["relay"])
            pids.append(servers.start(server))

            await orders.ask(range(11, 21))
            await orders.all_done()
            assert await half.checks["relay"]() is None
        await orders.are_in_order()


async def test_a_process_may_start_before_its_database(server, addresses, kafka, cell):
    dsn, pids = addresses
    async with await database.connect(dsn) as db:
        orders = Orders(db, db, keys=5, versions=2)
        await orders.ask()
    servers.stop(pids[-1], signal.SIGQUIT)

    async with process.running(SERVICE, settings_of(dsn, kafka, cell), SUBSCRIPTIONS):
        await asyncio.sleep(0)
        pids.append(servers.start(server))
        async with await database.connect(dsn) as db:
            await Orders(db, db, keys=5, versions=2).all_done()
