"""Order numbers: short and unique, in blocks per process. Not gapless: that is for documents."""

from __future__ import annotations

import asyncio
from datetime import datetime

from chassis.crash import crash_point
from chassis.db import Database
from services.orders.store.orders import take_number_block

BLOCK = 100


class OrderNumbers:
    """Hands out numbers such as `XS2611-0012345`: order, year, month, running number."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._next = self._end = 0
        self._fetching = asyncio.Lock()

    async def take(self, now: datetime) -> str:
        while self._next == self._end:
            async with self._fetching:  # all others wait for the one that fetches
                if self._next == self._end:
                    block = await take_number_block(self._db)
                    crash_point("numbers.after_block")
                    self._next, self._end = block * BLOCK, (block + 1) * BLOCK
        number = self._next
        self._next += 1
        return f"XS{now:%y%m}-{number:07}"
