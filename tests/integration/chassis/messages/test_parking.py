"""A parked key waits in order, is tried again, and moves only as its operator decides."""

import asyncio
import os
import sys
from uuid import uuid4

import pytest

from chassis import dlq
from chassis.consumer import Dispatch, on
from chassis.envelope import decoded
from chassis.parking import BACK_OFF, due
from contracts.inventory import FirmReservation, ReleaseToWarehouse
from tests.builders.chassis import a_delivery


class Handler:
    """Notes what it is given, and refuses the types that it is told to."""

    def __init__(self):
        self.refused = set()

    async def __call__(self, tx, messages):
        for message in messages:
            await tx.execute(
                "INSERT INTO seen (order_id, message) VALUES ($1, $2)",
                message.order_id,
                message.type,
            )
            if type(message) in self.refused:
                raise ZeroDivisionError(message.type)


@pytest.fixture
def handler():
    return Handler()


@pytest.fixture
def dispatch(db, handler):
    return Dispatch(
        db, [on(handler, FirmReservation), on(handler, ReleaseToWarehouse)], service="inventory"
    )


@pytest.fixture
async def order(dispatch, handler):
    """Its first message fails, two wait behind it."""
    order = uuid4()
    handler.refused = {FirmReservation}
    await dispatch.deliver(
        [
            a_delivery(FirmReservation(order_id=order, release=False)),
            a_delivery(ReleaseToWarehouse(order_id=order)),
        ]
    )
    await dispatch.deliver([a_delivery(ReleaseToWarehouse(order_id=order))])
    return order


async def seen(db):
    return [row["message"] for row in await db.fetch("SELECT message FROM seen ORDER BY place")]


async def state(db):
    return await db.fetchrow(
        "SELECT attempts, next_try - now() AS wait, exported_at FROM parked_keys"
    )


async def dead_letters(db):
    rows = await db.fetch("SELECT topic, type, headers FROM outbox ORDER BY position")
    return [(row["topic"], row["type"], dict(decoded(row["headers"]))["dlq_error"]) for row in rows]


async def wait_no_longer(db):
    await db.execute("UPDATE parked_keys SET next_try = now() WHERE next_try IS NOT NULL")


async def test_a_parked_key_is_not_tried_before_its_time(db, order):
    assert await due(db, limit=10) == []

    await wait_no_longer(db)

    assert await due(db, limit=10) == [order.bytes]


async def test_once_the_cause_is_gone_all_is_handled_in_order_and_the_key_is_free(
    db, dispatch, handler, order
):
    handler.refused = set()

    await dispatch.retry(order.bytes)

    assert await seen(db) == [
        FirmReservation.type,
        ReleaseToWarehouse.type,
        ReleaseToWarehouse.type,
    ]
    assert await db.fetchval("SELECT count(*) FROM parked_keys") == 0
    await dispatch.deliver([a_delivery(ReleaseToWarehouse(order_id=order))])
    assert len(await seen(db)) == 4


async def test_each_failed_try_is_followed_by_a_longer_wait_then_by_a_dead_letter(
    db, dispatch, order
):
    waits = []
    for _ in BACK_OFF[1:]:
        await dispatch.retry(order.bytes)
        waits.append((await state(db))["wait"])
    assert await dead_letters(db) == []

    for _ in range(2):
        await dispatch.retry(order.bytes)

    assert all(0.9 * full < wait <= full for wait, full in zip(waits, BACK_OFF[1:], strict=True))
    assert (await state(db))["wait"] is None
    [(topic, kind, error)] = await dead_letters(db)
    assert (topic, kind) == ("inventory.dlq", FirmReservation.type)
    assert b"ZeroDivisionError" in error
    assert await due(db, limit=10) == []
    assert await db.fetchval("SELECT count(*) FROM parked") == 3


async def test_a_try_that_gets_further_begins_to_count_anew(db, dispatch, handler, order):
    await dispatch.retry(order.bytes)
    handler.refused = {ReleaseToWarehouse}

    await dispatch.retry(order.bytes)

    assert await seen(db) == [FirmReservation.type]
    assert (await state(db))["attempts"] == 1
    assert await db.fetchval("SELECT count(*) FROM parked") == 2


async def test_an_operator_may_skip_the_oldest_message_and_it_is_kept_as_a_dead_letter(
    db, dispatch, order
):
    assert await dlq.skip(db, dispatch, order.bytes)

    assert await seen(db) == [ReleaseToWarehouse.type, ReleaseToWarehouse.type]
    assert await dead_letters(db) == [
        ("inventory.dlq", FirmReservation.type, b"skipped by an operator")
    ]


async def test_an_operator_may_abandon_all_that_waits_but_not_what_comes(db, dispatch, order):
    assert await dlq.abandon(db, dispatch, order.bytes)

    assert len(await dead_letters(db)) == 3
    assert await seen(db) == []
    await dispatch.deliver([a_delivery(ReleaseToWarehouse(order_id=order))])
    assert await seen(db) == [ReleaseToWarehouse.type]


async def test_an_operator_sees_the_keys_and_what_waits_for_them(db, dispatch, order, capsys):
    await dlq.show_keys(db)
    await dlq.show_key(db, order.bytes)

    shown = capsys.readouterr().out
    assert f"{order}  3 messages  1 attempts" in shown
    assert shown.count(ReleaseToWarehouse.type) == 2
    assert "Traceback" in shown


async def test_a_key_that_is_not_parked_cannot_be_decided_about(db, dispatch):
    with pytest.raises(dlq.KeyNotParked):
        await dlq.abandon(db, dispatch, uuid4().bytes)


def test_a_key_is_typed_as_it_is_shown():
    order = uuid4()

    assert dlq.key_of(str(order)) == order.bytes
    assert dlq.key_of("SKU-1") == b"SKU-1"


async def dlq_command(dsn, *words):
    """As an operator types it."""
    environment = os.environ | {
        "INVENTORY_POSTGRES_DSN": dsn(),
        "INVENTORY_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "INVENTORY_PORT": "1",
        "INVENTORY_JWKS_PATH": "unused",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.inventory", "dlq", *words),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, (out + err).decode()


async def test_an_operator_does_all_this_with_one_command(db, dsn, order):
    code, shown = await dlq_command(dsn, "list")
    assert (code, str(order) in shown) == (0, True)

    code, shown = await dlq_command(dsn, "abandon", str(order))
    assert (code, f"{order} is free" in shown) == (0, True)

    code, shown = await dlq_command(dsn, "show", str(order))
    assert (code, "is not parked" in shown) == (1, True)
