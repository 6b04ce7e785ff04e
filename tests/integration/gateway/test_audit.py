"""The audit log in PostgreSQL: complete, in one chain, and the past stays what it was."""

import asyncio
import csv
import io

import asyncpg
import pytest

from chassis.auth import Role
from chassis.db import transaction
from deploy.postgres import roles
from gateway import queries
from gateway.audit import BEGINNING, breaks
from gateway.commands import users
from gateway.verification import verify_audit_log
from tests.builders.gateway import a_gateway, a_new_user, a_stored_user, gateway_settings


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


async def test_a_change_tells_what_was_before_and_is_found_by_person_thing_kind_and_time(
    gateway_db,
):
    """F-09: each change of a user is an audit event."""
    async with a_gateway(gateway_db) as gateway:
        admin = await gateway.logged_in(Role.ADM)
        user = await gateway.a_user(Role.FIN)
        address = f"/api/v1/users/{user.user_id}"
        await admin.patch(address, json={"assignment": {"roles": ["WHS"]}})

        async def found(**asked):
            answer = await admin.get("/api/v1/audit-log", params=asked)
            assert answer.status_code == 200, answer.text
            return [entry["action"] for entry in answer.json()["items"]]

        [entry] = (await admin.get("/api/v1/audit-log?action=users.change")).json()["items"]
        about = {"subject_id": str(user.user_id)}

        assert entry["before"] == {"roles": ["FIN"]}
        assert (entry["facts"]["roles"], entry["subject_id"]) == (["WHS"], about["subject_id"])
        assert await found(**about) == ["users.change", "users.create"]
        assert await found(**about, actor=entry["actor"]) == ["users.change"]
        assert await found(**about, since=entry["at"]) == ["users.change"]
        assert await found(**about, until=entry["at"]) == ["users.create"]
    assert breaks(BEGINNING, await queries.audit_chain(gateway_db)) == []


async def test_the_whole_log_is_a_sheet_for_administrators_alone(gateway_db):
    for _ in range(2):
        async with transaction(gateway_db) as tx:
            await users.create_users(tx, [a_new_user(Role.FIN) for _ in range(150)], by="operator")

    async with a_gateway(gateway_db) as gateway:
        admin, finance = await gateway.logged_in(Role.ADM), await gateway.logged_in(Role.FIN)
        sheet = await admin.get("/api/v1/audit-log/export?actor=operator")
        refused = await finance.get("/api/v1/audit-log/export")

    rows = list(csv.DictReader(io.StringIO(sheet.text.removeprefix("\ufeff"))))
    assert sheet.headers["content-type"].startswith("text/csv")
    assert len({row["subject_id"] for row in rows}) == len(rows) == 300
    assert {row["action"] for row in rows} == {"users.create"}
    assert refused.status_code == 403
