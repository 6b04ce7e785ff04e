"""The audit log in PostgreSQL: complete, in one chain, and the past stays what it was."""

import asyncio

import asyncpg
import pytest

from chassis.auth import Role
from chassis.db import transaction
from deploy.postgres import roles
from gateway import queries
from gateway.audit import BEGINNING, breaks
from gateway.commands import users
from gateway.verification import verify_audit_log
from tests.builders.gateway import a_new_user, a_stored_user, gateway_settings


@pytest.fixture
async def address(gateway_db, postgres):
    name = await gateway_db.fetchval("SELECT current_database()")
    return lambda role, password: roles.dsn_of(postgres, name, role=role, password=password)


async def test_what_happens_at_the_same_moment_stands_in_one_chain(gateway_db):
    async def create(count):
        asks = [a_new_user(Role.FIN) for _ in range(count)]
        async with transaction(gateway_db) as tx:
            await users.create_users(tx, asks, by="test")

    await asyncio.gather(*(create(count) for count in (1, 7, 3, 1, 5)))

    chain = await queries.audit_chain(gateway_db)
    assert [link.position for link in chain] == list(range(1, 18))
    assert breaks(BEGINNING, chain) == []


async def test_what_was_rolled_back_leaves_no_gap(gateway_db):
    await a_stored_user(gateway_db, Role.FIN)
    with pytest.raises(ZeroDivisionError):
        async with transaction(gateway_db) as tx:
            await users.create_users(tx, [a_new_user(Role.FIN)], by="test")
            raise ZeroDivisionError
    await a_stored_user(gateway_db, Role.FIN)

    assert breaks(BEGINNING, await queries.audit_chain(gateway_db)) == []


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("UPDATE audit_log SET actor = 'nobody' WHERE position = 2", "at or before entry 2"),
        ("DELETE FROM audit_log WHERE position = 2", "at or before entry 3"),
        ("DELETE FROM audit_log WHERE position = 3", "ends at entry 2"),
    ],
)
async def test_even_the_owner_of_the_tables_is_found_out(
    gateway_db, address, tmp_path, tampering, told
):
    for _ in range(3):
        await a_stored_user(gateway_db, Role.FIN)
    settings = gateway_settings(tmp_path, postgres_dsn=address("gateway", "service"))
    await verify_audit_log(settings)

    owner = await asyncpg.connect(address("gateway_owner", "owner"))
    await owner.execute(tampering)
    await owner.close()

    with pytest.raises(SystemExit, match=told):
        await verify_audit_log(settings)
