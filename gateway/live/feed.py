"""From the log to the hub, while anybody listens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from uuid import UUID

import orjson

from chassis.following import Told, follow
from chassis.runtime import Runtime
from contracts.dealers import DealerState
from gateway import queries
from gateway.live.events import TOPICS, live_event
from gateway.live.hub import Hub

QUIET_SECONDS = 60.0
"""The log is followed this long after the last listener has left."""


class Feed:
    """Follows the log from the moment the first client comes."""

    def __init__(self, runtime: Runtime, hub: Hub) -> None:
        self._runtime, self._hub = runtime, hub
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def ensure(self) -> None:
        """Return when the log is being followed."""
        if self._task is None or self._task.done():
            self._ready.clear()
            self._task = asyncio.create_task(self._run())
        async with asyncio.timeout(10):
            await self._ready.wait()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        self._hub.bind(await queries.salespeople(self._runtime.db))
        heard_by_somebody = time.monotonic()
        async for batch in follow(self._runtime.settings, (*TOPICS, DealerState.topic)):
            if batch is None:  # (again) at the end of the log
                self._hub.missed()
                self._ready.set()
                continue
            self._tell(batch)
            if self._runtime.stopping:  # nobody may hold up the end of the process
                self._hub.dismiss()
                return
            if len(self._hub):
                heard_by_somebody = time.monotonic()
            elif time.monotonic() - heard_by_somebody > QUIET_SECONDS:
                return

    def _tell(self, batch: Sequence[Told]) -> None:
        for message in batch:
            body = orjson.loads(message.body)
            if message.type == DealerState.type:
                salesperson_id = body.get("salesperson_id")
                pair = (UUID(body["dealer_id"]), UUID(salesperson_id) if salesperson_id else None)
                self._hub.bind([pair])
            else:
                self._hub.publish(
                    live_event(message.message_id, message.type, body, self._hub.salesperson_of)
                )
