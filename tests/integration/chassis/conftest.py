"""A library that lends books: a small service of the tests' own, on the database of inventory."""

import asyncpg
import pytest

from deploy.postgres import roles
from tests.builders.edge import serving
from tests.builders.lending import HOT_LIBRARY, LIBRARY, SCHEMA


@pytest.fixture
async def library_db(postgres, inventory_db):
    name = await inventory_db.fetchval("SELECT current_database()")
    connection = await asyncpg.connect(roles.dsn_of(postgres, name))
    await connection.execute(SCHEMA)
    await connection.close()
    return inventory_db


@pytest.fixture
async def library_dsn(postgres, library_db):
    name = await library_db.fetchval("SELECT current_database()")
    return roles.dsn_of(postgres, name, role="inventory", password="service")


@pytest.fixture(params=[LIBRARY, HOT_LIBRARY], ids=["framework", "hot"])
async def api(library_db, request):
    async with serving(request.param, library_db) as api:
        yield api
