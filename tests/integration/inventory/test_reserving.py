"""Reservations on real PostgreSQL: never more than there is, whole or not at all, once."""

import asyncio
import random
from datetime import timedelta

import pytest

from chassis.db import transaction
from chassis.ids import uuid7
from contracts.inventory import CancelFulfilment, FirmReservation, ReleaseToWarehouse
from services.inventory.commands import reserving
from services.inventory.domain.fulfilment import Mode
from tests.builders.inventory import (
    MAIN,
    a_demand,
    a_warehouse,
    books_balance,
    firmly,
    held,
    said,
    send,
    shelf,
    told,
)


async def test_an_order_is_held_whole(inventory_db):
    await a_warehouse(inventory_db, A=5, B=5)
    ask = a_demand(A=2, B=5)

    await send(inventory_db, ask)

    assert await said(inventory_db, ask.order_id) == ["stock-reserved"]
    assert await shelf(inventory_db, "A") == (5, 2)
    assert await shelf(inventory_db, "B") == (5, 5)
    assert await books_balance(inventory_db)


async def test_an_order_that_is_short_of_one_line_holds_nothing(inventory_db):
    await a_warehouse(inventory_db, A=5, B=1)
    ask = a_demand(A=2, B=2)

    await send(inventory_db, ask)

    ((name, facts),) = await told(inventory_db, ask.order_id)
    assert name == "stock-refused"
    assert (facts["reason"], facts["short"]) == ("short", ["B"])
    assert await shelf(inventory_db, "A") == (5, 0)


async def test_an_order_from_an_unknown_warehouse_is_refused(inventory_db):
    ask = a_demand(A=1)

    await send(inventory_db, ask)

    ((_, facts),) = await told(inventory_db, ask.order_id)
    assert facts["reason"] == "unknown-warehouse"


async def test_asking_again_gets_the_same_answer_and_holds_nothing_more(inventory_db):
    await a_warehouse(inventory_db, A=5)
    ask, short = a_demand(A=2), a_demand(A=9)

    for _ in range(2):
        await send(inventory_db, ask, short)
    await a_warehouse(inventory_db, warehouse_id=uuid7(), A=100)
    await send(inventory_db, short)

    assert await said(inventory_db, ask.order_id) == ["stock-reserved"] * 2
    assert await said(inventory_db, short.order_id) == ["stock-refused"] * 3
    assert await shelf(inventory_db) == (5, 2)


async def test_a_reserve_that_comes_after_its_cancel_is_refused(inventory_db):
    """E-08: the release is remembered."""
    await a_warehouse(inventory_db, A=5)
    ask = a_demand(A=2)

    await send(inventory_db, CancelFulfilment(order_id=ask.order_id))
    await send(inventory_db, ask)

    (_, (_, refusal)) = await told(inventory_db, ask.order_id)
    assert await said(inventory_db, ask.order_id) == ["fulfilment-cancelled", "stock-refused"]
    assert refusal["reason"] == "released"
    assert await shelf(inventory_db) == (5, 0)


async def test_a_thousand_orders_of_one_piece_get_a_hundred_pieces(inventory_db):
    """E-07: each in its own transaction, as many at once as there are connections."""
    await a_warehouse(inventory_db, A=100)
    asks = [a_demand(A=1) for _ in range(1_000)]

    await asyncio.gather(*(send(inventory_db, ask) for ask in asks))

    names = await said(inventory_db)
    assert (names.count("stock-reserved"), names.count("stock-refused")) == (100, 900)
    assert await shelf(inventory_db) == (100, 100)
    assert await books_balance(inventory_db)


async def test_orders_of_the_same_goods_in_opposite_order_do_not_lock_each_other_out(inventory_db):
    await a_warehouse(inventory_db, A=400, B=400)
    there = [a_demand(A=1, B=1) for _ in range(200)]
    back = [a_demand(B=1, A=1) for _ in range(200)]
    asks = there + back
    random.Random(7).shuffle(asks)

    await asyncio.gather(*(send(inventory_db, ask) for ask in asks))

    assert (await said(inventory_db)).count("stock-reserved") == 400
    assert await shelf(inventory_db, "B") == (400, 400)


async def test_reserve_firm_and_cancel_at_once_on_the_same_goods_keep_the_books(inventory_db):
    """E-20, I-1, I-2: nothing is ever reserved below zero."""
    await a_warehouse(inventory_db, mode=Mode.DIRECT, A=300, B=300, C=300)
    kinds = [("A", "B"), ("B", "C"), ("C", "A"), ("B", "A")]

    async def life(number):
        first, second = kinds[number % 4]
        ask = a_demand(**{first: 1, second: 2})
        await send(inventory_db, ask)
        if number % 3:
            await send(
                inventory_db, FirmReservation(order_id=ask.order_id, release=number % 2 == 0)
            )
        if number % 5 == 0:
            await send(inventory_db, CancelFulfilment(order_id=ask.order_id))

    await asyncio.gather(*(life(number) for number in range(200)))

    assert await books_balance(inventory_db)


async def test_firming_up_makes_a_reservation_last(inventory_db):
    await a_warehouse(inventory_db, A=5)
    order_id = await held(inventory_db, A=2)

    await _expire(inventory_db)

    assert await said(inventory_db, order_id) == ["stock-reserved", "reservation-firmed"]
    assert await shelf(inventory_db) == (5, 2)


async def test_a_soft_reservation_runs_out(inventory_db):
    await a_warehouse(inventory_db, A=5)
    order_id = await held(inventory_db, firm=False, A=2)

    await _expire(inventory_db)
    await _expire(inventory_db)

    assert await said(inventory_db, order_id) == ["stock-reserved", "reservation-expired"]
    assert await shelf(inventory_db) == (5, 0)


async def test_firming_up_what_ran_out_is_told_so(inventory_db):
    await a_warehouse(inventory_db, A=5)
    order_id = await held(inventory_db, firm=False, A=2)
    await _expire(inventory_db)

    await send(inventory_db, FirmReservation(order_id=order_id, release=True))
    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))

    assert (await said(inventory_db, order_id))[2:] == ["reservation-lost"] * 2
    assert await shelf(inventory_db) == (5, 0)


@pytest.mark.parametrize("release", [False, True])
async def test_firming_up_what_never_was_is_told_so_for_good(inventory_db, release):
    await a_warehouse(inventory_db, A=5)
    late = a_demand(A=1)

    await send(inventory_db, FirmReservation(order_id=late.order_id, release=release))
    await send(inventory_db, late)

    assert await said(inventory_db, late.order_id) == ["reservation-lost", "stock-refused"]


async def test_a_sweep_leaves_alone_what_somebody_holds(inventory_db):
    await a_warehouse(inventory_db, A=5)
    order_id = await held(inventory_db, firm=False, A=2)

    async with transaction(inventory_db) as tx:
        await tx.execute("SELECT FROM fulfilments FOR NO KEY UPDATE")
        await _expire(inventory_db)

    assert await said(inventory_db, order_id) == ["stock-reserved"]


async def test_a_batch_costs_the_same_number_of_statements_as_one_order(inventory_db):
    await a_warehouse(inventory_db, mode=Mode.DIRECT, A=1_000, B=1_000)
    await _statements(inventory_db, [a_demand(A=1, B=1)])  # the driver asks for types only once

    one = await _statements(inventory_db, [a_demand(A=1, B=1)])
    many = await _statements(inventory_db, [a_demand(A=1, B=1) for _ in range(100)])

    assert all(many[step] <= one[step] for step in one)
    assert many["reserve"] <= 7
    assert many["release"] <= 8


async def test_the_warehouse_of_an_order_is_where_its_stock_is_taken(inventory_db):
    """E-17: there is enough in two warehouses together, but an order is held in its own."""
    elsewhere = uuid7()
    await a_warehouse(inventory_db, A=1)
    await a_warehouse(inventory_db, warehouse_id=elsewhere, A=3)
    ask = a_demand(A=4)

    await send(inventory_db, ask)

    assert await said(inventory_db, ask.order_id) == ["stock-refused"]
    assert await shelf(inventory_db, warehouse_id=MAIN) == (1, 0)
    assert await shelf(inventory_db, warehouse_id=elsewhere) == (3, 0)


async def _statements(db, asks):
    counts = {"reserve": 0, "release": 0}
    async with db.acquire() as connection:
        counter = {"n": 0}

        def count(_):
            counter["n"] += 1

        connection.add_query_logger(count)
        async with connection.transaction():
            counter["n"] = 0
            await reserving.reserve_stock(connection, asks)
            counts["reserve"] = counter["n"]
            counter["n"] = 0
            await reserving.firm_reservations(
                connection, [FirmReservation(order_id=ask.order_id, release=True) for ask in asks]
            )
            counts["release"] = counter["n"]
        connection.remove_query_logger(count)
    return counts


async def _expire(db):
    async with transaction(db) as tx:
        return await reserving.expire_reservations(tx, timedelta(0), 100)


async def test_what_is_held_firmly_at_once_does_not_run_out(inventory_db):
    await a_warehouse(inventory_db, A=5)
    ask = firmly(a_demand(A=2))

    await send(inventory_db, ask)
    await _expire(inventory_db)

    assert await said(inventory_db, ask.order_id) == ["reservation-firmed"]
    assert await shelf(inventory_db, "A") == (5, 2)
    assert await books_balance(inventory_db)


async def test_what_is_held_and_released_at_once_gets_its_pick_task(inventory_db):
    await a_warehouse(inventory_db, A=5)
    ask = firmly(a_demand(A=2), release=True)

    await send(inventory_db, ask)
    await send(inventory_db, ask)  # another message: the picture again, and nothing more

    assert await said(inventory_db, ask.order_id) == [
        "fulfilment-advanced",
        "pick-task-created",
        "fulfilment-advanced",
    ]
    assert await inventory_db.fetchval("SELECT count(*) FROM pick_tasks") == 1
    assert await shelf(inventory_db, "A") == (5, 2)
    assert await books_balance(inventory_db)


async def test_a_virtual_warehouse_sends_at_once_what_it_can_and_refuses_the_rest(inventory_db):
    await a_warehouse(inventory_db, mode=Mode.DIRECT, A=5)
    asks = [firmly(a_demand(A=2), release=True) for _ in range(3)]

    await send(inventory_db, *asks)

    answers = [await said(inventory_db, ask.order_id) for ask in asks]
    assert [names[0] for names in answers] == ["fulfilment-advanced"] * 2 + ["stock-refused"]
    assert await shelf(inventory_db, "A") == (1, 0)
    assert await books_balance(inventory_db)


@pytest.mark.parametrize("release", [False, True])
async def test_what_is_held_softly_becomes_firm_when_it_is_asked_for_firmly(inventory_db, release):
    await a_warehouse(inventory_db, A=5)
    ask = a_demand(A=2)

    await send(inventory_db, ask)
    await send(inventory_db, firmly(ask, release=release))

    expected = ["fulfilment-advanced", "pick-task-created"] if release else ["reservation-firmed"]
    assert await said(inventory_db, ask.order_id) == ["stock-reserved", *expected]
    assert await shelf(inventory_db, "A") == (5, 2)
    assert await books_balance(inventory_db)


async def test_a_firm_reserve_that_comes_after_its_cancel_is_refused(inventory_db):
    await a_warehouse(inventory_db, A=5)
    ask = firmly(a_demand(A=2), release=True)

    await send(inventory_db, CancelFulfilment(order_id=ask.order_id))
    await send(inventory_db, ask)

    assert await said(inventory_db, ask.order_id) == ["fulfilment-cancelled", "stock-refused"]
    assert await shelf(inventory_db, "A") == (5, 0)
