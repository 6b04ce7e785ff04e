"""The way of a request through the gateway to a service, and back."""

import asyncio
import os
import time
from contextlib import AsyncExitStack

import httpx
import pytest

from chassis.auth import Role, Verifier
from chassis.service.strangers import StrangersProtocol
from gateway.proxy.routing import RESOURCES
from tests.builders.edge import a_jwks
from tests.builders.gateway import SERVICES, Recorder, a_gateway, served, until

LARGE = os.urandom(3 << 20)


async def test_a_request_reaches_the_service_whole_and_its_answer_comes_back(gateway_db):
    orders = Recorder()
    orders.status = 201
    async with a_gateway(gateway_db, upstream=orders) as gateway:
        client = await gateway.logged_in(Role.FIN)

        response = await client.post(
            "/api/v1/orders?x=%E4%B8%AD&x=2",
            json={"a": 1},
            headers={"Idempotency-Key": "k-1", "If-Match": '"3"', "Prefer": "wait=2"},
        )

    assert response.status_code == 201
    assert response.headers["etag"] == '"7"'
    assert orders.last["path"] == "/orders"
    assert orders.last["query"] == "x=%E4%B8%AD&x=2"
    assert orders.last["length"] == len(b'{"a":1}')
    assert orders.last["headers"]["idempotency-key"] == "k-1"
    assert orders.last["headers"]["if-match"] == '"3"'
    assert orders.last["headers"]["prefer"] == "wait=2"


async def test_each_resource_is_asked_of_its_service(gateway_db):
    async with AsyncExitStack() as stack:
        recorders = {name: Recorder() for name in SERVICES}
        urls = {
            name: await stack.enter_async_context(served(one)) for name, one in recorders.items()
        }
        gateway = await stack.enter_async_context(a_gateway(gateway_db, urls=urls))
        client = await gateway.logged_in(Role.FIN)

        for resource in sorted(frozenset().union(*RESOURCES.values()) - RESOURCES["gateway"]):
            await client.get(f"/api/v1/{resource}/7")
        await client.get("/api/v1/orders/7/timeline")

    for service, recorder in recorders.items():
        asked = {request["path"] for request in recorder.requests}
        story = {"/orders/7/timeline"} if service == "reports" else set()
        assert asked == {f"/{resource}/7" for resource in RESOURCES[service]} | story


async def test_the_service_learns_who_asks_by_a_token_for_it_alone(gateway_db, tmp_path):
    orders = Recorder()
    async with a_gateway(gateway_db, upstream=orders) as gateway:
        user = await gateway.a_user(Role.SAL)
        client = await gateway.login(user)
        await client.get("/api/v1/orders")
        await client.get("/api/v1/payments")

    for asked, service in zip(orders.requests, ("orders", "billing"), strict=True):
        token = asked["headers"]["authorization"].removeprefix("Bearer ")
        actor = Verifier(service, a_jwks(tmp_path)).actor(token)
        assert actor.user_id == user.user_id
        assert actor.roles == {Role.SAL}
        with pytest.raises(Exception, match="token"):
            Verifier("inventory", a_jwks(tmp_path)).actor(token)


@pytest.mark.parametrize(
    "name",
    ["X-User-Id", "X-Dealer-Id", "X-Roles", "X-Forwarded-For", "X-Forwarded-User", "Forwarded"],
)
async def test_who_says_who_he_is_in_a_header_is_not_believed(gateway_db, name):
    orders = Recorder()
    async with a_gateway(gateway_db, upstream=orders) as gateway:
        client = await gateway.logged_in(Role.FIN)

        anonymous = await gateway.client().get("/api/v1/orders", headers={name: "admin"})
        await client.get("/api/v1/orders", headers={name: "forged"})

    assert anonymous.status_code == 401
    assert len(orders.requests) == 1
    assert "forged" not in orders.last["headers"].values()
    assert "cookie" not in orders.last["headers"]


async def test_a_token_that_a_client_made_himself_is_nobody(gateway_db):
    async with a_gateway(gateway_db, upstream=Recorder()) as gateway:
        client = gateway.client(headers={"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."})

        response = await client.get("/api/v1/orders")

    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"


async def test_the_trace_begins_at_the_gateway_whatever_the_caller_says(gateway_db):
    orders, forged = Recorder(), f"00-{'a' * 32}-{'b' * 16}-01"
    async with a_gateway(gateway_db, upstream=orders) as gateway:
        client = await gateway.logged_in(Role.FIN)

        await client.get("/api/v1/orders", headers={"traceparent": forged, "baggage": "x=1"})

    assert "a" * 32 not in orders.last["headers"]["traceparent"]
    assert "baggage" not in orders.last["headers"]


async def test_who_sends_his_body_slowly_takes_no_place_from_the_others(gateway_db):
    orders = Recorder()
    async with a_gateway(
        gateway_db, upstream=orders, requests_in_flight_max=1, requests_waiting_max=1
    ) as gateway:
        client = await gateway.logged_in(Role.FIN)
        answers, slow = await connected(gateway)
        slow.write(
            b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
            b"Expect: 100-continue\r\n"
            + f"X-CSRF-Token: {client.headers['X-CSRF-Token']}\r\n".encode()
            + f"Cookie: qudao_session={client.cookies['qudao_session']}\r\n\r\n".encode()
        )
        await answers.readuntil(b"100 Continue")  # now the gateway waits for the body

        response = await client.get("/api/v1/orders")
        slow.close()

    assert response.status_code == 200


async def test_an_answer_carries_the_trace_the_limit_and_what_protects_a_browser(gateway_db):
    orders = Recorder()
    async with a_gateway(gateway_db, upstream=orders) as gateway:
        client = await gateway.logged_in(Role.FIN)

        response = await client.get("/api/v1/orders")

    assert response.headers["x-trace-id"] == orders.last["headers"]["traceparent"].split("-")[1]
    assert response.headers["ratelimit"].startswith('"read";r=')
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "no-store"
    assert "set-cookie" not in response.headers
    assert 0 < int(orders.last["headers"]["x-deadline-ms"]) <= 19_000


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_service_that_is_down_is_unavailable_and_never_a_gateway_error(gateway_db, method):
    async with a_gateway(gateway_db) as gateway:
        client = await gateway.logged_in(Role.FIN)

        response = await client.request(method, "/api/v1/orders")

    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["service"] == "orders"


async def test_a_service_that_is_silent_is_unavailable_after_the_time_allowed(gateway_db):
    orders = Recorder()

    async def for_ever(_):
        await asyncio.Event().wait()

    orders.before = for_ever
    async with a_gateway(gateway_db, upstream=orders, request_timeout_seconds=2) as gateway:
        client = await gateway.logged_in(Role.FIN)

        response = await client.get("/api/v1/orders")

    assert response.status_code == 503
    assert response.json()["type"].endswith("/service-unavailable")
    assert "retry-after" in response.headers


async def test_one_service_that_is_down_does_not_trouble_the_others(gateway_db):
    async with served(Recorder()) as url, a_gateway(gateway_db, urls={"billing": url}) as gateway:
        client = await gateway.logged_in(Role.FIN)

        down = [await client.get("/api/v1/orders") for _ in range(10)]
        up = await client.get("/api/v1/payments")

    assert {one.status_code for one in down} == {503}
    assert up.status_code == 200


async def test_the_breaker_opens_on_a_dead_service_and_closes_when_it_is_back(gateway_db):
    orders = Recorder()
    async with (
        Switch(orders) as switch,
        a_gateway(
            gateway_db, urls={"orders": switch.url}, breaker_failures=2, breaker_seconds=0.2
        ) as gateway,
    ):
        client = await gateway.logged_in(Role.FIN)
        switch.on = False
        for _ in range(3):
            assert (await client.post("/api/v1/orders")).status_code == 503
        tried = switch.tried

        spared = await client.post("/api/v1/orders")
        switch.on = True
        back = await until(client, 200, "/api/v1/orders", method="POST")

    assert spared.status_code == 503
    assert switch.tried >= tried
    assert tried == 2
    assert back.status_code == 200


async def test_what_only_reads_is_asked_again_when_a_connection_breaks(gateway_db):
    orders = Recorder()
    async with (
        Switch(orders) as switch,
        a_gateway(gateway_db, urls={"orders": switch.url}) as gateway,
    ):
        client = await gateway.logged_in(Role.FIN)
        switch.break_next = 1

        response = await client.get("/api/v1/orders")

    assert response.status_code == 200
    assert switch.tried == 2


async def test_what_changes_something_is_never_sent_twice(gateway_db):
    orders = Recorder()
    async with (
        Switch(orders) as switch,
        a_gateway(gateway_db, urls={"orders": switch.url}) as gateway,
    ):
        client = await gateway.logged_in(Role.FIN)
        switch.break_next = 1

        response = await client.post("/api/v1/orders", json={"a": 1})

    assert response.status_code == 503
    assert switch.tried == 1


async def test_a_large_body_streams_through(gateway_db):
    products = Recorder()
    async with a_gateway(gateway_db, upstream=products) as gateway:
        client = await gateway.logged_in(Role.ADM)

        response = await client.post("/api/v1/products/import", content=LARGE)

    assert response.status_code == 200
    assert products.last["length"] == len(LARGE)
    assert products.last["headers"]["content-length"] == str(len(LARGE))
    assert int(products.last["headers"]["x-deadline-ms"]) == 120_000


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_beyond_the_limit_is_refused(gateway_db, chunked):
    async def pieces():
        for start in range(0, len(LARGE), 65_536):
            yield LARGE[start : start + 65_536]

    async with a_gateway(gateway_db, upstream=Recorder(), body_bytes_max=1 << 20) as gateway:
        client = await gateway.logged_in(Role.ADM)

        response = await client.post(
            "/api/v1/products/import", content=pieces() if chunked else LARGE
        )
        after = await client.get("/api/v1/products")

    assert response.status_code == 413
    assert after.status_code == 200


async def test_a_large_answer_streams_through_whole(gateway_db):
    async def exports(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for start in range(0, len(LARGE), 65_536):
            piece = LARGE[start : start + 65_536]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async with a_gateway(gateway_db, upstream=exports) as gateway:
        client = await gateway.logged_in(Role.ADM)

        response = await client.get("/api/v1/exports/orders")

    assert response.content == LARGE


async def test_an_answer_that_breaks_off_is_seen_to_be_incomplete(gateway_db):
    async def exports(scope, receive, send):
        headers = [(b"content-length", b"1000000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"x" * 500_000, "more_body": True})
        raise ConnectionAbortedError

    async with a_gateway(gateway_db, upstream=exports) as gateway:
        client = await gateway.logged_in(Role.ADM)

        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/api/v1/exports/orders")


async def test_who_asks_too_often_is_told_to_wait_and_others_are_not(gateway_db):
    async with a_gateway(gateway_db, upstream=Recorder(), reads_per_minute=3) as gateway:
        eager, other = await gateway.logged_in(Role.FIN), await gateway.logged_in(Role.FIN)

        answers = [await eager.get("/api/v1/orders") for _ in range(5)]
        others = await other.get("/api/v1/orders")

    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    assert answers[2].headers["ratelimit"].startswith('"read";r=0')
    assert int(answers[3].headers["retry-after"]) > 0
    assert others.status_code == 200


async def test_overload_is_answered_at_once_and_by_nothing_but_503(gateway_db):
    orders, gate = Recorder(), asyncio.Event()

    async def behind_the_gate(_):
        await gate.wait()

    orders.before = behind_the_gate
    async with a_gateway(
        gateway_db,
        upstream=orders,
        requests_in_flight_max=4,
        requests_waiting_max=4,
        waiting_seconds_max=10,
    ) as gateway:
        client = await gateway.logged_in(Role.FIN)
        asked = [asyncio.create_task(client.get("/api/v1/orders")) for _ in range(24)]
        refused, waiting = await asyncio.wait(asked, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        deadline = time.monotonic() + 5
        while len(refused) < 16 and time.monotonic() < deadline:
            refused, waiting = await asyncio.wait(asked, timeout=0.05)
        gate.set()
        served_after = await asyncio.gather(*waiting)

    assert {one.result().status_code for one in refused} == {503}
    assert all("retry-after" in one.result().headers for one in refused)
    assert len(refused) == 16
    assert {one.status_code for one in served_after} == {200}


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v1/", "/api/v1/orders/../payments", "/api/nothing", "/x"]
)
async def test_an_address_of_nothing_is_a_problem_document(gateway_db, path):
    async with a_gateway(gateway_db) as gateway:
        client = await gateway.logged_in(Role.ADM)

        response = await client.get(path)

    assert response.status_code in {404, 503}
    assert response.headers["content-type"] == "application/problem+json"


async def test_an_own_route_cannot_be_reached_beside_the_api(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        client = await gateway.logged_in(Role.ADM)

        response = await client.get("/users")

    assert response.status_code == 404


async def test_errors_speak_the_language_of_the_caller(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        client = gateway.client()

        chinese = await client.get("/api/v1/orders", headers={"Accept-Language": "zh-CN"})
        english = await client.get("/api/v1/orders", headers={"Accept-Language": "en"})

    assert chinese.json()["title"] != english.json()["title"]
    assert english.json()["title"].isascii()


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
        b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
        b"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /api/v1/orders HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET  /api/v1/orders HTTP/9.9\r\n\r\n",
    ],
)
async def test_a_request_that_two_parsers_could_read_differently_goes_nowhere(gateway_db, raw):
    orders = Recorder()
    async with a_gateway(gateway_db, upstream=orders) as gateway:
        reader, writer = await connected(gateway)
        writer.write(raw)
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()

    assert not answer or answer.split(b" ")[1] in {b"400", b"401"}
    assert not orders.requests


@pytest.mark.parametrize("sent", [b"", b"GET /api/v1/orders HTTP/1.1\r\nHos"])
async def test_who_does_not_finish_the_head_of_his_request_is_cut_off(
    gateway_db, monkeypatch, sent
):
    monkeypatch.setattr(StrangersProtocol, "head_seconds", 0.2)
    async with a_gateway(gateway_db) as gateway:
        reader, writer = await connected(gateway)
        writer.write(sent)

        assert await ended(reader)


async def test_a_head_that_comes_in_pieces_is_read(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        reader, writer = await connected(gateway)
        for piece in (
            b"GET /liv",
            b"ez HTTP/1.1\r\nHost",
            b": x\r\nConnection: close\r\n",
            b"\r\n",
        ):
            writer.write(piece)
            await writer.drain()

        answer = await asyncio.wait_for(reader.read(), 5)

    assert answer.startswith(b"HTTP/1.1 200")


async def test_a_head_without_end_is_cut_off(gateway_db):
    async with a_gateway(gateway_db) as gateway:
        reader, writer = await connected(gateway)
        writer.write(b"GET / HTTP/1.1\r\n")
        for n in range(1_000):
            writer.write(b"X-%d: %b\r\n" % (n, b"y" * 1_000))

        assert await ended(reader)


@pytest.mark.parametrize("name", ["Cookie", "Authorization", "Idempotency-Key"])
async def test_a_header_that_stands_twice_is_refused(gateway_db, name):
    async with a_gateway(gateway_db, upstream=Recorder()) as gateway:
        response = await gateway.client().get(
            "/api/v1/orders", headers=[(name, "a=1"), (name, "b=2")]
        )

    assert response.status_code == 400


async def connected(gateway):
    """A bare connection to the gateway."""
    host, port = gateway.url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


async def ended(reader):
    """Whether the gateway ends the connection without an answer, in five seconds at most."""
    try:
        return await asyncio.wait_for(reader.read(), 5) == b""
    except ConnectionError:
        return True


class Switch:
    """A TCP relay before a service that can cut it off, or break single connections."""

    def __init__(self, app):
        self._app, self._stack = app, AsyncExitStack()
        self.on, self.break_next, self.tried, self.url = True, 0, 0, ""

    async def __aenter__(self):
        behind = await self._stack.enter_async_context(served(self._app))
        self._port = int(behind.rpartition(":")[2])
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self._stack.callback(server.close)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        await self._stack.aclose()

    async def _relay(self, reader, writer):
        request = await reader.read(65_536)
        self.tried += bool(request)
        if not request or not self.on or self.break_next:
            self.break_next = max(0, self.break_next - 1)
            writer.transport.abort()
            return
        to_read, to_write = await asyncio.open_connection("127.0.0.1", self._port)
        to_write.write(request)
        writer.write(await to_read.read(65_536))
        await writer.drain()
        to_write.close()
        writer.close()
