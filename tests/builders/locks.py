"""Two transactions at a time, without sleeping: wait until one of them waits for the other."""

import asyncio


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
