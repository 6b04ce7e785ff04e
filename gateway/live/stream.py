"""One client's stream of events over HTTP (WHATWG Server-Sent Events)."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from gateway.live.hub import Client
from gateway.proxy.callers import Caller
from gateway.proxy.headers import Headers
from gateway.proxy.places import Overloaded

if TYPE_CHECKING:
    from gateway.parts import Parts

SEND_SECONDS = 10.0
"""A client that takes nothing for so long is gone."""

HEAD = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
HELLO = b"retry: 2000\nevent: ready\ndata: {}\n\n"
BEAT = b": beat\n\n"


class Live:
    """`GET /api/v1/live`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._beat_seconds = parts.settings.live_heartbeat_seconds

    async def serve(
        self, caller: Caller, headers: Headers, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Stream until he goes, is too slow, or what he may see has changed. Raises Overloaded."""
        hub = self._parts.hub
        if hub.full:
            raise Overloaded
        await self._parts.feed.ensure()
        scope["qudao.deadline"].reschedule(None)
        client = Client(caller.actor)
        hub.join(client, headers.get(b"last-event-id", b"").decode("latin-1") or None)
        watch = asyncio.create_task(_until_gone(receive, client))
        try:
            await self._stream(caller, client, send)
        finally:
            watch.cancel()
            hub.leave(client)

    async def _stream(self, caller: Caller, client: Client, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEAD})
        await _send(send, HELLO)
        checked_at = time.monotonic()
        while not client.closed:
            frames = await client.next(self._beat_seconds)
            await _send(send, frames or BEAT)
            if time.monotonic() - checked_at >= self._beat_seconds:
                checked_at = time.monotonic()
                if await self._changed(caller):
                    break
        await send({"type": "http.response.body", "body": b""})

    async def _changed(self, caller: Caller) -> bool:
        """He was shut out, or sees something else now: then he comes back as what he is."""
        now = await self._parts.callers.still(caller, time.monotonic())
        return now is None or now.identity != caller.identity


async def _until_gone(receive: Receive, client: Client) -> None:
    """Close the client when his connection ends."""
    while (await receive())["type"] != "http.disconnect":
        pass
    client.close()


async def _send(send: Send, frames: bytes) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": frames, "more_body": True})
