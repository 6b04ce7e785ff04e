import asyncio
from uuid import uuid4

import asyncpg
import pytest

from chassis import migrate as migration
from chassis.migrate import MigrationChanged, files_of, migrate
from deploy.postgres import roles

PASSWORDS = roles.Passwords(owner="owner", service="service")


@pytest.fixture
async def empty(postgres):
    """The owner's address of a database without a schema."""
    name = f"empty_{uuid4().hex}"
    await roles.provide(postgres, "inventory", PASSWORDS, database=name)
    yield roles.dsn_of(postgres, name, role="inventory_owner", password="owner")
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def test_what_is_missing_is_applied_once_also_by_processes_that_start_together(empty):
    done = await asyncio.gather(*(migrate(empty, "inventory") for _ in range(3)))

    assert sorted(map(len, done)) == [0, 0, len(files_of("inventory"))]
    assert await migrate(empty, "inventory") == []


async def test_a_migration_that_changed_after_it_was_applied_is_told(empty):
    await migrate(empty, "inventory")
    connection = await asyncpg.connect(empty)
    await connection.execute("UPDATE schema_migrations SET checksum = 'x'")
    await connection.close()

    with pytest.raises(MigrationChanged, match="0001"):
        await migrate(empty, "inventory")


async def test_a_migration_that_fails_leaves_nothing_behind(empty, tmp_path, monkeypatch):
    folder = tmp_path / "chassis" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_a.sql").write_text("CREATE TABLE a (); SELECT 1 / 0;")
    monkeypatch.setattr(migration, "ROOT", tmp_path)

    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty, "inventory")
    (folder / "0001_a.sql").write_text("CREATE TABLE a ();")

    assert await migrate(empty, "inventory") == ["chassis/0001_a.sql"]


async def test_an_index_is_made_without_a_transaction_where_its_file_says_so(
    empty, tmp_path, monkeypatch
):
    folder = tmp_path / "chassis" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_a.sql").write_text("CREATE TABLE a (n int);")
    (folder / "0002_b.sql").write_text("-- no transaction\nCREATE INDEX CONCURRENTLY b ON a (n)")
    monkeypatch.setattr(migration, "ROOT", tmp_path)

    assert len(await migrate(empty, "inventory")) == 2
