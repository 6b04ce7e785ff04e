"""Two transactions at a time, without sleeping: wait until one of them waits for the other."""

import asyncio

from chassis.db import transaction


async def until_one_waits(db, seconds=10):
    """Return once a session of this database waits for a lock."""
    async with asyncio.timeout(seconds):
        while not await db.fetchval(  # noqa: ASYNC110  (a database tells nobody)
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
            """
        ):
            await asyncio.sleep(0.01)


async def held_by_one_who_waits(db, lock, low, high, row):
    """Whether one who locks both, and has to wait for the low one, holds the high one already.

    He must not: another one who has the low one may be on his way to the high one. `lock` is
    called with a transaction and ids, `row` asks for one row by its id and skips what is locked.
    Plans that happen to sort are switched off, and the high one should lie before the low one.
    """

    async def lock_both():
        async with transaction(db) as tx:
            await tx.execute("SET LOCAL enable_indexscan = off")
            await tx.execute("SET LOCAL enable_bitmapscan = off")
            await lock(tx, [high, low])

    async with transaction(db) as tx:
        await lock(tx, [low])
        waiting = asyncio.create_task(lock_both())
        await until_one_waits(db)
        held = await tx.fetchval(row, high) is None
    await waiting
    return held
