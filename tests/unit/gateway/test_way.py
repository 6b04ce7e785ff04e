"""Routes, headers, circuit breaker and places: what decides about a request before it is sent."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.proxy import headers
from gateway.proxy.breaker import Breaker
from gateway.proxy.callers import CsrfTokenMissing, check_same_site, cookie_of
from gateway.proxy.headers import HeaderRepeated, HeadersTooLarge
from gateway.proxy.lookup import Lookup
from gateway.proxy.places import Overloaded, Places
from gateway.proxy.routing import RESOURCES, service_of


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("orders", "orders"),
        ("orders/7/timeline", "reports"),
        ("orders/7/lines/timeline", "orders"),
        ("orders/timeline", "orders"),
        ("quotes", "catalog"),
        ("accounts/7/entries", "billing"),
        ("session", "gateway"),
        ("unknown", None),
        ("", None),
        ("../orders", None),
        ("ordersx", None),
    ],
)
def test_the_first_part_of_the_path_decides_who_answers(path, service):
    assert service_of(path) == service


def test_each_resource_has_one_owner():
    owned = [resource for resources in RESOURCES.values() for resource in resources]

    assert len(owned) == len(set(owned))


@given(st.text())
def test_every_path_has_at_most_one_owner(path):
    assert service_of(path) in {None, *RESOURCES}


@pytest.mark.parametrize(
    "name",
    [
        "X-User-Id",
        "X-Dealer-Id",
        "X-Roles",
        "X-Forwarded-For",
        "X-Forwarded-User",
        "X-Real-IP",
        "X-Deadline-Ms",
        "Forwarded",
        "Authorization",
        "Cookie",
        "Traceparent",
        "Tracestate",
        "Baggage",
        "Connection",
        "Transfer-Encoding",
        "Upgrade",
        "Host",
        "Content-Length",
    ],
)
def test_a_header_by_which_somebody_could_speak_as_the_gateway_stays_outside(name):
    assert headers.inward({name.lower().encode(): b"1"}) == {}


def test_headers_that_are_the_callers_own_business_pass():
    asked = {b"idempotency-key": b"k", b"if-match": b'"7"', b"accept-language": b"zh"}

    assert headers.inward(asked) == {
        "Idempotency-Key": "k",
        "If-Match": '"7"',
        "Accept-Language": "zh",
    }


def test_of_an_answer_nothing_passes_that_only_holds_for_one_hop():
    raw = [(b"Connection", b"close"), (b"Set-Cookie", b"x"), (b"Server", b"x"), (b"ETag", b'"1"')]

    assert headers.outward(raw) == [(b"etag", b'"1"'), (b"cache-control", b"no-store")]


def test_a_service_may_say_how_long_its_answer_is_good():
    raw = [(b"cache-control", b"max-age=60")]

    assert headers.outward(raw) == raw


@pytest.mark.parametrize("name", [b"authorization", b"cookie", b"idempotency-key", b"if-match"])
def test_a_header_that_two_parsers_could_read_differently_must_stand_once(name):
    with pytest.raises(HeaderRepeated):
        headers.read([(name, b"a"), (name, b"b")])


def test_headers_have_a_limit_in_number_and_in_size():
    with pytest.raises(HeadersTooLarge):
        headers.read([(b"x-%d" % n, b"") for n in range(101)])
    with pytest.raises(HeadersTooLarge):
        headers.read([(b"x", b"y" * 40_000)])


def test_a_cookie_is_found_among_others_and_only_by_its_whole_name():
    assert cookie_of(b"a=1; qudao_session=t; b=2", b"qudao_session") == b"t"
    assert cookie_of(b"not_qudao_session=t", b"qudao_session") is None
    assert cookie_of(b"", b"qudao_session") is None


def test_another_sites_page_cannot_log_somebody_in():
    with pytest.raises(CsrfTokenMissing):
        check_same_site("POST", {b"sec-fetch-site": b"cross-site"})
    check_same_site("POST", {b"sec-fetch-site": b"same-origin"})
    check_same_site("GET", {b"sec-fetch-site": b"cross-site"})


def a_breaker():
    return Breaker(failures_max=3, pause_seconds=2.0)


def test_the_breaker_opens_after_failures_in_a_row():
    breaker = a_breaker()
    for _ in range(2):
        breaker.failed(0.0)

    assert breaker.may_try(0.0)

    breaker.failed(0.0)

    assert not breaker.may_try(1.9)


def test_a_success_between_failures_keeps_the_breaker_closed():
    breaker = a_breaker()
    for outcome in (breaker.failed, breaker.failed, None, breaker.failed, breaker.failed):
        if outcome is None:
            breaker.succeeded()
        else:
            outcome(0.0)

    assert breaker.may_try(0.0)


def test_after_the_pause_one_request_tries_and_the_others_wait_for_it():
    breaker = a_breaker()
    for _ in range(3):
        breaker.failed(0.0)

    assert breaker.may_try(2.0)
    assert not breaker.may_try(2.1)

    breaker.succeeded()

    assert breaker.may_try(2.2)


def test_a_try_that_fails_opens_the_breaker_again():
    breaker = a_breaker()
    for _ in range(3):
        breaker.failed(0.0)
    assert breaker.may_try(2.0)

    breaker.failed(2.5)

    assert not breaker.may_try(4.4)
    assert breaker.may_try(4.5)


async def test_who_finds_neither_a_place_nor_room_to_wait_is_sent_away_at_once():
    places = Places(taken_max=1, waiting_max=1, waiting_seconds_max=5.0)
    async with places:
        waiting = asyncio.create_task(enter(places))
        await asyncio.sleep(0)

        with pytest.raises(Overloaded):
            await enter(places)

    assert await waiting


async def test_who_waits_too_long_for_a_place_is_sent_away():
    places = Places(taken_max=1, waiting_max=9, waiting_seconds_max=0.01)
    async with places:
        with pytest.raises(Overloaded):
            await enter(places)

    assert await enter(places)


async def test_a_place_is_free_again_however_its_holder_left():
    places = Places(taken_max=1, waiting_max=0, waiting_seconds_max=0.01)
    with pytest.raises(ZeroDivisionError):
        async with places:
            raise ZeroDivisionError
    gone = asyncio.create_task(hold(places))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone])

    assert await enter(places)


async def enter(places):
    async with places:
        return True


async def hold(places):
    async with places:
        await asyncio.Event().wait()


class Table:
    """Answers look-ups from a table, and keeps what it was asked; waits at the gate."""

    def __init__(self, **rows):
        self.rows, self.asked, self.gate = rows, [], asyncio.Event()

    async def __call__(self, keys):
        self.asked.append(sorted(keys))
        await self.gate.wait()
        return {key: self.rows[key] for key in keys if key in self.rows}


async def test_look_ups_that_arrive_together_share_one_query():
    table = Table(a=1, b=2)
    lookup = Lookup(table)

    first = asyncio.create_task(lookup("a"))
    await asyncio.sleep(0)
    others = [asyncio.create_task(lookup(key)) for key in ("b", "c", "b")]
    await asyncio.sleep(0)
    table.gate.set()

    assert await first == 1
    assert await asyncio.gather(*others) == [2, None, 2]
    assert table.asked == [["a"], ["b", "c"]]


async def test_when_the_one_who_asks_goes_away_another_asks_for_all():
    table = Table(a=1, b=2)
    lookup = Lookup(table)
    leader = asyncio.create_task(lookup("a"))
    await asyncio.sleep(0)
    others = [asyncio.create_task(lookup(key)) for key in ("a", "b")]
    await asyncio.sleep(0)

    leader.cancel()
    await asyncio.wait([leader])
    table.gate.set()

    assert await asyncio.wait_for(asyncio.gather(*others), 1) == [1, 2]


async def test_when_the_query_fails_all_who_wait_are_told_and_the_next_one_asks_anew():
    class Down(OSError):
        pass

    answers = [Down(), {"a": 1}]

    async def fetch(_):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    lookup = Lookup(fetch)

    with pytest.raises(Down):
        await lookup("a")
    assert await lookup("a") == 1
