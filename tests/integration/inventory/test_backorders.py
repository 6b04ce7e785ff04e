"""Goods that are not all there: what is held, what goes, what waits (P-03), on real PostgreSQL."""

import asyncio
from types import SimpleNamespace

import pytest

from chassis.db import transaction
from chassis.ids import uuid7
from contracts.dealers import Shortage
from contracts.inventory import CancelFulfilment, FirmReservation, ReleaseToWarehouse
from services.inventory import timers
from services.inventory.app import SERVICE
from services.inventory.commands import backorders, picking, shipping, stocking
from services.inventory.domain.fulfilment import Mode, PickStatus, ShortReason, State
from services.inventory.domain.outbound import OutboundAsk, PickNotComplete, SecondPersonNeeded
from services.inventory.domain.picking import (
    Missing,
    PickAsk,
    PickedTooMuch,
    PickTaskAsk,
    ShortAsk,
)
from services.inventory.domain.stocking import Inbound, InboundLine
from services.inventory.settings import Settings
from tests.builders.inventory import (
    KEEPER,
    MAIN,
    PICKER,
    a_demand,
    a_warehouse,
    books_balance,
    do,
    firmly,
    held,
    picking_begun,
    said,
    send,
    shelf,
    task_of,
    told,
)

PARTIAL, COMPLETE = Shortage.SHIP_PARTIAL, Shortage.SHIP_COMPLETE


@pytest.mark.parametrize("shortage", [PARTIAL, COMPLETE])
async def test_what_is_there_is_held_and_the_rest_backordered(inventory_db, shortage):
    """P-03, E-03: in the order of the lines; goods that never lay there can be waited for too."""
    await a_warehouse(inventory_db, A=5, B=5)
    ask = a_demand(shortage=shortage, A=7, B=2, C=1)

    await send(inventory_db, ask)
    await send(inventory_db, FirmReservation(order_id=ask.order_id, release=False))
    await send(inventory_db, ask)

    waited = [{"line_no": 1, "quantity": 2}, {"line_no": 3, "quantity": 1}]
    answers = await told(inventory_db, ask.order_id)
    assert [name for name, _ in answers] == [
        "stock-reserved",
        "reservation-firmed",
        "stock-reserved",
    ]
    assert [facts["backordered"] for _, facts in answers] == [waited] * 3
    assert await shelf(inventory_db, "A") == (5, 5)
    assert await shelf(inventory_db, "B") == (5, 2)
    assert await shelf(inventory_db, "C") == (0, 0)
    assert await books_balance(inventory_db)


async def test_a_new_order_does_not_overtake_those_who_wait(inventory_db):
    """P-03: what comes is theirs, even before they got it; a higher priority changes nothing."""
    await a_warehouse(inventory_db, A=1)
    await held(inventory_db, shortage=PARTIAL, A=4)
    await inventory_db.execute("UPDATE stock SET on_hand = on_hand + 5")
    short = a_demand(A=3)
    follows = a_demand(shortage=PARTIAL, priority=9, A=3)

    await send(inventory_db, short, follows)

    assert await said(inventory_db, short.order_id) == ["stock-refused"]
    ((_, facts),) = await told(inventory_db, follows.order_id)
    assert facts["backordered"] == [{"line_no": 1, "quantity": 1}]
    assert await shelf(inventory_db) == (6, 3)


async def test_what_is_held_leaves_and_the_order_stays_open_for_the_rest(inventory_db):
    """P-03, E-03."""
    await a_warehouse(inventory_db, A=5)
    order_id = await held(inventory_db, shortage=PARTIAL, A=7)

    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))
    after = await _picked_and_posted(inventory_db, order_id)

    assert (after.state, after.lines[0].shipped, after.lines[0].backordered) == (
        State.IN_WAREHOUSE,
        5,
        2,
    )
    assert await shelf(inventory_db) == (0, 0)
    assert await books_balance(inventory_db)


async def test_a_virtual_warehouse_sends_what_is_held(inventory_db):
    """P-03."""
    await a_warehouse(inventory_db, mode=Mode.DIRECT, A=5)
    some, none = (firmly(a_demand(shortage=PARTIAL, A=7), release=True) for _ in range(2))
    complete = firmly(a_demand(shortage=COMPLETE, A=7), release=True)

    await send(inventory_db, some, none, complete)

    assert await said(inventory_db, some.order_id) == [
        "fulfilment-advanced",
        "outbound-posted",
        "shipment-received",
    ]
    for waiting in (none, complete):
        ((name, picture),) = await told(inventory_db, waiting.order_id)
        assert name == "fulfilment-advanced"
        assert (picture["lines"][0]["backordered"], picture["shipments"]) == (7, [])
    assert await shelf(inventory_db) == (0, 0)
    assert await books_balance(inventory_db)


async def test_a_complete_order_gets_no_pick_task_while_something_is_missing(inventory_db):
    """P-03."""
    await a_warehouse(inventory_db, A=5)
    order_id = await held(inventory_db, shortage=COMPLETE, A=7)

    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))

    assert (await said(inventory_db, order_id))[2:] == ["fulfilment-advanced"]
    assert await task_of(inventory_db, order_id) is None
    assert await shelf(inventory_db) == (5, 5)


async def test_cancelling_gives_up_what_was_waited_for(inventory_db):
    """P-03, E-08."""
    await a_warehouse(inventory_db, A=5)
    order_id = await held(inventory_db, shortage=PARTIAL, A=7)
    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))
    await _picked(inventory_db, order_id)

    await send(inventory_db, CancelFulfilment(order_id=order_id))
    assert await shelf(inventory_db) == (5, 5)
    task_id = await task_of(inventory_db, order_id)
    await do(inventory_db, picking.put_back, PICKER, PickTaskAsk(task_id, PICKER.user_id))

    assert (await said(inventory_db, order_id))[-1] == "fulfilment-cancelled"
    assert await shelf(inventory_db) == (5, 0)
    assert await inventory_db.fetchval("SELECT sum(backordered) FROM stock") == 0
    assert await books_balance(inventory_db)


async def test_what_is_not_found_is_backordered_and_promised_to_nobody_until_it_is_counted(
    inventory_db,
):
    """F-57, P-03: also of an order that refuses to be short: its goods were promised."""
    await a_warehouse(inventory_db, A=5)
    order_id, task_id = await picking_begun(inventory_db, A=4)
    missing = (Missing(1, 1, ShortReason.NOT_FOUND), Missing(1, 2, ShortReason.DAMAGED))

    after = await do(inventory_db, picking.shorten_picks, PICKER, _short(task_id, *missing))
    late = a_demand(A=1)
    await send(inventory_db, late)

    assert (after.lines[0].to_pick, after.lines[0].backordered) == (1, 3)
    assert after.task.status is PickStatus.PICKING
    (short,) = [facts for name, facts in await told(inventory_db, order_id) if name == "pick-short"]
    assert [(one["sku"], one["quantity"], one["reason"]) for one in short["lines"]] == [
        ("A", 1, "NOT_FOUND"),
        ("A", 2, "DAMAGED"),
    ]
    assert await said(inventory_db, late.order_id) == ["stock-refused"]
    assert await shelf(inventory_db) == (5, 1)
    assert await books_balance(inventory_db)


@pytest.mark.parametrize(
    ("picked", "status", "last"),
    [(1, PickStatus.PICKED, "pick-completed"), (0, PickStatus.CANCELLED, "pick-short")],
)
async def test_a_task_of_which_nothing_is_left_to_pick_is_over(inventory_db, picked, status, last):
    """F-57."""
    await a_warehouse(inventory_db, A=4)
    order_id, task_id = await picking_begun(inventory_db, A=4)
    if picked:
        ask = PickAsk(task_id, PICKER.user_id, {1: picked})
        await do(inventory_db, picking.confirm_picks, PICKER, ask)

    ask = _short(task_id, Missing(1, 4 - picked, ShortReason.NOT_FOUND))
    after = await do(inventory_db, picking.shorten_picks, PICKER, ask)

    assert (after.task.status, after.state) == (status, State.IN_WAREHOUSE)
    assert (await said(inventory_db, order_id))[-1] == last
    assert await shelf(inventory_db) == (4, picked)
    assert await books_balance(inventory_db)


async def test_no_more_can_be_missing_than_was_to_be_picked(inventory_db):
    """F-57."""
    await a_warehouse(inventory_db, A=4)
    _, task_id = await picking_begun(inventory_db, A=4)
    found = (Missing(1, 3, ShortReason.NOT_FOUND), Missing(1, 2, ShortReason.DAMAGED))

    refusal = await do(inventory_db, picking.shorten_picks, PICKER, _short(task_id, *found))

    assert isinstance(refusal, PickedTooMuch)
    assert await shelf(inventory_db) == (4, 4)


async def test_an_order_to_be_complete_leaves_in_parts_only_when_that_is_asked_for(inventory_db):
    """P-03: a short pick of it."""
    await a_warehouse(inventory_db, A=4)
    order_id = await held(inventory_db, shortage=COMPLETE, A=4)
    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))
    task_id = await task_of(inventory_db, order_id)
    await do(inventory_db, picking.start_picks, PICKER, PickTaskAsk(task_id, PICKER.user_id))
    ask = _short(task_id, Missing(1, 1, ShortReason.NOT_FOUND))
    await do(inventory_db, picking.shorten_picks, PICKER, ask)
    await do(inventory_db, picking.confirm_picks, PICKER, PickAsk(task_id, PICKER.user_id))

    whole, part = (OutboundAsk(task_id, KEEPER.user_id, partial) for partial in (False, True))
    refusal = await do(inventory_db, shipping.post_outbounds, KEEPER, whole)
    after = await do(inventory_db, shipping.post_outbounds, KEEPER, part)

    assert isinstance(refusal, PickNotComplete)
    assert after.lines[0].shipped == 3


async def test_what_comes_in_goes_to_the_higher_priority_and_then_to_the_older(inventory_db):
    """F-67, P-03: in the transaction of the inbound itself."""
    await a_warehouse(inventory_db, A=1)
    first, second = [await held(inventory_db, shortage=PARTIAL, A=3) for _ in range(2)]
    urgent = await held(inventory_db, shortage=PARTIAL, priority=5, A=2)

    await _comes_in(inventory_db, A=3)

    given = {
        order_id: [
            line["quantity"]
            for name, facts in await told(inventory_db, order_id)
            if name == "backorder-allocated"
            for line in facts["lines"]
        ]
        for order_id in (urgent, first, second)
    }
    assert given == {urgent: [2], first: [1], second: []}
    assert (await told(inventory_db, first))[-1][0] == "reservation-firmed"
    assert await shelf(inventory_db) == (4, 4)
    assert await books_balance(inventory_db)


async def test_goods_that_follow_are_picked_by_a_task_of_their_own(inventory_db):
    """P-03, E-03: the first part waits for outbound meanwhile, and may leave with the second."""
    await a_warehouse(inventory_db, A=3)
    order_id = await held(inventory_db, shortage=PARTIAL, A=5)
    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))
    first = await _picked(inventory_db, order_id)

    await _comes_in(inventory_db, A=9)
    second = await _picked(inventory_db, order_id)
    refusal = await do(
        inventory_db, shipping.post_outbounds, KEEPER, OutboundAsk(second, PICKER.user_id)
    )
    after = await do(
        inventory_db, shipping.post_outbounds, KEEPER, OutboundAsk(first, KEEPER.user_id)
    )

    assert first != second
    assert isinstance(refusal, SecondPersonNeeded)
    assert (after.state, after.lines[0].shipped) == (State.SHIPPED, 5)
    assert [task.status for task in after.tasks] == [PickStatus.SHIPPED] * 2
    assert await shelf(inventory_db) == (7, 0)
    assert await books_balance(inventory_db)


async def test_an_order_to_be_complete_is_picked_when_its_last_piece_is_there(inventory_db):
    """P-03."""
    await a_warehouse(inventory_db, A=1)
    order_id = await held(inventory_db, shortage=COMPLETE, A=3)
    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))

    await _comes_in(inventory_db, A=1)
    early = await task_of(inventory_db, order_id)
    await _comes_in(inventory_db, A=1)

    assert early is None
    assert await task_of(inventory_db, order_id) is not None
    assert await shelf(inventory_db) == (3, 3)


async def test_a_virtual_warehouse_sends_the_rest_when_it_comes(inventory_db):
    """P-03, F-67."""
    await a_warehouse(inventory_db, mode=Mode.DIRECT, A=3)
    ask = firmly(a_demand(shortage=PARTIAL, A=5), release=True)
    await send(inventory_db, ask)

    await _comes_in(inventory_db, A=2)

    names = await said(inventory_db, ask.order_id)
    assert names.count("outbound-posted") == 2
    picture = [facts for name, facts in await told(inventory_db, ask.order_id) if "lines" in facts]
    assert [one["state"] for one in await _orders(inventory_db)] == ["SHIPPED"]
    assert [
        (one["lines"][0]["received"], one["lines"][0]["backordered"], one["revision"])
        for one in picture
        if "revision" in one
    ] == [(3, 2, 1), (5, 0, 2)]
    assert await books_balance(inventory_db)


async def test_whatever_frees_goods_they_reach_those_who_wait(inventory_db):
    """F-67, P-03: a cancelled order, by the timer that runs each second."""
    await a_warehouse(inventory_db, A=4)
    other = await held(inventory_db, A=4)
    order_id = await held(inventory_db, shortage=PARTIAL, A=3)
    runtime = SimpleNamespace(db=inventory_db)
    assert await timers.serve_backorders(runtime) == 0

    await send(inventory_db, CancelFulfilment(order_id=other))
    served = await timers.serve_backorders(runtime)

    assert (served, await timers.serve_backorders(runtime)) == (1, 0)
    assert "backorder-allocated" in await said(inventory_db, order_id)
    assert await shelf(inventory_db) == (4, 3)
    assert await books_balance(inventory_db)


async def test_those_who_wait_are_looked_for_within_five_seconds(inventory_db):
    """F-67: the worker's own timer serves them."""
    await a_warehouse(inventory_db, A=4)
    other = await held(inventory_db, A=4)
    order_id = await held(inventory_db, shortage=PARTIAL, A=3)
    await send(inventory_db, CancelFulfilment(order_id=other))
    runtime = SimpleNamespace(
        db=inventory_db, committed=asyncio.Event(), settings=Settings.model_construct()
    )
    jobs = [asyncio.create_task(job(runtime)) for job in SERVICE.background]

    try:
        async with asyncio.timeout(5):
            while await shelf(inventory_db) != (4, 3):
                await asyncio.wait_for(runtime.committed.wait(), 5)
                runtime.committed.clear()
    finally:
        for job in jobs:
            job.cancel()

    assert "backorder-allocated" in await said(inventory_db, order_id)


async def test_parallel_inbounds_reserves_and_cancels_leave_nobody_waiting_for_what_is_there(
    inventory_db,
):
    """F-67, P-03, I-1, I-2: twenty of each at once, in opposite order of goods."""
    await a_warehouse(inventory_db, A=5, B=5)

    async def life(number):
        wanted = {"A": 2, "B": 1} if number % 2 else {"B": 2, "A": 1}
        ask = firmly(a_demand(shortage=PARTIAL, **wanted), release=number % 4 == 0)
        await send(inventory_db, ask)
        if number % 5 == 0:
            await send(inventory_db, CancelFulfilment(order_id=ask.order_id))

    async def arrival(number):
        await _comes_in(inventory_db, **({"A": 1, "B": 2} if number % 2 else {"B": 1, "A": 1}))
        async with transaction(inventory_db) as tx:
            await backorders.serve_all(tx, 100)

    await asyncio.gather(*(step(number) for number in range(20) for step in (life, arrival)))
    async with transaction(inventory_db) as tx:
        await backorders.serve_all(tx, 100)

    idle = "SELECT count(*) FROM stock WHERE backordered > 0 AND on_hand > reserved"
    assert await inventory_db.fetchval(idle) == 0
    assert await books_balance(inventory_db)


async def _comes_in(db, **quantities):
    lines = tuple(InboundLine(sku, quantity) for sku, quantity in quantities.items())
    inbound = Inbound(uuid7(), MAIN, "工厂", KEEPER.user_id, lines)
    async with transaction(db) as tx:
        assert await stocking.post_inbound(tx, KEEPER, inbound) is None


async def _orders(db):
    return await db.fetch("SELECT state FROM fulfilments")


def _short(task_id, *missing):
    return ShortAsk(task_id, PICKER.user_id, missing)


async def _picked(db, order_id):
    task_id = await task_of(db, order_id)
    await do(db, picking.start_picks, PICKER, PickTaskAsk(task_id, PICKER.user_id))
    await do(db, picking.confirm_picks, PICKER, PickAsk(task_id, PICKER.user_id))
    return task_id


async def _picked_and_posted(db, order_id):
    task_id = await _picked(db, order_id)
    return await do(db, shipping.post_outbounds, KEEPER, OutboundAsk(task_id, KEEPER.user_id))
