"""Overload: so many requests at once, so many behind them, the others are sent away at once."""

from __future__ import annotations

import asyncio

from chassis.errors import DomainError


class Overloaded(DomainError):
    """More is asked for than can be done now.

    zh: 系统繁忙。
    请稍后用同一个 Idempotency-Key 重试。

    Try again shortly, with the same Idempotency-Key.
    """

    status = 503
    retry_after_seconds = 1


class Places:
    """Waiting longer than the callers' patience helps nobody: the queue is short on purpose."""

    def __init__(self, *, taken_max: int, waiting_max: int, waiting_seconds_max: float) -> None:
        self._free = asyncio.Semaphore(taken_max)
        self._waiting, self._waiting_max = 0, waiting_max
        self._waiting_seconds_max = waiting_seconds_max

    async def __aenter__(self) -> None:
        """A place while the block runs. Raises Overloaded."""
        if self._free.locked():
            await self._queue()
        else:
            await self._free.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._free.release()

    async def _queue(self) -> None:
        if self._waiting >= self._waiting_max:
            raise Overloaded
        self._waiting += 1
        try:
            async with asyncio.timeout(self._waiting_seconds_max):
                await self._free.acquire()
        except TimeoutError:
            raise Overloaded from None
        finally:
            self._waiting -= 1
