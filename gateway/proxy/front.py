"""The door: decides for each request who asks, whether he may knock, and who answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.auth import Unauthenticated
from chassis.problems import EXPECTED, NoSuchRoute, problem
from gateway.audit.requests import Asked, is_kept
from gateway.live.stream import Live
from gateway.parts import Parts
from gateway.proxy import headers as headers_of
from gateway.proxy.callers import SAFE, Caller, check_csrf, check_same_site
from gateway.proxy.headers import Headers
from gateway.proxy.routing import GATEWAY, service_of
from gateway.proxy.upstream import Request, declared_bytes

API = "/api/v1/"
LIVE = API + "live"
OWN_PATHS = frozenset({"/livez", "/readyz", "/api/openapi.json", "/api/docs"})
PUBLIC = frozenset(
    {
        ("POST", "/api/v1/session"),
        ("GET", "/api/v1/registrations"),
        ("POST", "/api/v1/registrations"),
        ("POST", "/api/v1/oauth/token"),
    }
)
"""Open to whoever is not logged in; a cookie that comes along means nothing there."""

LONG = ("/import", "/rebuild")
EXPORTS = API + "exports/"


class Front:
    """In front of the gateway's own routes: all others go to the services, or to the portal."""

    def __init__(self, parts: Parts, own: ASGIApp) -> None:
        self._parts, self._own = parts, own
        self._live = Live(parts)
        self._security = headers_of.security(secure=parts.settings.secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own_headers = list(self._security)
        if trace_id := telemetry.trace_id():
            own_headers.append((b"x-trace-id", trace_id.encode()))
        scope["qudao.headers"] = own_headers
        try:
            await self._answer(scope, receive, _adding(send, own_headers))
        except EXPECTED as error:
            scope["qudao.error"] = error  # for the log line of the request
            languages = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
            await problem(error, languages)(scope, receive, _adding(send, own_headers))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        headers = headers_of.read(scope["headers"])
        scope["qudao.address"] = address = self._parts.address(scope, headers)
        if path in OWN_PATHS:
            await self._own(scope, receive, send)
        elif not path.startswith(API):
            await self._parts.portal(scope, receive, send)
        elif (method, path) in PUBLIC:
            check_same_site(method, headers)
            self._parts.limits.count("anonymous", address)
            _strip(scope)
            await self._own(scope, receive, send)
        else:
            caller = await self._caller(method, headers, address)
            kind = "read" if method in SAFE else "write"
            limits = self._parts.limits.count(kind, str(caller.actor.user_id))
            scope["qudao.headers"] += limits
            scope["qudao.actor"], scope["qudao.caller"] = caller.actor, caller
            await self._serve(caller, headers, scope, receive, send)

    async def _caller(self, method: str, headers: Headers, address: str) -> Caller:
        """Raises Unauthenticated, CsrfTokenMissing, RateLimited."""
        caller = await self._parts.callers.caller(headers, time.monotonic())
        if caller is None:
            self._parts.limits.count("anonymous", address)
            raise Unauthenticated
        check_csrf(caller, method, headers)
        return caller

    async def _serve(
        self, caller: Caller, headers: Headers, scope: Scope, receive: Receive, send: Send
    ) -> None:
        path: str = scope["path"]
        service = service_of(path[len(API) :])
        if path == LIVE:
            await self._live.serve(caller, headers, scope, receive, send)
        elif service == GATEWAY:
            _strip(scope)
            await self._own(scope, receive, send)
        elif service is None:
            raise NoSuchRoute
        else:
            scope["qudao.route"] = API + path[len(API) :].partition("/")[0]
            request = self._request(caller, service, headers, scope, receive)
            await self._parts.upstreams[service].forward(request, send)

    def _request(
        self, caller: Caller, service: str, headers: Headers, scope: Scope, receive: Receive
    ) -> Request:
        seconds = self._seconds(scope)
        passed = headers_of.inward(headers)
        token = self._parts.callers.internal_token(caller, service, time.monotonic())
        passed["Authorization"] = "Bearer " + token
        passed["X-Deadline-Ms"] = str(int(seconds * 1_000))
        if traceparent := telemetry.traceparent():
            passed["traceparent"] = traceparent
        method, target = scope["method"], _target(scope)
        return Request(
            method,
            target,
            passed,
            declared_bytes(headers),
            seconds,
            receive,
            self._noting(caller, method, target) if is_kept(method, target) else None,
        )

    def _noting(
        self, caller: Caller, method: str, target: str
    ) -> Callable[[bytes | None], Awaitable[None]]:
        async def note(body: bytes | None) -> None:
            await self._parts.diary.note(Asked(caller.actor.reference, method, target, body))

        return note

    def _seconds(self, scope: Scope) -> float:
        """How long the caller waits; large imports and exports take their time."""
        path: str = scope["path"]
        if not path.endswith(LONG) and not path.startswith(EXPORTS):
            return self._parts.settings.service_timeout_seconds
        seconds = self._parts.settings.import_timeout_seconds
        scope["qudao.deadline"].reschedule(asyncio.get_running_loop().time() + seconds + 1)
        return seconds


def _target(scope: Scope) -> str:
    """Path and query as they came, without the prefix. Raises NoSuchRoute."""
    raw: bytes = scope["raw_path"]
    if not raw.startswith(API.encode()) or not raw.isascii():
        raise NoSuchRoute
    target = raw[len(API) - 1 :]
    query: bytes = scope["query_string"]
    return (target + b"?" + query if query else target).decode("latin-1")


def _strip(scope: Scope) -> None:
    """Make the path what the gateway's own routes know."""
    path = scope["path"][len(API) - 1 :]
    scope.update(path=path, raw_path=path.encode())


def _adding(send: Send, own: list[tuple[bytes, bytes]]) -> Send:
    """Put the gateway's own headers on the answer, whoever gives it."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *own]
        await send(message)

    return sending
