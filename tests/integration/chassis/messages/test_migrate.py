import asyncio
import os
import sys
from uuid import uuid4

import asyncpg
import pytest

from chassis.crash import EXIT_CODE
from chassis.migrate import MigrationChanged, files_of, migrate
from deploy.postgres import roles

INDEX = "-- no transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS b ON a (n)"
KILLED = """
import asyncio, pathlib, sys
from chassis import migrate
asyncio.run(migrate.migrate(sys.argv[2], "inventory", pathlib.Path(sys.argv[1])))
"""
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


async def test_a_migration_that_fails_leaves_nothing_behind(empty, tmp_path):
    folder = tmp_path / "chassis" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_a.sql").write_text("CREATE TABLE a (); SELECT 1 / 0;")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty, "inventory", tmp_path)
    (folder / "0001_a.sql").write_text("CREATE TABLE a ();")

    assert await migrate(empty, "inventory", tmp_path) == ["chassis/0001_a.sql"]


async def test_an_index_is_made_without_a_transaction_where_its_file_says_so(empty, tmp_path):
    folder = tmp_path / "chassis" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_a.sql").write_text("CREATE TABLE a (n int);")
    (folder / "0002_b.sql").write_text(INDEX)

    assert len(await migrate(empty, "inventory", tmp_path)) == 2


@pytest.mark.parametrize("point", ["before_commit", "after_commit", "before_name"])
async def test_killed_anywhere_it_goes_on_the_next_time(empty, tmp_path, point):
    folder = tmp_path / "chassis" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_a.sql").write_text("CREATE TABLE a (n int);")
    (folder / "0002_b.sql").write_text(INDEX)

    killed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED, str(tmp_path), empty),
        env=os.environ | {"QUDAO_CRASH_POINT": f"migrate.{point}"},
    )
    assert await killed.wait() == EXIT_CODE
    await migrate(empty, "inventory", tmp_path)

    assert await _indexes(empty) == {"b": True}


async def test_an_index_that_was_only_half_made_is_made_anew(empty, tmp_path):
    folder = tmp_path / "chassis" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_a.sql").write_text("CREATE TABLE a (n int); INSERT INTO a VALUES (1), (1);")
    await migrate(empty, "inventory", tmp_path)
    connection = await asyncpg.connect(empty)
    with pytest.raises(asyncpg.UniqueViolationError):  # as a kill would, it leaves its half
        await connection.execute("CREATE UNIQUE INDEX CONCURRENTLY b ON a (n)")
    await connection.close()
    (folder / "0002_b.sql").write_text(INDEX)

    await migrate(empty, "inventory", tmp_path)

    assert await _indexes(empty) == {"b": True}


async def _indexes(dsn):
    """Those of the table, and whether they are whole."""
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(
        "SELECT indexrelid::regclass::text AS name, indisvalid FROM pg_index"
        " WHERE indrelid = 'a'::regclass"
    )
    await connection.close()
    return {row["name"]: row["indisvalid"] for row in rows}
