"""Around every request: its trace, its deadline, its log line, and an answer whatever happens."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

from opentelemetry.trace import SpanKind
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.db import TRANSIENT
from chassis.errors import DomainError, Unavailable, slug_of
from chassis.log import log
from chassis.problems import EXPECTED, MEDIA_TYPE, TooLarge, problem, translated
from chassis.telemetry import names

PROBES = frozenset({"/livez", "/readyz"})
"""Asked every second by machines; of no interest to anybody."""
MILLIS = re.compile(rb"[0-9]{1,9}")
CLIENT_GONE = 499
"""What the log says of a client that did not wait for its answer."""


class DeadlineExceeded(DomainError):
    """This took longer than it may.

    zh: 处理超时。
    请稍后用同一个 Idempotency-Key 重试。

    Whether it took effect is not known. Try again, with the same Idempotency-Key.
    """

    status = 503
    retry_after_seconds = 1


class Edge:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, *, timeout_seconds: float, strangers: bool = False) -> None:
        """`strangers`: the trace begins here, whatever the callers say of theirs."""
        self._app, self._timeout_seconds = app, timeout_seconds
        self._strangers = strangers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        about = {names.HTTP_METHOD: scope["method"], names.URL_PATH: scope["path"]}
        name = f"{scope['method']} request"
        parent = None if self._strangers else exchange.traceparent
        with telemetry.working(parent, name, SpanKind.SERVER, about) as span:
            try:
                await self._answer(exchange, scope, receive)
            finally:
                exchange.tell(span)

    async def _answer(self, exchange: _Exchange, scope: Scope, receive: Receive) -> None:
        try:
            async with asyncio.timeout(exchange.seconds(self._timeout_seconds)) as deadline:
                scope["qudao.deadline"] = deadline
                await self._app(scope, receive, exchange.send)
        except TimeoutError:
            await exchange.explain(DeadlineExceeded(), receive)
        except ClientDisconnect:
            exchange.status = CLIENT_GONE
        except Exception as error:
            await exchange.explain(error, receive)


class _Exchange:
    """One request and what became of it."""

    __slots__ = ("_replaced", "_scope", "_send", "_started_at", "headers", "status")

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._started_at = time.perf_counter()
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.status: int | None = None
        self._replaced = False

    @property
    def traceparent(self) -> str | None:
        value = self.headers.get(b"traceparent")
        return None if value is None else value.decode("latin-1")

    def seconds(self, most: float) -> float:
        """How long this may take: the caller says in milliseconds how long he is going to wait."""
        wanted = self.headers.get(b"x-deadline-ms", b"")
        return min(most, int(wanted) / 1_000) if MILLIS.fullmatch(wanted) else most

    async def send(self, message: Message) -> None:
        if self._replaced:
            return
        if message["type"] == "http.response.start":
            if _is_plain_413(message):
                await self.explain(TooLarge(), _nothing)
                self._replaced = True
                return
            self.status = message["status"]
        await self._send(message)

    async def explain(self, error: Exception, receive: Receive) -> None:
        """Answer with a problem document, unless the answer has already begun."""
        self._scope["qudao.error"] = error
        if self.status is None:
            languages = self.headers.get(b"accept-language", b"").decode("latin-1")
            await problem(error, languages)(self._scope, receive, self.send)

    def tell(self, span: telemetry.Work) -> None:
        """To the log, the trace and the metrics."""
        seconds = time.perf_counter() - self._started_at
        error, status = self._scope.get("qudao.error"), self.status or CLIENT_GONE
        method, route = self._scope["method"], self._route()
        about: dict[str, Any] = {"outcome": _outcome(error)}
        if isinstance(error, TRANSIENT):
            about["error"] = repr(error)
        if actor := self._scope.get("qudao.actor"):
            about["actor"] = actor.reference
            span.set_attribute(names.ACTOR, actor.reference)
        span.update_name(f"{method} {route}")
        span.set_attribute(names.HTTP_ROUTE, route)
        span.set_attribute(names.HTTP_STATUS, status)
        span.set_attribute(names.OUTCOME, about["outcome"])
        telemetry.metrics.served(method=method, route=route, status=status, seconds=seconds)
        about["elapsed_ms"] = round(seconds * 1_000, 1)
        bug = error is not None and not isinstance(error, EXPECTED)
        level = log.error if bug else log.info
        if bug:
            about["exc_info"] = error
        level("request_served", method=method, route=route, status=status, **about)

    def _route(self) -> str:
        """The template of the path: its values would make a name of each order."""
        route = self._scope.get("route")
        return getattr(route, "path", None) or self._scope.get("qudao.route") or "unknown"


def _is_plain_413(message: Message) -> bool:
    """The framework's limit of the body answers in plain text, and over the head of the route."""
    of_ours = (b"content-type", MEDIA_TYPE.encode())
    return message["status"] == TooLarge.status and of_ours not in message["headers"]


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _outcome(error: Exception | None) -> str:
    if error is None:
        return "done"
    match translated(error):
        case DomainError() as refusal:
            return refusal.slug
        case Unavailable():
            return "unavailable"
        case _:
            return slug_of(type(error))
