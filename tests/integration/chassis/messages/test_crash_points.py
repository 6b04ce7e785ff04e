"""A process that ends anywhere between two durable steps loses nothing and does nothing twice."""

import asyncio
import signal

import pytest

from chassis.crash import EXIT_CODE, POINTS
from tests.integration.chassis.messages.conftest import DEADLINE_SECONDS, until

ELSEWHERE = ("intake.", "command.", "numbers.", "timer.", "job.", "republish.", "migrate.", "dlq.")
"""What needs more than a worker: `make chaos` ends real services there."""
REBASING = ("relay.before_rebase", "relay.after_rebase")
HERE = sorted(
    point for point in POINTS if not point.startswith((*ELSEWHERE, "consumer.before_revocation"))
)


def passing(point):
    """Not the first time, where work has several turns: then some of it is done already."""
    once = ("parking", "rotation", "consumer.after_off", *REBASING)
    return 1 if point.startswith(once) else 2


@pytest.mark.parametrize("point", HERE)
async def test_killed_at_any_point_it_loses_nothing_and_does_nothing_twice(
    db, orders, worker, point
):
    await db.execute("INSERT INTO poison VALUES ($1)", orders.keys[3])
    if point in REBASING:
        await db.execute("UPDATE outbox_cursor SET system = 0")  # as if of another server
    await orders.ask()

    async with worker(crash=f"{point}@{passing(point)}") as process:
        if point in {"parking.before_free", "parking.after_drain"}:
            await heal(db)
        async with asyncio.timeout(DEADLINE_SECONDS):
            assert await process.wait() == EXIT_CODE
    async with worker():
        await heal(db)
        await orders.all_done()

    await orders.are_in_order()
    assert await db.fetchval("SELECT count(*) = count(DISTINCT message_id) FROM event_log")


async def heal(db):
    """Wait until the poison has worked, then take it away."""
    if await db.fetchval("SELECT EXISTS (SELECT FROM poison)"):
        await until(some_key_is_parked, db)
        await db.execute("DELETE FROM poison")
    await db.execute("UPDATE parked_keys SET next_try = now()")


async def some_key_is_parked(db):
    return await db.fetchval("SELECT EXISTS (SELECT FROM parked_keys)")


async def test_told_to_stop_it_ends_its_batch_and_leaves_nothing_to_do_again(db, orders, worker):
    await orders.ask()
    async with worker() as process:
        await until(orders._done_at_least, 50)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(DEADLINE_SECONDS):
            assert await process.wait() == 0

    async with worker():
        await orders.all_done()

    await orders.are_in_order()
