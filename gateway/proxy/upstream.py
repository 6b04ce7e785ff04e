"""One service behind the gateway: its connections, its places, its circuit breaker."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import aiohttp
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Send
from yarl import URL

from chassis.errors import DomainError
from chassis.problems import TooLarge
from gateway.proxy.breaker import Breaker
from gateway.proxy.headers import Headers, outward
from gateway.proxy.places import Places
from gateway.settings import Settings

WHOLE_MAX = 256 << 10
"""An answer up to this size is read whole and sent in one piece."""

UNREACHABLE = (aiohttp.ClientError, OSError)


BROKEN = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)
"""A connection that existed has ended."""

SAFE = frozenset({"GET", "HEAD"})

Body = bytes | AsyncGenerator[bytes] | None


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


class Upstream:
    """The way to one service."""

    def __init__(
        self,
        service: str,
        base_url: str,
        session: aiohttp.ClientSession,
        places: Places,
        breaker: Breaker,
        settings: Settings,
    ) -> None:
        self._service, self._base_url, self._session = service, base_url, session
        self._places, self._breaker = places, breaker
        self._body_bytes_max = settings.body_bytes_max
        self._connect_seconds = settings.connect_timeout_seconds

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
            answer = await self._ask(request, body)
            async with answer:
                await self._pass_on(answer, send)

    async def _ask(self, request: Request, body: Body) -> aiohttp.ClientResponse:
        """The service's answer; what only reads is asked a second time when a connection broke."""
        try:
            try:
                answer = await self._once(request, body)
            except BROKEN as fault:
                if request.method not in SAFE or isinstance(fault, aiohttp.ClientConnectorError):
                    raise
                answer = await self._once(request, None)
        except UNREACHABLE as fault:
            if isinstance(fault.__cause__, (TooLarge, ClientDisconnect)):
                raise fault.__cause__ from None  # our own stream of the body ended itself
            self._breaker.failed(time.monotonic())
            raise ServiceUnavailable(service=self._service) from fault
        self._breaker.succeeded()
        return answer

    async def _once(self, request: Request, body: Body) -> aiohttp.ClientResponse:
        return await self._session.request(
            request.method,
            URL(self._base_url + request.target, encoded=True),
            data=body,
            headers=request.headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(request.seconds, sock_connect=self._connect_seconds),
        )

    async def _body(self, request: Request) -> Body:
        """Whole when it came in one piece, as nearly all do; else a stream."""
        message = await request.receive()
        first: bytes = message.get("body", b"")
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        if not message.get("more_body", False):
            return first or None
        if request.declared_bytes is not None:
            request.headers["Content-Length"] = str(request.declared_bytes)
        return self._stream(first, request.receive)

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

    async def _pass_on(self, answer: aiohttp.ClientResponse, send: Send) -> None:
        """A broken answer raises ServiceUnavailable only while nothing of it was sent."""
        start = {
            "type": "http.response.start",
            "status": answer.status,
            "headers": outward(answer.raw_headers),
        }
        length = answer.content_length
        if length is not None and length <= WHOLE_MAX:
            try:
                body = await answer.read()
            except UNREACHABLE as fault:
                raise ServiceUnavailable(service=self._service) from fault
            await send(start)
            await send({"type": "http.response.body", "body": body})
            return
        await send(start)
        async for piece in answer.content.iter_any():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def declared_bytes(headers: Headers) -> int | None:
    """Content-Length; the parser in front has refused what is no number."""
    declared = headers.get(b"content-length")
    return None if declared is None else int(declared)
