"""Keep the message tables small: published partitions move to the log, old ones are dropped."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import timedelta

from chassis import inbox
from chassis.crash import crash_point
from chassis.db import TRANSIENT, Database
from chassis.log import log

SLOTS = 4
"""Partitions of the outbox, as in migration 0001."""
SLOT_SECONDS = 900
"""How long the outbox writes to one of them."""
LOG_KEPT = timedelta(days=90)
"""How long history can be sent again."""
ROUND_SECONDS = 30


async def rotate(db: Database, slot: int) -> bool:
    """Move a slot's partition to the log if all of it is published; return whether it moved.

    Needs a moment in which nobody writes to the outbox, and waits for it 100 ms at most. Raises
    LockNotAvailableError when there was none.
    """
    crash_point("rotation.before_move")
    moved: bool = await db.fetchval("SELECT rotate_outbox($1)", slot)
    crash_point("rotation.after_move")
    return moved


async def drop_old(db: Database, kept: timedelta = LOG_KEPT) -> int:
    """Drop what moved to the log longer ago than `kept`; return how many partitions that were."""
    dropped: int = await db.fetchval("SELECT drop_moved($1)", kept)
    return dropped


async def keep_tables(db: Database) -> None:
    """For ever: rotate the slots that nobody begins to write to, drop what is too old."""
    while True:
        try:
            await inbox.keep(db)
            for slot in _resting_slots(time.time()):
                if await rotate(db, slot):
                    log.info("outbox_rotated", slot=slot)
            if dropped := await drop_old(db):
                log.info("log_shortened", partitions=dropped)
        except Exception as fault:  # busy or down: the next round will do
            expected = isinstance(fault, TRANSIENT)
            log.info("rotation_put_off", error=repr(fault), exc_info=not expected)
        await asyncio.sleep(ROUND_SECONDS * random.uniform(0.5, 1.0))


def _resting_slots(now: float) -> tuple[int, ...]:
    """All but the one that transactions begin in now, and the one before."""
    current = int(now) // SLOT_SECONDS % SLOTS
    return tuple((current + ahead) % SLOTS for ahead in range(1, SLOTS - 1))
