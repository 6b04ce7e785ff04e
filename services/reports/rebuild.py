"""`python -m services.reports rebuild`: build the projection anew from all that Kafka holds.

Where Kafka does not reach back far enough, fill it first from the logs of the services:
`python -m services.orders republish --since …`, and likewise of inventory and billing.
"""

from __future__ import annotations

from chassis.db import connect, transaction
from chassis.kafka import history
from chassis.log import log
from services.reports import commands, queries
from services.reports.domain import LEARNT, TOLD
from services.reports.settings import Settings

TOPICS = tuple(dict.fromkeys(message.topic for message in (*LEARNT, *TOLD)))


async def rebuild(settings: Settings) -> None:
    """Replace all rows in one transaction, and say whether they are the same as before.

    Under way, they differ by what reports had not told yet.
    """
    async with await connect(str(settings.postgres_dsn)) as db, transaction(db) as tx:
        await commands.hold_still(tx)
        before = await queries.digest(tx)
        past = history(settings.kafka_bootstrap_servers, TOPICS, cell=settings.cell)
        events = await commands.rebuild(tx, past)
        after = await queries.digest(tx)
    log.info("rebuilt", events=events, digest=after, same_as_before=before == after)
