"""A handler that takes a batch together gets all of it at once, each key in its order."""

from uuid import uuid4

from chassis.consumer import Dispatch, delivery_of, on
from contracts.inventory import FirmReservation, ReleaseToWarehouse
from tests.builders.chassis import a_delivery


def a_life(order_id):
    return [
        a_delivery(FirmReservation(order_id=order_id, release=False)),
        a_delivery(ReleaseToWarehouse(order_id=order_id)),
    ]


async def note(tx, messages):
    for message in messages:
        await tx.execute(
            "INSERT INTO seen (order_id, message) VALUES ($1, $2)", message.order_id, message.type
        )


async def test_the_whole_batch_comes_in_one_call_and_each_key_in_its_order(db):
    calls = []

    async def take(_, messages):
        calls.append([delivery_of(message).message_id for message in messages])

    first, second = a_life(uuid4()), a_life(uuid4())
    batch = [first[0], second[0], first[1], second[1]]
    await Dispatch(db, [on(take, FirmReservation, ReleaseToWarehouse, together=True)]).deliver(
        batch
    )

    assert calls == [[one.message_id for one in batch]]


async def test_others_still_get_waves_in_which_all_keys_differ(db):
    waves = []

    async def take(_, messages):
        waves.append(len({message.order_id for message in messages}) == len(messages))

    dispatch = Dispatch(
        db,
        [
            on(take, FirmReservation, ReleaseToWarehouse),
            on(note, FirmReservation, ReleaseToWarehouse, together=True),
        ],
    )
    await dispatch.deliver(a_life(uuid4()) + a_life(uuid4()))

    assert waves == [True, True]
    assert await db.fetchval("SELECT count(*) FROM seen") == 4


async def test_a_key_that_fails_is_parked_and_the_others_are_handled(db):
    bad, good = uuid4(), uuid4()

    async def refuse(tx, messages):
        await note(tx, messages)
        if any(message.order_id == bad for message in messages):
            raise ZeroDivisionError

    dispatch = Dispatch(db, [on(refuse, FirmReservation, ReleaseToWarehouse, together=True)])
    await dispatch.deliver(a_life(bad) + a_life(good))

    assert await db.fetchval("SELECT count(*) FROM parked") == 2
    rows = await db.fetch("SELECT order_id, message FROM seen ORDER BY place")
    assert [row["order_id"] for row in rows] == [good, good]
    assert rows[0]["message"] == FirmReservation.type
