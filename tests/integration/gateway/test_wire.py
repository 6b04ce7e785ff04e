"""HTTP/1.1 between the gateway and a service: against a peer of raw bytes, on both event loops."""

import asyncio
import inspect
from contextlib import asynccontextmanager

import pytest
import uvloop

from gateway.proxy.wire import HELD_MAX, Broken, Pool

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def on_both_loops(story):
    """A test on asyncio's own event loop, and on uvloop, which the suite runs on."""

    def test(run, **given):
        run(story(**given))

    own = inspect.signature(story).parameters.values()
    run = inspect.Parameter("run", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    test.__signature__ = inspect.Signature([run, *own])
    test.__name__, test.pytestmark = story.__name__, list(getattr(story, "pytestmark", []))
    loops = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=("asyncio", "uvloop"))
    return loops(test)


class Peer:
    """Answers each request of a connection with the next of its scripts."""

    def __init__(self, *scripts):
        self.scripts, self.connections, self.writers = list(scripts), 0, []

    async def __call__(self, reader, writer):
        self.connections += 1
        self.writers.append(writer)
        while self.scripts and await reader.readuntil(b"\r\n\r\n"):
            script = self.scripts.pop(0)
            writer.write(script.removesuffix(b"<close>"))
            await writer.drain()
            if script.endswith(b"<close>"):
                writer.close()
                return


@asynccontextmanager
async def a_pool(*scripts):
    peer = Peer(*scripts)

    async def quietly(reader, writer):
        try:
            await peer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(quietly, "127.0.0.1", 0, limit=8 << 20)
    pool = Pool(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", connect_seconds=2)
    try:
        yield pool, peer
    finally:
        await pool.close()
        server.close()


async def ask(pool, body=b"", *, head=HEAD, chunked=False):
    connection = await pool.take()
    try:
        await connection.ask(head, body, chunked=chunked)
        return connection.status, await connection.whole()
    finally:
        pool.give_back(connection)


@on_both_loops
async def test_a_connection_is_used_again():
    async with a_pool(OK, OK, OK) as (pool, peer):
        answers = [await ask(pool) for _ in range(3)]

    assert answers == [(200, b"ok")] * 3
    assert peer.connections == 1


@on_both_loops
async def test_a_connection_that_its_service_closes_is_not_used_again():
    closing = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with a_pool(closing + b"<close>", OK) as (pool, peer):
        answers = [await ask(pool) for _ in range(2)]

    assert answers == [(200, b"ok")] * 2
    assert peer.connections == 2


@on_both_loops
async def test_a_chunked_answer_comes_whole():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked = head + b"2\r\nok\r\n4\r\n and\r\n0\r\n\r\n"
    async with a_pool(chunked, OK) as (pool, peer):
        assert await ask(pool) == (200, b"ok and")
        assert await ask(pool) == (200, b"ok")

    assert peer.connections == 1


@on_both_loops
@pytest.mark.parametrize(
    "script",
    [
        b"<close>",
        b"HTTP/1.1 200 OK\r\nContent-Le<close>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok<close>",
        b"this is not HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
async def test_an_answer_that_is_cut_off_or_no_answer_is_broken(script):
    async with a_pool(script, OK) as (pool, _):
        with pytest.raises(Broken):
            await ask(pool)

        assert await ask(pool) == (200, b"ok")


@on_both_loops
async def test_an_answer_to_nothing_ends_the_connection():
    async with a_pool(OK + OK, OK) as (pool, peer):
        assert await ask(pool) == (200, b"ok")
        assert await ask(pool) == (200, b"ok")

    assert peer.connections == 2


@on_both_loops
async def test_a_connection_is_not_used_again_while_its_request_is_not_sent():
    async def endless():
        while True:
            yield b"x" * 65_536

    early = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
    async with a_pool(early, OK) as (pool, peer):
        head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

        assert await ask(pool, endless(), head=head, chunked=True) == (413, b"")
        assert await ask(pool) == (200, b"ok")

    assert peer.connections == 2


@on_both_loops
async def test_a_service_waits_for_a_reader_that_does_not_take_its_answer():
    length = 64 << 20
    large = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length
    async with a_pool(large) as (pool, peer):
        connection = await pool.take()
        await connection.ask(HEAD, b"")
        sending = asyncio.create_task(send(peer.writers[0], length))
        done, _ = await asyncio.wait([sending], timeout=0.3)
        assert not done
        assert connection._held < HELD_MAX + (1 << 20)

        total = 0
        async for piece in connection.pieces():
            total += len(piece)
        await sending
        pool.give_back(connection)

    assert total == length


@on_both_loops
async def test_nobody_there_is_an_error_of_the_system():
    pool = Pool("http://127.0.0.1:1", connect_seconds=1)

    with pytest.raises(OSError, match="1"):
        await pool.take()


async def send(writer, length):
    for _ in range(length >> 16):
        writer.write(b"x" * 65_536)
        await writer.drain()
