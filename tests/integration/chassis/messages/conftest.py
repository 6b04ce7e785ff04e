"""A service's database with tables that only these tests know."""

import asyncpg
import pytest

from chassis import db as database
from deploy.postgres import roles

SERVICE = "inventory"
TABLES = """
CREATE TABLE seen (
    place    bigint GENERATED ALWAYS AS IDENTITY,
    order_id uuid   NOT NULL,
    message  text   NOT NULL
);
CREATE TABLE aggregate (id uuid PRIMARY KEY, version int NOT NULL DEFAULT 0);
"""


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
