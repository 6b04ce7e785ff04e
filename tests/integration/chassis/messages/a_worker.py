"""The worker half of a small service, as a process of its own that a test may kill.

It notes each order it is asked about and asks itself one thing more, so that every message goes the
whole way: outbox, relay, Kafka, inbox, handler, outbox. A key in the table `poison` it cannot take.
"""

import asyncio
import os
import signal

import uvloop

from chassis import log, outbox
from chassis.consumer import on
from chassis.process import running
from chassis.settings import ServiceSettings
from contracts.inventory import FirmReservation, ReleaseToWarehouse


class Versioned(FirmReservation):
    """A message that says the how manieth of its key it is."""

    version: int


async def firm(tx, messages):
    """Note it, and go on."""
    await _note(tx, messages, [message.version for message in messages])
    await outbox.add(tx, [ReleaseToWarehouse(order_id=message.order_id) for message in messages])


async def release(tx, messages):
    await _note(tx, messages, [0] * len(messages))


async def _note(tx, messages, versions):
    ids = [message.order_id for message in messages]
    if await tx.fetchval("SELECT EXISTS (SELECT FROM poison WHERE order_id = ANY($1))", ids):
        raise ZeroDivisionError
    await tx.execute(
        """
        INSERT INTO seen (order_id, message, version)
        SELECT order_id, type, version FROM unnest($1::uuid[], $2::text[], $3::int[])
               AS m(order_id, type, version)
        """,
        ids,
        [message.type for message in messages],
        versions,
    )


SUBSCRIPTIONS = (on(firm, Versioned), on(release, ReleaseToWarehouse))


def settings_of(dsn, kafka, cell, instance="0"):
    return ServiceSettings(
        postgres_dsn=dsn,
        kafka_bootstrap_servers=kafka,
        cell=cell,
        instance=instance,
        port=1,
        jwks_path="unused",
    )


async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = settings_of(*os.environ["WORKER"].split())
    async with running("inventory", settings, SUBSCRIPTIONS):
        await stop.wait()


if __name__ == "__main__":
    log.configure("inventory", level="info")
    uvloop.run(main())
