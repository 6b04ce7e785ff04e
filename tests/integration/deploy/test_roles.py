import asyncio
from functools import partial
from uuid import uuid4

import asyncpg
import pytest

from deploy.postgres import roles

PASSWORDS = roles.Passwords(owner="owner's", service="service")


@pytest.fixture
async def connect_as(postgres):
    """Opens connections as a role to a database just provided, `mine` or `other`."""
    connections = []
    databases = {service: f"test_{service}_{uuid4().hex}" for service in ("mine", "other")}
    for service, database in databases.items():
        await roles.provide(postgres, service, PASSWORDS, database=database)

    async def connect(role, service):
        dsn = roles.dsn_of(postgres, databases[service], role=role, password="service")
        connections.append(await asyncpg.connect(dsn))
        return connections[-1]

    yield connect
    for connection in connections:
        await connection.close()
    admin = await asyncpg.connect(postgres)
    for database in databases.values():
        await admin.execute(f"DROP DATABASE {database} WITH (FORCE)")
    await admin.close()


async def test_a_service_writes_the_tables_of_its_owner_and_cannot_change_them(connect_as):
    owner, service = await connect_as("mine_owner", "mine"), await connect_as("mine", "mine")
    await owner.execute("CREATE TABLE thing (id bigint GENERATED ALWAYS AS IDENTITY, name text)")

    await service.execute("INSERT INTO thing (name) VALUES ('a')")
    await service.execute("UPDATE thing SET name = 'b'")
    await service.execute("DELETE FROM thing")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute("ALTER TABLE thing ADD COLUMN more text")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute("CREATE TABLE another (id int)")


async def test_the_reader_sees_only_what_row_level_security_shows(connect_as):
    owner, service = await connect_as("mine_owner", "mine"), await connect_as("mine", "mine")
    await owner.execute("CREATE TABLE thing (dealer text)")
    await owner.execute("ALTER TABLE thing ENABLE ROW LEVEL SECURITY")
    await owner.execute("ALTER TABLE thing FORCE ROW LEVEL SECURITY")
    await owner.execute("CREATE POLICY writer ON thing TO mine USING (true)")
    await owner.execute("CREATE POLICY scope ON thing TO mine_reader USING (dealer = 'a')")
    await service.execute("INSERT INTO thing VALUES ('a'), ('b')")

    async with service.transaction():
        await service.execute("SET LOCAL ROLE mine_reader")
        seen = await service.fetch("SELECT dealer FROM thing")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with service.transaction():
                await service.execute("DELETE FROM thing")

    assert [row["dealer"] for row in seen] == ["a"]
    assert len(await service.fetch("SELECT dealer FROM thing")) == 2


async def test_no_service_can_open_the_database_of_another(connect_as):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connect_as("mine", "other")


async def test_two_launchers_may_provide_at_once(postgres):
    database = f"test_mine_{uuid4().hex}"
    provide = partial(roles.provide, postgres, "mine", PASSWORDS, database=database)

    await asyncio.gather(*(provide() for _ in range(4)))

    admin = await asyncpg.connect(postgres)
    await admin.execute(f"DROP DATABASE {database}")
    await admin.close()


async def test_providing_again_keeps_the_data(postgres, connect_as):
    owner = await connect_as("mine_owner", "mine")
    await owner.execute("CREATE TABLE thing (id int)")
    await owner.execute("INSERT INTO thing VALUES (1)")
    database = await owner.fetchval("SELECT current_database()")

    await roles.provide(postgres, "mine", PASSWORDS, database=database)

    assert await owner.fetchval("SELECT count(*) FROM thing") == 1
