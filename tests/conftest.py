"""Real servers for the tests: an embedded PostgreSQL and Kafka of this run's own.

`orders_db`, `billing_db` … are pools on an empty, migrated database, copied from a template for
each test and logged in as the service itself, not as the owner of the tables. `kafka` is the
address of a broker, shared by all tests: give each test a cell of its own. `suite` is everything,
running; its gateway answers at `suite.url("gateway")`. Nothing starts before a test asks for it;
what runs is shared by the workers of the run and ends with it. `QUDAO_POSTGRES_DSN` and
`QUDAO_KAFKA_BOOTSTRAP` name servers to use instead.
"""

import asyncio
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from chassis import db, migrate
from deploy.local import servers, state
from deploy.local.servers import kafka as kafka_server
from deploy.local.servers import postgres as postgres_server
from deploy.local.suite import free_ports, here
from deploy.postgres import roles

pytest_plugins = ["tests.proofs"]
PASSWORDS = roles.Passwords(owner="owner", service="service")
SUITE_SECONDS_MAX = 600
"""For a test of the suite; the first one waits until all of it is up."""
RUN, RUN_PID = "QUDAO_TEST_RUN", "QUDAO_TEST_RUN_PID"
# Ends the servers when the run does, even when it is killed, and leaves nothing behind.
KEEPER = """
run=$1 tests=$2
signal() {
    some=no
    for file in "$run"/*.pid; do
        test -e "$file" && kill -"$1" "$(cat "$file")" 2>/dev/null && some=yes
    done
    test $some = yes
}
while kill -0 "$tests" 2>/dev/null; do sleep 0.5; done
signal INT
for second in $(seq 40); do signal 0 || break; sleep 1; done
signal KILL
rm -rf "$run"
"""


def pytest_configure(config):
    """The first process of the run makes its folder; the workers of xdist inherit the name."""
    if not hasattr(config, "workerinput"):
        os.environ[RUN] = tempfile.mkdtemp(prefix="qudao-test-", dir=_fast_disk())
        os.environ[RUN_PID] = str(os.getpid())


def pytest_collection_modifyitems(items):
    for item in items:
        if "suite" in item.fixturenames:
            item.add_marker(pytest.mark.timeout(SUITE_SECONDS_MAX))


def _fast_disk():
    """Memory where there is plenty: copying a database takes 5 ms there, 70 ms on a disk."""
    memory = Path("/dev/shm")
    plenty = 4 * 1024**3
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > plenty else None


def pytest_unconfigure(config):
    run = Path(os.environ[RUN])
    if not hasattr(config, "workerinput") and not any(run.glob("*.pid")):
        shutil.rmtree(run, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres():
    """The superuser's address of a PostgreSQL server."""
    return os.environ.get("QUDAO_POSTGRES_DSN") or _once("postgres", _start_postgres)


@pytest.fixture(scope="session")
def kafka():
    """The address of a Kafka broker."""
    return os.environ.get("QUDAO_KAFKA_BOOTSTRAP") or _once("kafka", _start_kafka)


@pytest.fixture(scope="session")
def suite():
    """The whole suite with the gateway, running (`deploy.local.suite.Suite`).

    One of this run's own, on ports of its own; or, with QUDAO_SUITE=running, that of `make up`.
    """
    if os.environ.get("QUDAO_SUITE") == "running":
        return here()
    return here(json.loads(_once("suite", _start_suite)))


@pytest.fixture(scope="session")
def templates():
    """Service → the migrated database that its tests copy, for those already asked for."""
    return {}


def _database_fixture(service):
    @pytest.fixture(name=f"{service}_db")
    async def database(postgres, templates):
        if service not in templates:
            templates[service] = await _template(postgres, service)
        name = f"test_{service}_{uuid4().hex}"
        async with _connected(postgres) as admin:
            await admin.execute(
                f"CREATE DATABASE {name} TEMPLATE {templates[service]} STRATEGY FILE_COPY"
            )
            pool = await db.connect(roles.dsn_of(postgres, name, role=service, password="service"))
            yield pool
            await _close(pool)
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    return database


dealers_db = _database_fixture("dealers")
catalog_db = _database_fixture("catalog")
orders_db = _database_fixture("orders")
inventory_db = _database_fixture("inventory")
billing_db = _database_fixture("billing")
notify_db = _database_fixture("notify")
reports_db = _database_fixture("reports")
gateway_db = _database_fixture("gateway")


async def _template(postgres, service):
    """A database with the schema of today; made once per state of the migrations."""
    state = hashlib.sha256(b"".join(file.read_bytes() for file in migrate.files_of(service)))
    name = f"template_{service}_{state.hexdigest()[:16]}"
    async with _connected(postgres) as admin:
        # Workers and other runs on a given server: the first one makes it, the others wait.
        await admin.execute("SELECT pg_advisory_lock(7148)")
        if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            draft = f"draft_{uuid4().hex}"
            await roles.provide(postgres, service, PASSWORDS, database=draft)
            owner = roles.dsn_of(postgres, draft, role=f"{service}_owner", password="owner")
            await migrate.migrate(owner, service)
            await admin.execute(f"ALTER DATABASE {draft} RENAME TO {name}")
    return name


async def _close(pool):
    """Orderly, because a killed session keeps DROP DATABASE waiting; not for ever, though."""
    try:
        await asyncio.wait_for(pool.close(), timeout=1)
    except TimeoutError:
        pool.terminate()


@asynccontextmanager
async def _connected(dsn):
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


def _start_postgres(run):
    data, port = run / "postgres", servers.free_port()
    postgres_server.create(data, password=None)
    server = postgres_server.server(data, port, run / "postgres.log", durable=False)
    return servers.start(server), postgres_server.dsn(port)


def _start_kafka(run):
    port, controller_port = servers.free_port(), servers.free_port()
    server = kafka_server.server(run / "kafka", port, controller_port, run / "kafka.log", print)
    return servers.start(server), server.address


def _start_suite(run):
    own = {"QUDAO_VAR": str(run / "suite"), "QUDAO_PORT_BASE": str(free_ports())}
    command = [sys.executable, "-m", "deploy.local", "up"]
    up = subprocess.run(command, env=os.environ | own, capture_output=True, text=True, check=False)
    assert up.returncode == 0, up.stdout + up.stderr
    return state.read(here(own).run).supervisor, json.dumps(own)


def _once(name, start):
    """Start a server of this run, or find the one that another worker started; its address."""
    run = Path(os.environ[RUN])
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        address = run / f"{name}.address"
        if not address.exists():
            _keep(run)
            pid, where = start(run)
            (run / f"{name}.pid").write_text(str(pid))
            address.write_text(where)
        return address.read_text()


def _keep(run):
    subprocess.Popen(
        ["sh", "-c", KEEPER, "keeper", str(run), os.environ[RUN_PID]],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
