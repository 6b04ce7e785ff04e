"""Look-ups that arrive together share one query."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from typing import Generic, TypeVar

from chassis.db import TRANSIENT

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Lookup(Generic[K, V]):
    """What comes while a query is under way goes into the next one, equal keys once."""

    def __init__(self, fetch: Callable[[Collection[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._fetch = fetch
        self._turn = asyncio.Lock()
        self._waiting: dict[K, asyncio.Future[V | None]] = {}

    async def __call__(self, key: K) -> V | None:
        """The value, or None where there is none. Raises what the query raises."""
        answer = self._waiting.get(key)
        if answer is None:
            answer = self._waiting[key] = asyncio.get_running_loop().create_future()
        async with self._turn:
            if not answer.done():
                await self._fetch_waiting()
        return await asyncio.shield(answer)

    async def _fetch_waiting(self) -> None:
        """For all that wait; when this caller goes away meanwhile, another one of them asks."""
        asked, self._waiting = self._waiting, {}
        try:
            found = await self._fetch(list(asked))
        except TRANSIENT as fault:
            for answer in asked.values():
                answer.set_exception(fault)
                answer.exception()  # whoever still waits gets it; nobody must
            return
        except asyncio.CancelledError:
            self._waiting = {**asked, **self._waiting}
            raise
        for key, answer in asked.items():
            answer.set_result(found.get(key))
