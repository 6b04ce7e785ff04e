"""Fill Kafka again from the log, after it was lost: `python -m services.X republish --since …`."""

from __future__ import annotations

from datetime import datetime

from chassis.crash import crash_point
from chassis.db import Database, transaction
from chassis.ids import floor_of
from chassis.publisher import Publisher

PAGE = 2_000


async def republish(
    db: Database, publisher: Publisher, since: datetime, *, topic: str | None = None
) -> int:
    """Publish again what was published since then, with the same ids; return how many.

    Consumers drop what they know. Relays wait meanwhile, so the order per key holds: first all of
    the past, in the order of its positions, then what is new.
    """
    published = 0
    async with transaction(db) as tx:
        await tx.execute("SELECT FROM outbox_cursor FOR UPDATE")
        past = await tx.cursor(
            """
            SELECT log.position, message_id, type, topic, partition, key, sequence, cause,
                   correlation, actor, traceparent, headers, body
            FROM event_log AS log, outbox_cursor AS published
            WHERE message_id >= $1
              AND ($2::text IS NULL OR topic = $2)
              AND pg_visible_in_snapshot(xid, coalesce(batch, seen))
            ORDER BY log.position
            """,
            floor_of(since),
            topic,
        )
        while rows := await past.fetch(PAGE):
            await publisher.publish(rows)
            crash_point("republish.after_page")
            published += len(rows)
    return published
