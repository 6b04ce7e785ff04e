"""A database that was restored on another server: its outbox begins a new count of transactions."""

from __future__ import annotations

from chassis.crash import crash_point
from chassis.db import Database, Tx, transaction
from chassis.log import log
from chassis.publisher import Publisher
from chassis.rotation import SLOTS


async def rebase_after_restore(
    db: Database, publisher: Publisher, *, page_max: int = 2_000
) -> bool:
    """Where this database was restored on another server, start a new cursor; return True.

    Transaction ids of the old server mean nothing here. So all that lies in the outbox is published
    again, in order, with writers kept out; then it moves to the log, out of the new cursor's sight.
    """
    if await db.fetchval(
        "SELECT system = (SELECT system_identifier FROM pg_control_system()) FROM outbox_cursor"
    ):
        return True
    async with transaction(db) as tx:
        await tx.execute("LOCK TABLE outbox IN SHARE ROW EXCLUSIVE MODE")
        messages = await _publish_all(tx, publisher, page_max)
        crash_point("relay.before_rebase")
        for slot in range(SLOTS):
            await tx.execute("SELECT rotate_outbox($1, true)", slot)
        await tx.execute(
            """
            UPDATE outbox_cursor
            SET seen = pg_current_snapshot(), batch = NULL, position = 0,
                system = (SELECT system_identifier FROM pg_control_system())
            """
        )
    crash_point("relay.after_rebase")
    log.warning("relay_rebased", messages=messages)
    return True


async def _publish_all(tx: Tx, publisher: Publisher, page_max: int) -> int:
    published = position = 0
    while rows := await tx.fetch(
        """
        SELECT position, message_id, type, topic, partition, key, sequence, cause, correlation,
               actor, traceparent, headers, body
        FROM outbox
        WHERE position > $1
        ORDER BY position
        LIMIT $2
        """,
        position,
        page_max,
    ):
        await publisher.publish(rows)
        published += len(rows)
        position = rows[-1]["position"]
    return published
