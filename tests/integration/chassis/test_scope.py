"""Row-level security as the second wall: what a caller reads is his, whatever the query says."""

import asyncio
import random
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import asyncpg
import pytest
from opentelemetry.trace import SpanKind

from chassis import outbox, telemetry
from chassis.auth import Role
from chassis.db import connect
from chassis.ids import uuid7
from chassis.scope import acting, reading
from contracts.gateway import UserState
from tests.builders.edge import an_actor, serving
from tests.builders.lending import LIBRARY

SALESPERSON = uuid4()
DEALERS = [UUID(int=n) for n in range(1, 101)]


@pytest.fixture
async def shelves(library_db):
    """A loan for each of 100 dealers; every second one belongs to a salesperson."""
    await library_db.executemany(
        "INSERT INTO loans (loan_id, dealer_id, salesperson_id, title, copies)"
        " VALUES ($1, $2, $3, 'Emma', 1)",
        [(uuid7(), dealer, SALESPERSON if dealer.int % 2 else None) for dealer in DEALERS],
    )
    async with serving(LIBRARY, library_db) as api:
        yield api.runtime


@pytest.fixture
async def narrow(library_dsn):
    """Makes a pool of so many connections on the same database."""
    async with AsyncExitStack() as stack:

        async def pool(size):
            return await stack.enter_async_context(await connect(library_dsn, size_max=size))

        yield pool


async def dealers_seen(reader):
    return {row["dealer_id"] for row in await reader.fetch("SELECT dealer_id FROM loans")}


async def seen_by(runtime, actor):
    async with reading(runtime, actor) as reader:
        return await dealers_seen(reader)


async def test_a_reader_sees_one_moment_whatever_happens_between_its_statements(shelves):
    """F-51: a dealer who moves to another tier meanwhile is not priced from two tiers at once."""
    async with reading(shelves, an_actor(Role.ADM)) as reader:
        before = await dealers_seen(reader)
        await shelves.db.execute("DELETE FROM loans WHERE dealer_id = $1", DEALERS[0])
        assert await dealers_seen(reader) == before == set(DEALERS)


async def test_a_dealer_sees_his_own_rows(shelves):
    assert await seen_by(shelves, an_actor(Role.DLR, dealer_id=DEALERS[3])) == {DEALERS[3]}


async def test_a_salesperson_sees_the_rows_of_his_dealers(shelves):
    seen = await seen_by(shelves, an_actor(Role.SAL, user_id=SALESPERSON))

    assert seen == {dealer for dealer in DEALERS if dealer.int % 2}


async def test_the_other_staff_see_all_rows(shelves):
    assert await seen_by(shelves, an_actor(Role.FIN)) == set(DEALERS)


async def test_who_belongs_to_nobody_sees_nothing(shelves):
    assert await seen_by(shelves, an_actor(Role.APPLICANT)) == set()


async def test_a_forgotten_scope_shows_no_rows(shelves):
    async with shelves.db.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL ROLE inventory_reader")

        assert await dealers_seen(connection) == set()


async def asked(runtime, actor, question, *values):
    async with reading(runtime, actor) as reader:
        return await reader.fetchval(question, *values)


@pytest.mark.parametrize(
    ("bound_to", "seen"), [(None, True), ([SALESPERSON], True), ([uuid4()], False), ([], False)]
)
async def test_who_works_in_a_warehouse_sees_what_is_there(shelves, bound_to, seen):
    """P-10: None is bound to none and sees all; an empty set sees nothing."""
    actor = an_actor(Role.WHS, warehouse_ids=None if bound_to is None else frozenset(bound_to))

    assert await asked(shelves, actor, "SELECT in_seen_warehouse($1)", SALESPERSON) is seen


@pytest.mark.parametrize(
    ("territories", "seen"),
    [
        (None, False),
        ([], False),
        (["广东省"], True),
        (["广东省/深圳市"], True),
        (["广东省/广州市", "浙江省"], False),
        (["广东"], False),
    ],
)
async def test_a_territory_is_a_province_with_its_cities_or_one_city(shelves, territories, seen):
    """P-10."""
    leads = None if territories is None else frozenset(territories)
    actor = an_actor(Role.SAL, territories=leads)
    question = "SELECT coalesce(in_seen_territory('广东省', '深圳市'), false)"

    assert await asked(shelves, actor, question) is seen


async def test_a_reader_cannot_write(shelves):
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with reading(shelves, an_actor(Role.ADM)) as reader:
            await reader.execute("DELETE FROM loans")


async def test_the_reader_role_may_not_write_even_in_a_writing_transaction(shelves):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with shelves.db.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL ROLE inventory_reader")
            await connection.execute("DELETE FROM loans")


async def test_scope_and_role_end_with_the_transaction(shelves, narrow):
    pool = shelves.db = await narrow(1)

    await seen_by(shelves, an_actor(Role.DLR, dealer_id=DEALERS[0]))
    after = await pool.fetchrow(
        "SELECT current_user, current_setting('qudao.dealer_id', true), sees_all()"
    )

    assert after["current_user"] == "inventory"
    assert not after[1]
    assert after[2] is False


async def test_interleaved_dealers_on_two_connections_never_see_each_other(shelves, narrow):
    """5,000 reads of 100 dealers, a third of them cancelled in the middle: no foreign row."""
    chance = random.Random(7)
    shelves.db = await narrow(2)
    foreign, whole = [], 0

    async def read(dealer):
        nonlocal whole
        async with reading(shelves, an_actor(Role.DLR, dealer_id=dealer)) as reader:
            seen = await dealers_seen(reader)
            await asyncio.sleep(0)
            seen |= await dealers_seen(reader)
        whole += 1
        if seen != {dealer}:
            foreign.append((dealer, seen))

    async def impatient(dealer):
        task = asyncio.create_task(read(dealer))
        for _ in range(chance.randrange(60)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def client():
        for _ in range(250):
            dealer = chance.choice(DEALERS)
            await (impatient(dealer) if chance.random() < 0.33 else read(dealer))

    await asyncio.gather(*(client() for _ in range(20)))

    assert foreign == []
    assert whole > 3_000


async def test_what_an_actor_causes_names_him_and_his_trace_and_wakes_the_relay(library_db):
    actor = an_actor(Role.DLR, dealer_id=uuid4())
    user = UserState(version=1, user_id=uuid4(), name="Wang", roles=(), dealer_id=None, active=True)

    async with serving(LIBRARY, library_db) as api:
        with telemetry.working(None, "test", SpanKind.SERVER, {}):
            async with acting(api.runtime, actor) as tx:
                await outbox.add(tx, [user])
                woken_before_commit = api.runtime.committed.is_set()
            traceparent = telemetry.traceparent()

    row = await library_db.fetchrow("SELECT actor, traceparent FROM outbox")
    assert tuple(row) == (actor.reference, traceparent)
    assert not woken_before_commit
    assert api.runtime.committed.is_set()


async def test_what_an_actor_fails_to_do_says_nothing(library_db):
    async with serving(LIBRARY, library_db) as api:
        with pytest.raises(ZeroDivisionError):
            async with acting(api.runtime, an_actor(Role.DLR)) as tx:
                await tx.execute("SELECT 1")
                raise ZeroDivisionError

    assert not api.runtime.committed.is_set()
