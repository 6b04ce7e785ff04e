"""From the log to the hub, while anybody listens."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

import orjson

from chassis.db import TRANSIENT
from chassis.errors import Unavailable
from chassis.following import Told, follow
from chassis.log import log
from chassis.runtime import Runtime
from contracts.dealers import DealerState
from gateway import queries
from gateway.live.events import TOPICS, live_event
from gateway.live.hub import Hub

READY_SECONDS = 10.0
QUIET_SECONDS = 60.0
"""The log is followed this long after the last listener has left."""


class Feed:
    """Follows the log from the moment the first client comes."""

    def __init__(self, runtime: Runtime, hub: Hub) -> None:
        self._runtime, self._hub = runtime, hub
        self._task: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[None]

    async def ensure(self) -> None:
        """Return when the log is being followed. Raises Unavailable."""
        if self._task is None or self._task.done():
            self._ready = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._run(self._ready))
        async with asyncio.timeout(READY_SECONDS):
            await asyncio.shield(self._ready)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self, ready: asyncio.Future[None]) -> None:
        try:
            await self._follow(ready)
        except TRANSIENT as fault:
            log.warning("live_feed_ended", error=repr(fault))
        finally:
            if not ready.done():
                ready.set_exception(Unavailable())
                ready.exception()  # whoever waits gets it; nobody must
            self._hub.dismiss()  # they come back, and the log is followed again

    async def _follow(self, ready: asyncio.Future[None]) -> None:
        """Until nobody has listened for a while, or the process stops."""
        self._hub.bind(await queries.salespeople(self._runtime.db))
        heard_at = time.monotonic()
        async for batch in follow(self._runtime.settings, (*TOPICS, DealerState.topic)):
            if batch is None:  # (again) at the end of the log
                self._hub.missed()
                if not ready.done():
                    ready.set_result(None)
                continue
            for message in batch:
                self._tell(message)
            if len(self._hub):
                heard_at = time.monotonic()
            if self._runtime.stopping or time.monotonic() - heard_at > QUIET_SECONDS:
                return

    def _tell(self, message: Told) -> None:
        """A message that cannot be read is not told; its consumers put it aside."""
        try:
            body = orjson.loads(message.body)
            if message.type == DealerState.type:
                salesperson_id = body["salesperson_id"]
                pair = (UUID(body["dealer_id"]), UUID(salesperson_id) if salesperson_id else None)
                self._hub.bind([pair])
            else:
                self._hub.publish(
                    live_event(message.message_id, message.type, body, self._hub.salesperson_of)
                )
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            log.warning("live_event_unreadable", type=message.type, error=repr(fault))
