"""Group commit on a real database: each request its own answer, the batch one transaction."""

import asyncio
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic import BaseModel

from chassis import outbox
from chassis.auth import Role
from chassis.db import connect
from chassis.errors import DomainError, Unavailable
from chassis.idempotency import IdempotencyKeyReused, Key
from chassis.ids import uuid7
from chassis.intake import GroupCommit, Intake
from contracts.inventory import FirmReservation
from tests.builders.edge import an_actor
from tests.builders.lending import LEND, Ask, Loan, OutOfPrint, lend

DEALER = an_actor(Role.DLR, dealer_id=uuid4())


def an_ask(**others):
    return Ask(**{"loan_id": uuid7(), "dealer_id": uuid4(), "title": "Emma", "copies": 1, **others})


def a_key(**others):
    return Key(**{"scope": "me", "key": str(uuid4()), "request_hash": b"h", **others})


class Taking:
    """An intake at work for the length of a test."""

    def __init__(self, db, of=LEND):
        self.intake, self.committed = Intake(db, of, committed := asyncio.Event()), committed

    async def __aenter__(self):
        self._running = asyncio.create_task(self.intake.run())
        return self.intake

    async def __aexit__(self, *_):
        self._running.cancel()


async def ask_all(intake, asked):
    return await asyncio.gather(
        *(intake(ask, DEALER, key) for ask, key in asked), return_exceptions=True
    )


async def test_requests_that_wait_together_share_a_transaction_and_get_their_own_answers(
    library_db,
):
    asked = [(an_ask(title="Gone" if n % 2 else "Emma"), a_key()) for n in range(100)]

    async with Taking(library_db) as intake:
        answers = await ask_all(intake, asked)

    for (ask, _), answer in zip(asked[::2], answers[::2], strict=True):
        assert Loan.model_validate_json(answer.body).loan_id == ask.loan_id
    assert all(isinstance(answer, OutOfPrint) for answer in answers[1::2])
    assert await library_db.fetchval("SELECT count(DISTINCT xid) FROM loans") < 25


async def test_one_bad_request_does_not_spoil_the_others(library_db):
    twice = uuid7()
    asked = [(an_ask(), a_key()) for _ in range(20)]
    asked[7:9] = [(an_ask(loan_id=twice), a_key()), (an_ask(loan_id=twice), a_key())]

    async with Taking(library_db) as intake:
        answers = await ask_all(intake, asked)

    faults = [answer for answer in answers if isinstance(answer, Exception)]
    assert [type(fault) for fault in faults] == [asyncpg.UniqueViolationError]
    assert await library_db.fetchval("SELECT count(*) FROM loans") == 19


async def test_equal_requests_of_one_batch_have_one_effect_and_one_answer(library_db):
    key = a_key()
    asked = [(an_ask(), key) for _ in range(5)] + [(an_ask(), a_key())]

    async with Taking(library_db) as intake:
        answers = await ask_all(intake, asked)

    assert len({answer.body for answer in answers[:5]}) == 1
    assert answers[5].body != answers[0].body
    assert await library_db.fetchval("SELECT count(*) FROM loans") == 2


async def test_a_key_for_two_requests_of_one_batch_serves_the_first(library_db):
    key = a_key()
    other = a_key(key=key.key, request_hash=b"another")

    async with Taking(library_db) as intake:
        answers = await ask_all(intake, [(an_ask(), key), (an_ask(), other)])

    assert answers[0].status == 201
    assert isinstance(answers[1], IdempotencyKeyReused)


async def test_a_key_that_another_process_is_storing_gets_its_answer(library_db):
    key = a_key()

    async with Taking(library_db) as here, Taking(library_db) as there:
        answers = await asyncio.gather(
            *(one(an_ask(), DEALER, key) for one in (here, there) for _ in range(10))
        )

    assert len({answer.body for answer in answers}) == 1
    assert await library_db.fetchval("SELECT count(*) FROM loans") == 1


async def test_a_full_queue_turns_requests_away_at_once(library_db):
    small = GroupCommit(lend, LEND.key, LEND.respond, waiting_max=3)
    intake = Intake(library_db, small, asyncio.Event())  # not running
    waiting = [asyncio.create_task(intake(an_ask(), DEALER, a_key())) for _ in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(Unavailable) as turned_away:
        await intake(an_ask(), DEALER, a_key())

    assert turned_away.value.retry_after_seconds == 1
    for one in waiting:
        one.cancel()


@asynccontextmanager
async def a_line_that_breaks_at_commit(dsn):
    """A pool whose first COMMIT reaches the server, and whose answer never comes back."""
    server, broken = urlsplit(dsn), set()

    async def serve(reader, writer):
        there_reader, there_writer = await asyncio.open_connection(server.hostname, server.port)

        async def up():
            while data := await reader.read(65_536):
                if b"COMMIT" in data and not broken:
                    broken.add(writer)
                there_writer.write(data)
            there_writer.close()

        async def down():
            while (data := await there_reader.read(65_536)) and writer not in broken:
                writer.write(data)
            writer.close()

        await asyncio.gather(up(), down(), return_exceptions=True)

    line = await asyncio.start_server(serve, "127.0.0.1", 0)
    login, port = server.netloc.rpartition("@")[0], line.sockets[0].getsockname()[1]
    near = urlunsplit(server._replace(netloc=f"{login}@127.0.0.1:{port}"))
    async with await connect(near, size_max=2) as pool:
        yield pool
    line.close()


async def test_a_line_that_breaks_at_commit_leaves_it_to_the_key(library_db, library_dsn):
    """The effect stands, and nobody knows: all are told to try again, and the key settles it."""
    sent = [(an_ask(), a_key()) for _ in range(5)]

    async with a_line_that_breaks_at_commit(library_dsn) as db, Taking(db) as intake:
        lost = await ask_all(intake, sent)
        again = await ask_all(intake, [(an_ask(), key) for _, key in sent])

    assert [type(answer) for answer in lost] == [Unavailable] * 5
    assert await library_db.fetchval("SELECT count(*) FROM loans") == 5
    for (ask, _), answer in zip(sent, again, strict=True):
        assert answer.replayed
        assert Loan.model_validate_json(answer.body).loan_id == ask.loan_id


async def test_a_database_that_goes_before_commit_has_stored_nothing(library_db):
    sent = [(an_ask(), a_key()) for _ in range(5)]

    async def lend_and_lose(tx, asks):
        answers = await lend(tx, asks)
        pid = await tx.fetchval("SELECT pg_backend_pid()")
        await library_db.execute("SELECT pg_terminate_backend($1)", pid)
        return answers

    async with Taking(library_db, GroupCommit(lend_and_lose, LEND.key, LEND.respond)) as intake:
        lost = await ask_all(intake, sent)
    stored = await library_db.fetchval("SELECT count(*) FROM loans")
    async with Taking(library_db) as intake:
        again = await ask_all(intake, sent)

    assert [type(answer) for answer in lost] == [Unavailable] * 5
    assert stored == 0
    assert [answer.replayed for answer in again] == [False] * 5


async def test_a_client_that_went_away_still_has_his_effect(library_db):
    async with Taking(library_db) as intake:
        gone = asyncio.create_task(intake(an_ask(title="Persuasion"), DEALER, a_key()))
        await asyncio.sleep(0)
        gone.cancel()
        await intake(an_ask(), DEALER, a_key())

    assert await library_db.fetchval("SELECT count(*) FROM loans WHERE title = 'Persuasion'") == 1


async def test_each_message_carries_the_actor_of_its_own_request(library_db):
    async def announce(tx, order_ids):
        await outbox.add(
            tx,
            [FirmReservation(order_id=order_id, release=True) for order_id in order_ids],
        )
        return [Told(order_id=order_id) for order_id in order_ids]

    class Told(BaseModel):
        order_id: UUID

    announcing = GroupCommit(announce, lambda order_id: order_id.bytes, lambda told: told)
    actors = {uuid7(): an_actor(Role.DLR, dealer_id=uuid4()) for _ in range(20)}

    async with Taking(library_db, announcing) as intake:
        await asyncio.gather(*(intake(one, actor, a_key()) for one, actor in actors.items()))

    rows = await library_db.fetch("SELECT key, actor FROM outbox")
    assert {UUID(bytes=row["key"]): row["actor"] for row in rows} == {
        order_id: actor.reference for order_id, actor in actors.items()
    }


async def test_a_lost_deadlock_is_tried_again(library_db):
    failures = iter([asyncpg.DeadlockDetectedError("planted"), None])

    async def unlucky(tx, asks):
        if failure := next(failures, None):
            raise failure
        return await lend(tx, asks)

    async with Taking(library_db, GroupCommit(unlucky, LEND.key, LEND.respond)) as intake:
        answer = await intake(an_ask(), DEALER, a_key())

    assert answer.status == 201


async def test_a_bug_reaches_only_who_met_it(library_db):
    async def clumsy(tx, asks):
        if any(ask.title == "Ulysses" for ask in asks):
            raise KeyError("page 1")
        return await lend(tx, asks)

    asked = [(an_ask(), a_key()), (an_ask(title="Ulysses"), a_key()), (an_ask(), a_key())]

    async with Taking(library_db, GroupCommit(clumsy, LEND.key, LEND.respond)) as intake:
        answers = await ask_all(intake, asked)

    assert [isinstance(answer, KeyError) for answer in answers] == [False, True, False]
    assert not any(isinstance(answer, DomainError) for answer in answers)
