"""Exactly once in effect, in order per key, whatever fails."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from asyncpg.exceptions import DeadlockDetectedError

from chassis import inbox, outbox
from chassis.consumer import Dispatch, envelope_of, on
from chassis.db import transaction
from chassis.envelope import decoded
from chassis.ids import floor_of, time_of, uuid7
from contracts.inventory import FirmReservation, ReleaseToWarehouse
from contracts.message import Event
from tests.builders.chassis import a_delivery
from tests.builders.locks import until_one_waits


class Noted(Event):
    """An event of another key than the order that it is about."""

    type = "inventory.noted.v1"
    topic = "inventory.events"
    keyed_by = "note_id"

    note_id: UUID
    order_id: UUID


LONG_AGO = floor_of(datetime.now(UTC) - timedelta(days=40))


async def note(tx, messages):
    for message in messages:
        await tx.execute(
            "INSERT INTO seen (order_id, message) VALUES ($1, $2)", message.order_id, message.type
        )


async def refuse(tx, messages):
    await note(tx, messages)
    raise ZeroDivisionError


def firm(order_id=None):
    return FirmReservation(order_id=order_id or uuid4(), release=False)


def release(order_id):
    return ReleaseToWarehouse(order_id=order_id)


async def orders_seen(db):
    return [row["order_id"] for row in await db.fetch("SELECT order_id FROM seen ORDER BY place")]


async def dead_letters(db):
    rows = await db.fetch("SELECT topic, key, headers, body FROM outbox ORDER BY position")
    return [(row["topic"], row["key"], dict(decoded(row["headers"])), row["body"]) for row in rows]


async def test_a_message_that_comes_again_is_handled_once(db):
    dispatch = Dispatch(db, [on(note, FirmReservation)])
    delivery = a_delivery(firm())

    for _ in range(3):
        await dispatch.deliver([delivery, delivery])

    assert len(await orders_seen(db)) == 1


async def test_a_new_process_knows_what_an_old_one_handled(db, many):
    delivery = a_delivery(firm())
    await Dispatch(db, [on(note, FirmReservation)]).deliver([delivery])

    await Dispatch(many, [on(note, FirmReservation)]).deliver([delivery])

    assert len(await orders_seen(db)) == 1


async def test_messages_of_a_key_are_handled_in_their_order_also_within_a_batch(db):
    order, other = uuid4(), uuid4()
    dispatch = Dispatch(db, [on(note, ReleaseToWarehouse), on(note, FirmReservation)])

    await dispatch.deliver(
        [a_delivery(m) for m in (firm(order), release(order), firm(other), firm(order))]
    )

    rows = await db.fetch("SELECT message FROM seen WHERE order_id = $1 ORDER BY place", order)
    assert [row["message"] for row in rows] == [
        FirmReservation.type,
        ReleaseToWarehouse.type,
        FirmReservation.type,
    ]


async def test_a_type_may_go_to_several_handlers(db):
    async def second(tx, messages):
        await note(tx, messages)

    await Dispatch(db, [on(note, FirmReservation), on(second, FirmReservation)]).deliver(
        [a_delivery(firm())]
    )

    assert len(await orders_seen(db)) == 2


async def test_a_handler_may_ask_for_the_envelope(db):
    seen = []

    async def look(tx, messages):
        seen.extend(envelope_of(message) for message in messages)

    delivery = a_delivery(firm(), actor="user:7")

    await Dispatch(db, [on(look, FirmReservation)]).deliver([delivery])

    assert seen[0].message_id == delivery.message_id
    assert (seen[0].type, seen[0].actor) == (FirmReservation.type, "user:7")
    assert seen[0].time == time_of(delivery.message_id)


async def test_a_key_that_fails_waits_in_order_and_the_others_go_on(db):
    dispatch = Dispatch(db, [on(refuse, FirmReservation), on(note, ReleaseToWarehouse)])
    bad, others = uuid4(), [uuid4() for _ in range(40)]

    await dispatch.deliver([a_delivery(m) for m in (firm(bad), *map(release, others))])
    await dispatch.deliver([a_delivery(release(bad))])

    assert sorted(await orders_seen(db)) == sorted(others)
    parked = await db.fetch("SELECT key, type FROM parked ORDER BY position")
    assert [(row["key"], row["type"]) for row in parked] == [
        (bad.bytes, FirmReservation.type),
        (bad.bytes, ReleaseToWarehouse.type),
    ]
    assert "ZeroDivisionError" in await db.fetchval("SELECT error FROM parked_keys")


async def test_what_came_before_the_failing_message_of_a_key_stands(db):
    dispatch = Dispatch(db, [on(refuse, FirmReservation), on(note, ReleaseToWarehouse)])
    order = uuid4()

    await dispatch.deliver([a_delivery(m) for m in (release(order), firm(order), release(order))])

    assert await orders_seen(db) == [order]
    assert await db.fetchval("SELECT count(*) FROM parked") == 2


async def test_a_parked_message_that_comes_again_is_parked_once(db):
    dispatch = Dispatch(db, [on(refuse, FirmReservation)])
    delivery = a_delivery(firm())

    for _ in range(3):
        await dispatch.deliver([delivery])

    assert await db.fetchval("SELECT count(*) FROM parked") == 1


async def test_a_fault_of_the_surroundings_stalls_the_batch_and_parks_nothing(db):
    async def deadlock(tx, messages):
        raise DeadlockDetectedError("deadlock detected")

    delivery = a_delivery(firm())

    with pytest.raises(DeadlockDetectedError):
        await Dispatch(db, [on(deadlock, FirmReservation)]).deliver([delivery])

    assert await db.fetchval("SELECT count(*) FROM parked_keys") == 0
    await Dispatch(db, [on(note, FirmReservation)]).deliver([delivery])
    assert len(await orders_seen(db)) == 1


async def test_types_that_nobody_here_takes_are_passed_over(db):
    await Dispatch(db, [on(note, FirmReservation)]).deliver([a_delivery(release(uuid4()))])

    assert await db.fetchval("SELECT count(*) FROM inbox") == 0


async def test_what_cannot_be_read_goes_to_the_dead_letters_once_and_stops_nobody(db):
    order = uuid4()
    good, bad = a_delivery(firm(order)), a_delivery(firm(order), place=(3, 99))
    bad = bad._replace(body=b'{"order_id": 7}')
    dispatch = Dispatch(db, [on(note, FirmReservation)], service="inventory")

    for _ in range(2):
        await dispatch.deliver([bad, good])

    assert await orders_seen(db) == [order]
    [(topic, key, headers, body)] = await dead_letters(db)
    assert (topic, key, body) == ("inventory.dlq", order.bytes, bad.body)
    assert headers["ce_id"] == str(bad.message_id).encode()
    assert headers["dlq_topic"] == b"inventory.commands"
    assert (headers["dlq_partition"], headers["dlq_offset"]) == (b"3", b"99")
    assert b"order_id" in headers["dlq_error"]


async def test_a_message_that_became_readable_may_be_sent_again(db):
    delivery = a_delivery(firm(), place=(3, 99))
    dispatch = Dispatch(db, [on(note, FirmReservation)])
    await dispatch.deliver([delivery._replace(body=b"{}")])

    await dispatch.deliver([delivery._replace(offset=205)])

    assert len(await orders_seen(db)) == 1


async def test_a_record_without_an_envelope_goes_to_the_dead_letters(db):
    delivery = a_delivery(firm())._replace(type="", headers=(("x", b"\xff\x00"),))

    await Dispatch(db, [on(note, FirmReservation)]).deliver([delivery])

    [(_, _, headers, _)] = await dead_letters(db)
    assert headers["x"] == b"\xff\x00"


async def test_a_message_older_than_the_inbox_is_not_handled_but_kept_as_a_dead_letter(db):
    delivery = a_delivery(firm(), message_id=LONG_AGO)

    await Dispatch(db, [on(note, FirmReservation)]).deliver([delivery, a_delivery(firm())])

    assert len(await orders_seen(db)) == 1
    [(_, _, headers, _)] = await dead_letters(db)
    assert headers["dlq_error"].startswith(b"stale")


async def test_a_projection_that_keeps_versions_gets_messages_of_any_age(db):
    delivery = a_delivery(firm(), message_id=LONG_AGO)

    await Dispatch(db, [on(note, FirmReservation, replayable=True)]).deliver([delivery])

    assert len(await orders_seen(db)) == 1


async def test_the_inbox_forgets_days_that_nobody_asks_about_and_makes_the_coming_ones(db, owner):
    old = floor_of(datetime.now(UTC) - timedelta(days=10))
    await owner.execute("SELECT add_inbox_part('2026-01-01', '2026-01-02')")
    before = await db.fetchval("SELECT count(*) FROM inbox_parts")

    await inbox.keep(db)

    assert await db.fetchval("SELECT count(*) FROM inbox_parts") == before - 1
    assert await db.fetchval("SELECT to_regclass('inbox_20260101')") is None
    async with transaction(db) as tx:
        assert (await inbox.record(tx, [old])).is_new(old)
        assert (await inbox.record(tx, [LONG_AGO])).stale == {LONG_AGO}


async def test_two_owners_of_a_partition_for_a_while_handle_a_batch_once(many):
    deliveries = [a_delivery(firm()) for _ in range(200)]
    zombie, heir = (Dispatch(many, [on(note, FirmReservation)]) for _ in range(2))

    await asyncio.gather(zombie.deliver(deliveries), heir.deliver(deliveries[::-1]))

    assert len(await orders_seen(many)) == 200


async def test_two_who_got_the_same_batch_record_it_in_one_order(many):
    low, high = sorted((uuid7(), uuid7()))

    async def record_both():
        async with transaction(many) as tx:
            return await inbox.record(tx, [high, low])

    async with transaction(many) as tx:
        await inbox.record(tx, [low])
        waiting = asyncio.create_task(record_both())
        await until_one_waits(many)
        async with asyncio.timeout(5):  # who waits for the low one has not taken the high one
            assert (await inbox.record(tx, [high])).is_new(high)

    assert (await waiting).repeated == {high, low}


async def test_what_comes_for_a_key_that_is_just_being_freed_is_handled_after_it(many):
    order, entered, gate = uuid4(), asyncio.Event(), asyncio.Event()

    async def hesitate(tx, messages):
        entered.set()
        await gate.wait()
        await note(tx, messages)

    await Dispatch(many, [on(refuse, FirmReservation)]).deliver([a_delivery(firm(order))])
    dispatch = Dispatch(many, [on(hesitate, FirmReservation), on(note, ReleaseToWarehouse)])
    freeing = asyncio.create_task(dispatch.retry(order.bytes))
    await entered.wait()
    coming = asyncio.create_task(dispatch.deliver([a_delivery(release(order))]))
    await asyncio.wait({coming}, timeout=0.3)
    assert not coming.done()

    gate.set()
    await asyncio.gather(freeing, coming)

    rows = await many.fetch("SELECT message FROM seen ORDER BY place")
    assert [row["message"] for row in rows] == [FirmReservation.type, ReleaseToWarehouse.type]
    assert await many.fetchval("SELECT count(*) FROM parked") == 0


async def test_a_value_that_no_column_can_hold_is_the_messages_own_fault(db):
    async def overflow(tx, messages):
        await tx.execute(
            "INSERT INTO seen (order_id, message, version) VALUES ($1, $2, $3)",
            messages[0].order_id,
            "x",
            1 << 40,
        )

    order = uuid4()
    dispatch = Dispatch(db, [on(overflow, FirmReservation)])

    await dispatch.deliver([a_delivery(firm(order))])
    await dispatch.retry(order.bytes)

    assert await db.fetchval("SELECT attempts FROM parked_keys") == 2


async def test_what_a_handler_says_about_an_order_is_caused_by_what_came_for_it(db):
    async def answer(tx, messages):
        await outbox.add(
            tx, [Noted(order_id=message.order_id, note_id=uuid4()) for message in messages]
        )

    deliveries = [a_delivery(firm(), actor=f"user:{n}") for n in range(3)]

    await Dispatch(db, [on(answer, FirmReservation)]).deliver(deliveries)

    rows = await db.fetch("SELECT cause, actor, correlation FROM outbox ORDER BY position")
    assert [(row["cause"], row["actor"], row["correlation"].bytes) for row in rows] == [
        (one.message_id, f"user:{n}", one.key) for n, one in enumerate(deliveries)
    ]


async def test_whatever_an_error_or_a_header_holds_its_key_is_parked(db):
    async def fail(tx, messages):
        raise ZeroDivisionError("\x00 \ud800 " + "x" * 20_000)

    delivery = a_delivery(firm(), headers=[("nothing", None), ("a=b\n", b"\x00\xff")])

    await Dispatch(db, [on(fail, FirmReservation)]).deliver([delivery])

    headers = dict(decoded(await db.fetchval("SELECT headers FROM parked")))
    assert (headers["nothing"], headers["a=b\n"]) == (b"", b"\x00\xff")
    assert await db.fetchval("SELECT length(error) FROM parked_keys") < 10_000


async def test_a_dead_letter_too_long_to_be_sent_is_cut_and_says_so(db):
    delivery = a_delivery(firm())._replace(body=b"x" * 900_000)

    await Dispatch(db, [on(note, FirmReservation)]).deliver([delivery])

    [(_, _, headers, body)] = await dead_letters(db)
    assert (len(body), headers["dlq_cut_from"]) == (512 * 1024, b"900000")
