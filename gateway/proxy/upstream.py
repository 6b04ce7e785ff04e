"""One service behind the gateway: its connections, its places, its circuit breaker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Send

from chassis.errors import DomainError, InvalidRequest
from chassis.problems import TooLarge
from gateway.proxy.breaker import Breaker
from gateway.proxy.headers import Headers, outward
from gateway.proxy.places import Places
from gateway.proxy.wire import Body, Broken, Connection, Pool
from gateway.settings import Settings

WHOLE_MAX = 256 << 10
"""An answer up to this size is read whole and sent in one piece."""

SAFE = frozenset({"GET", "HEAD"})
DONE = range(200, 300)


class ServiceUnavailable(DomainError):
    """The part of the system that this needs does not answer.

    zh: 相关服务暂时不可用。
    请稍后用同一个 Idempotency-Key 重试。

    Try again later, with the same Idempotency-Key.
    """

    status = 503
    retry_after_seconds = 2


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask a service for."""

    method: str
    target: str
    """Path and query, encoded as they came."""
    headers: dict[str, str]
    declared_bytes: int | None
    """Length of the body; None: it comes in chunks, and ends where it ends."""
    seconds: float
    """How long the caller waits."""
    receive: Receive
    carried_out: Callable[[bytes | None], Awaitable[None]] | None = None
    """Told the body (None: a stream) once the service has done it, before its answer goes out."""


class Upstream:
    """The way to one service."""

    def __init__(self, service: str, url: str, settings: Settings) -> None:
        self._service = service
        self._pool = Pool(url, connect_seconds=settings.connect_timeout_seconds)
        self._places = Places(
            taken_max=settings.requests_in_flight_max,
            waiting_max=settings.requests_waiting_max,
            waiting_seconds_max=settings.waiting_seconds_max,
        )
        self._breaker = Breaker(
            failures_max=settings.breaker_failures, pause_seconds=settings.breaker_seconds
        )
        self._body_bytes_max = settings.body_bytes_max

    async def close(self) -> None:
        await self._pool.close()

    async def forward(self, request: Request, send: Send) -> None:
        """Ask the service, and pass its answer on.

        Raises ServiceUnavailable, Overloaded, TooLarge.
        """
        if (request.declared_bytes or 0) > self._body_bytes_max:
            raise TooLarge(bytes_max=self._body_bytes_max)
        if not self._breaker.may_try(time.monotonic()):
            raise ServiceUnavailable(service=self._service)
        body = await self._body(request)  # a place is not for waiting for the caller
        async with self._places:
            try:
                connection = await self._ask(request, body)
            except OSError as fault:
                self._breaker.failed(time.monotonic())
                raise ServiceUnavailable(service=self._service) from fault
            self._breaker.succeeded()
            try:
                if request.carried_out and connection.status in DONE:
                    await request.carried_out(body if isinstance(body, bytes) else None)
                await self._pass_on(connection, request, send)
            finally:
                self._pool.give_back(connection)

    async def _ask(self, request: Request, body: Body) -> Connection:
        """A connection with the answer; what only reads is asked again when one broke."""
        async with asyncio.timeout(request.seconds):
            try:
                return await self._once(request, body)
            except Broken:
                if request.method not in SAFE or not isinstance(body, bytes):
                    raise
                return await self._once(request, body)

    async def _once(self, request: Request, body: Body) -> Connection:
        chunked = request.declared_bytes is None and not isinstance(body, bytes)
        head = self._head(request, body, chunked=chunked)
        connection = await self._pool.take()
        answered = False
        try:
            await connection.ask(head, body, chunked=chunked)
            answered = True
        finally:
            if not answered:
                connection.close()
        return connection

    def _head(self, request: Request, body: Body, *, chunked: bool) -> bytes:
        """The lines before the body. Raises InvalidRequest."""
        lines = [
            f"{request.method} {request.target} HTTP/1.1",
            f"Host: {self._pool.authority}",
            *(f"{name}: {value}" for name, value in request.headers.items()),
        ]
        if chunked:
            lines.append("Transfer-Encoding: chunked")
        elif body or request.method not in SAFE:
            length = len(body) if isinstance(body, bytes) else request.declared_bytes
            lines.append(f"Content-Length: {length}")
        head = "\r\n".join(lines) + "\r\n\r\n"
        # No value can begin a line of its own, whatever the parser in front let through.
        if not head.count("\r") == head.count("\n") == len(lines) + 1:
            raise InvalidRequest(("", "A header or the address holds a line break."))
        return head.encode("latin-1")

    async def _body(self, request: Request) -> Body:
        """Whole when it came in one piece, as nearly all do; else a stream."""
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        first: bytes = message.get("body", b"")
        return self._stream(first, request.receive) if message.get("more_body") else first

    async def _stream(self, first: bytes, receive: Receive) -> AsyncGenerator[bytes]:
        piece, more, total = first, True, 0
        while True:
            total += len(piece)
            if total > self._body_bytes_max:
                raise TooLarge(bytes_max=self._body_bytes_max)
            if piece:
                yield piece
            if not more:
                return
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            piece, more = message.get("body", b""), message.get("more_body", False)

    async def _pass_on(self, connection: Connection, request: Request, send: Send) -> None:
        """A broken answer raises ServiceUnavailable only while nothing of it was sent."""
        headers = outward(connection.headers)
        start = {"type": "http.response.start", "status": connection.status, "headers": headers}
        length = dict(headers).get(b"content-length")
        if request.method == "HEAD":
            await send(start)
            await send({"type": "http.response.body", "body": b""})
        elif length is not None and int(length) <= WHOLE_MAX:
            body = await self._whole(connection, request)
            await send(start)
            await send({"type": "http.response.body", "body": body})
        else:
            await send(start)
            async for piece in connection.pieces():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    async def _whole(self, connection: Connection, request: Request) -> bytes:
        try:
            async with asyncio.timeout(request.seconds):
                return await connection.whole()
        except OSError as fault:
            raise ServiceUnavailable(service=self._service) from fault


def declared_bytes(headers: Headers) -> int | None:
    """Content-Length; the parser in front has refused what is no number."""
    declared = headers.get(b"content-length")
    return None if declared is None else int(declared)
