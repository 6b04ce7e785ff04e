"""Around every request: its trace, its deadline, its log line, and an answer whatever happens."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.errors import Unavailable
from chassis.log import log
from chassis.problems import problem

DEADLINE_HEADER = b"x-deadline-ms"
"""How long the caller is still going to wait, in milliseconds."""


class Edge:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, *, timeout_seconds: float) -> None:
        self._app, self._timeout_seconds = app, timeout_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            async with asyncio.timeout(self._seconds(scope)) as deadline:
                scope["qudao.deadline"] = deadline
                await self._app(scope, receive, watched)
        except TimeoutError:
            if not started:
                await problem(Unavailable(), _languages(scope))(scope, receive, send)
        except Exception as error:
            log.exception("request_failed", path=scope["path"])
            if not started:
                await problem(error, _languages(scope))(scope, receive, send)

    def _seconds(self, scope: Scope) -> float:
        for name, value in scope["headers"]:
            if name == DEADLINE_HEADER and value.isdigit():
                return min(self._timeout_seconds, int(value) / 1_000)
        return self._timeout_seconds


def _languages(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"accept-language":
            return str(value.decode("latin-1"))
    return ""
