"""Idempotency-Key on a real database: the effect once, the same answer again."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from chassis import idempotency
from chassis.auth import Role
from chassis.db import transaction
from chassis.idempotency import Answer, IdempotencyKeyReused, Key, RequestInFlight
from chassis.jobs import forget_keys
from tests.builders.edge import a_key, an_actor, serving
from tests.builders.lending import LIBRARY

LENDING = {"title": "Middlemarch", "parts": [{"copies": 2}]}
ROUTES = ["/loans", "/loans/singly"]


def a_dealer(**others):
    return an_actor(Role.DLR, **{"dealer_id": uuid4(), **others})


def an_idempotency_key(**others):
    return Key(**{"scope": "me POST /loans", "key": str(uuid4()), "request_hash": b"h", **others})


@pytest.mark.parametrize("route", ROUTES)
async def test_a_repeated_request_gets_the_same_bytes_and_has_no_effect(api, library_db, route):
    """E-25."""
    dealer, key = a_dealer(), a_key()

    first = await api(dealer).post(route, json=LENDING, headers=key)
    again = await api(dealer).post(route, json=LENDING, headers=key)

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await library_db.fetchval("SELECT count(*) FROM loans") == 1


@pytest.mark.parametrize("route", ROUTES)
async def test_the_same_json_in_another_form_is_the_same_request(api, route):
    dealer, key = a_dealer(), {**a_key(), "content-type": "application/json"}
    bodies = (
        b'{"title":"Middlemarch","parts":[{"copies":2}]}',
        b'{ "parts": [ {"copies": 2} ], "title": "Middlemarch" }',
    )

    first, again = [await api(dealer).post(route, content=body, headers=key) for body in bodies]

    assert first.content == again.content


@pytest.mark.parametrize("route", ROUTES)
async def test_a_key_with_another_body_is_refused(api, library_db, route):
    dealer, key = a_dealer(), a_key()

    await api(dealer).post(route, json=LENDING, headers=key)
    other = await api(dealer).post(route, json={**LENDING, "title": "Emma"}, headers=key)

    assert other.status_code == 422
    assert other.json()["type"].endswith("/idempotency-key-reused")
    assert await library_db.fetchval("SELECT count(*) FROM loans") == 1


@pytest.mark.parametrize("route", ROUTES)
async def test_keys_of_different_dealers_have_nothing_to_do_with_each_other(api, route):
    key = a_key()

    answers = [
        await api(dealer).post(route, json=LENDING, headers=key)
        for dealer in (a_dealer(), a_dealer())
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() != answers[1].json()


async def test_keys_of_different_routes_have_nothing_to_do_with_each_other(api):
    dealer, key = a_dealer(), a_key()

    answers = [await api(dealer).post(route, json=LENDING, headers=key) for route in ROUTES]

    assert answers[0].json()["loan_id"] != answers[1].json()["loan_id"]


@pytest.mark.parametrize("route", ROUTES)
async def test_a_refusal_is_not_kept(api, library_db, route):
    dealer, key = a_dealer(), a_key()

    refusals = [
        await api(dealer).post(route, json={**LENDING, "title": "Gone"}, headers=key)
        for _ in range(2)
    ]

    assert [refusal.status_code for refusal in refusals] == [409, 409]
    assert await library_db.fetchval("SELECT count(*) FROM idempotency") == 0


@pytest.mark.parametrize("route", ROUTES)
async def test_requests_sent_many_times_at_once_have_their_effect_once(library_db, route):
    """E-25."""
    requests = [(a_dealer(), a_key()) for _ in range(10)]
    sent = [request for request in requests for _ in range(5)]

    async with serving(LIBRARY, library_db) as api:
        answers = await asyncio.gather(
            *(api(dealer).post(route, json=LENDING, headers=key) for dealer, key in sent)
        )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 10
    assert await library_db.fetchval("SELECT count(*) FROM loans") == 10


async def test_a_request_waits_for_the_same_one_that_is_under_way(library_db):
    key = an_idempotency_key()
    stored = asyncio.Event()

    async def first():
        async with transaction(library_db) as tx:
            await idempotency.claim(tx, [key])
            stored.set()
            await tx.execute("SELECT pg_sleep(0.3)")
            await idempotency.keep(tx, {key: Answer(201, b"{}")})

    async def second():
        await stored.wait()
        async with transaction(library_db) as tx:
            return await idempotency.claim(tx, [key])

    _, found = await asyncio.gather(first(), second())

    assert found == {key: Answer(201, b"{}", replayed=True)}


async def test_who_waits_too_long_is_told_to_come_back(library_db):
    key = an_idempotency_key()

    async with transaction(library_db) as tx:
        await idempotency.claim(tx, [key])
        with pytest.raises(RequestInFlight) as refusal:
            async with transaction(library_db) as other:
                await idempotency.claim(other, [key])

    assert refusal.value.status == 409
    assert refusal.value.retry_after_seconds


async def test_who_waited_for_a_request_that_failed_does_it_himself(library_db):
    key = an_idempotency_key()

    with pytest.raises(ZeroDivisionError):
        async with transaction(library_db) as tx:
            await idempotency.claim(tx, [key])
            raise ZeroDivisionError
    async with transaction(library_db) as tx:
        found = await idempotency.claim(tx, [key])

    assert found == {}


async def test_the_wait_for_locks_is_as_before_when_the_key_is_settled(library_db):
    async with transaction(library_db) as tx:
        before = await tx.fetchval("SHOW lock_timeout")
        await idempotency.claim(tx, [an_idempotency_key()])

        assert await tx.fetchval("SHOW lock_timeout") == before


async def test_a_whole_batch_of_keys_is_found_and_kept_at_once(library_db):
    keys = [an_idempotency_key() for _ in range(100)]

    async with transaction(library_db) as tx:
        await idempotency.keep(tx, {key: Answer(201, key.key.encode()) for key in keys[:50]})
        found = await idempotency.find(tx, keys)

    assert found == {key: Answer(201, key.key.encode(), replayed=True) for key in keys[:50]}


async def test_a_reused_key_is_found_out_in_a_batch(library_db):
    key = an_idempotency_key()

    async with transaction(library_db) as tx:
        await idempotency.keep(tx, {key: Answer(201, b"{}")})
        found = await idempotency.find(tx, [an_idempotency_key(key=key.key, request_hash=b"x")])

    assert [type(one) for one in found.values()] == [IdempotencyKeyReused]


async def test_keys_are_forgotten_after_thirty_days_and_not_before(library_db):
    kept = [an_idempotency_key() for _ in range(3)]
    async with transaction(library_db) as tx:
        await idempotency.keep(tx, {key: Answer(201, b"{}") for key in kept})
    for key, days in zip(kept, (29, 31, 300), strict=True):
        await library_db.execute(
            "UPDATE idempotency SET created_at = now() - $2::interval WHERE key = $1",
            key.key,
            timedelta(days=days),
        )

    async with serving(LIBRARY, library_db) as api:
        forgotten = await forget_keys(api.runtime)

    assert forgotten == 2
    assert await library_db.fetchval("SELECT key FROM idempotency") == kept[0].key
