"""Orders that go from several warehouses (P-17, E-17), on real PostgreSQL."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from chassis.auth import Role
from chassis.db import transaction
from contracts.dealers import Shortage
from contracts.inventory import (
    AmendedDemand,
    AmendReservation,
    CancelFulfilment,
    CloseRemainder,
    FirmReservation,
    ReleaseToWarehouse,
)
from services.inventory.app import SERVICE
from services.inventory.commands import picking, reserving, shipping, stocking
from services.inventory.domain.fulfilment import Fulfilment, Mode
from services.inventory.domain.outbound import OutboundAsk
from services.inventory.domain.picking import PickAsk, PickTaskAsk
from services.inventory.domain.shipping import DispatchAsk, DispatchMode, ReceiveAsk
from services.inventory.domain.stocking import Inbound, InboundLine
from tests.builders.edge import a_key, an_actor, serving
from tests.builders.inventory import (
    BUYER,
    DRIVER,
    KEEPER,
    MAIN,
    PICKER,
    a_demand,
    a_warehouse,
    books_balance,
    do,
    firmly,
    helped_out,
    said,
    send,
    told,
)

EAST, WEST = UUID(int=2), UUID(int=3)
PARTIAL, COMPLETE = Shortage.SHIP_PARTIAL, Shortage.SHIP_COMPLETE
ADMIN = an_actor(Role.ADM)


async def test_what_is_in_two_places_is_reserved_in_two_places(inventory_db):
    """P-17, E-17: stock 1 + 3, order 4: reserved 1 + 3."""
    await _houses(inventory_db, {"A": 1}, {"A": 3})
    ask = a_demand(A=4)

    await send(inventory_db, ask)
    await send(inventory_db, ask)

    assert await _shelves(inventory_db) == [(1, 1), (3, 3)]
    assert (
        await told(inventory_db, ask.order_id)
        == [("stock-reserved", {"order_id": str(ask.order_id), "backordered": []})] * 2
    )
    assert await books_balance(inventory_db)


@pytest.mark.parametrize(
    ("home", "east", "west", "reserved"),
    [
        ({"A": 4, "B": 2}, {"A": 9, "B": 9}, {}, [4, 0, 0]),
        ({"A": 4, "B": 1}, {"A": 3, "B": 9}, {"A": 4, "B": 2}, [0, 0, 4]),
        ({"A": 3, "B": 2}, {"A": 3}, {"A": 1}, [3, 1, 0]),
        ({"A": 1, "B": 2}, {"A": 1}, {"A": 9}, [1, 1, 2]),
    ],
    ids=["home has all", "one other has all", "home first", "then the others in turn"],
)
async def test_home_is_first_then_one_that_has_all_then_line_by_line(
    inventory_db, home, east, west, reserved
):
    """P-17: of four A and two B, this much of A is reserved in each."""
    await _houses(inventory_db, home, east, west)

    await send(inventory_db, a_demand(A=4, B=2))

    assert [held for _, held in await _shelves(inventory_db)] == reserved
    assert await books_balance(inventory_db)


async def test_the_sum_of_all_places_is_checked_where_it_is_reserved(inventory_db):
    """P-17, E-17, I-1: of one batch, the second order gets no more than the first one left."""
    await _houses(inventory_db, {"A": 1}, {"A": 3})
    first, second, third = a_demand(A=2), a_demand(A=3), a_demand(shortage=PARTIAL, A=3)

    await send(inventory_db, first, second, third)

    assert (await told(inventory_db, second.order_id))[0] == (
        "stock-refused",
        {"order_id": str(second.order_id), "reason": "short", "short": ["A"]},
    )
    assert (await told(inventory_db, third.order_id))[0][1]["backordered"] == [
        {"line_no": 1, "quantity": 1}
    ]
    assert await _shelves(inventory_db) == [(1, 1), (3, 3)]
    waiting = await inventory_db.fetchval(
        "SELECT backordered FROM stock WHERE warehouse_id=$1", MAIN
    )
    assert waiting == 1
    assert await books_balance(inventory_db)


async def test_what_is_to_leave_complete_is_not_parted(inventory_db):
    """P-17, P-03: it waits at home, or goes whole from another."""
    await _houses(inventory_db, {"A": 1}, {"A": 3})

    await send(inventory_db, a_demand(shortage=COMPLETE, A=4), a_demand(shortage=COMPLETE, A=2))

    assert await _shelves(inventory_db) == [(1, 1), (3, 2)]
    assert await books_balance(inventory_db)


async def test_without_alternatives_nothing_comes_from_elsewhere(inventory_db):
    """P-17."""
    await a_warehouse(inventory_db, A=1)
    await a_warehouse(inventory_db, warehouse_id=EAST, A=3)
    ask = a_demand(A=4)

    await send(inventory_db, ask)

    assert await said(inventory_db, ask.order_id) == ["stock-refused"]


async def test_each_warehouse_works_its_part_and_the_saga_sees_one_order(inventory_db):
    """P-17, E-17: two tasks, two shipments; the picture counts both and its revision only grows."""
    order_id = await _parted(inventory_db)
    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))
    tasks = await _tasks(inventory_db)
    assert list(tasks) == [MAIN, EAST]

    for task_id in tasks.values():
        await _posted(inventory_db, task_id)
    for shipment_id in await _shipments(inventory_db):
        ask = DispatchAsk(shipment_id, DispatchMode.OWN_FLEET)
        await do(inventory_db, shipping.dispatch_shipments, DRIVER, ask)
        receive = ReceiveAsk(shipment_id, BUYER.user_id)
        await do(inventory_db, shipping.receive_shipments, BUYER, receive)

    pictures = await _pictures(inventory_db, order_id)
    revisions = [one["revision"] for one in pictures]
    assert revisions == sorted(set(revisions))
    shipped = [one["lines"][0]["shipped"] for one in pictures]
    assert shipped == sorted(shipped)
    assert {0, 1, 4} == set(shipped)
    assert [one["quantity"] for it in pictures[-1]["shipments"] for one in it["lines"]] == [1, 3]
    assert pictures[-1]["lines"][0]["received"] == 4
    assert await _states(inventory_db) == ["SHIPPED", "SHIPPED"]
    assert await _shelves(inventory_db) == [(0, 0), (0, 0)]
    assert await books_balance(inventory_db)


async def test_a_virtual_warehouse_has_done_its_part_at_once(inventory_db):
    """P-17: each part goes by the mode of its own warehouse."""
    await _houses(inventory_db, {"A": 1}, {"A": 3}, mode=Mode.DIRECT)
    ask = firmly(a_demand(A=4), release=True)

    await send(inventory_db, ask)

    (picture,) = await _pictures(inventory_db, ask.order_id)
    assert (picture["lines"][0]["received"], picture["revision"]) == (3, 2)
    assert list(await _tasks(inventory_db)) == [MAIN]
    assert await _states(inventory_db) == ["IN_WAREHOUSE", "SHIPPED"]
    assert await books_balance(inventory_db)


async def test_asked_again_all_parts_answer_as_one(inventory_db):
    """P-17, E-08: firmed up and released twice, they tell the same twice."""
    order_id = await _parted(inventory_db, firm=False)
    for release in (False, False, True, True):
        await send(inventory_db, FirmReservation(order_id=order_id, release=release))

    first, again, released, same = [
        (name, facts)
        for name, facts in await told(inventory_db, order_id)
        if name in {"reservation-firmed", "fulfilment-advanced"}
    ]
    assert (first, released) == (again, same)
    assert (first[0], released[0]) == ("reservation-firmed", "fulfilment-advanced")


async def test_a_cancelled_order_gives_back_all_its_parts_and_says_so_once(inventory_db):
    """P-17, E-11."""
    order_id = await _parted(inventory_db)
    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))

    await send(inventory_db, CancelFulfilment(order_id=order_id))

    assert (await said(inventory_db, order_id)).count("fulfilment-cancelled") == 1
    assert await _shelves(inventory_db) == [(1, 0), (3, 0)]
    assert await _states(inventory_db) == ["CANCELLED", "CANCELLED"]
    assert await books_balance(inventory_db)


async def test_it_is_cancelled_when_the_last_picked_part_is_put_back(inventory_db):
    """P-17, F-54: not before, whatever the other part has done."""
    order_id = await _parted(inventory_db)
    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))
    tasks = await _tasks(inventory_db)
    for task_id in tasks.values():
        await _picked(inventory_db, task_id)
    await send(inventory_db, CancelFulfilment(order_id=order_id))

    answers = []
    for task_id in tasks.values():
        answers.append("fulfilment-cancelled" in await said(inventory_db, order_id))
        await do(inventory_db, picking.put_back, PICKER, PickTaskAsk(task_id, PICKER.user_id))

    assert answers == [False, False]
    assert (await said(inventory_db, order_id)).count("fulfilment-cancelled") == 1
    assert await _shelves(inventory_db) == [(1, 0), (3, 0)]
    assert await books_balance(inventory_db)


async def test_nothing_is_given_back_when_one_part_has_left(inventory_db):
    """P-17, F-54."""
    order_id = await _parted(inventory_db)
    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))
    await _posted(inventory_db, (await _tasks(inventory_db))[EAST])

    await send(inventory_db, CancelFulfilment(order_id=order_id))

    assert (await said(inventory_db, order_id))[-1] == "fulfilment-cancel-declined"
    assert await _shelves(inventory_db) == [(1, 1), (0, 0)]
    assert await _states(inventory_db) == ["IN_WAREHOUSE", "SHIPPED"]
    assert await books_balance(inventory_db)


async def test_a_soft_reservation_runs_out_in_all_places_and_says_so_once(inventory_db):
    """P-17, E-05."""
    order_id = await _parted(inventory_db, firm=False)

    async with transaction(inventory_db) as tx:
        await reserving.expire_reservations(tx, timedelta(0), 100)

    assert await said(inventory_db, order_id) == ["stock-reserved", "reservation-expired"]
    assert await _shelves(inventory_db) == [(1, 0), (3, 0)]
    assert await books_balance(inventory_db)


async def test_a_remainder_is_closed_in_all_places_or_in_none(inventory_db):
    """P-17: not while somebody picks in one of them."""
    order_id = await _parted(inventory_db)
    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))
    tasks = await _tasks(inventory_db)
    await do(inventory_db, picking.start_picks, PICKER, PickTaskAsk(tasks[EAST], PICKER.user_id))

    await send(inventory_db, CloseRemainder(order_id=order_id))
    assert (await said(inventory_db, order_id))[-1] == "remainder-not-closed"
    assert await _shelves(inventory_db) == [(1, 1), (3, 3)]
    one = PickAsk(tasks[EAST], PICKER.user_id, {1: 3})
    await do(inventory_db, picking.confirm_picks, PICKER, one)
    await send(inventory_db, CloseRemainder(order_id=order_id))

    assert (await _pictures(inventory_db, order_id))[-1]["lines"][0]["closed"] == 1
    assert await _shelves(inventory_db) == [(1, 0), (3, 3)]
    assert await books_balance(inventory_db)


async def test_less_is_taken_off_the_last_place_and_more_comes_from_home_first(inventory_db):
    """P-17, P-23, S-4."""
    await _houses(inventory_db, {"A": 1}, {"A": 3}, {"A": 2, "B": 2})
    ask = a_demand(A=4)
    await send(inventory_db, ask)

    async def amended(number, *lines):
        await send(inventory_db, _amended(ask.order_id, number, *lines))
        return [held for _, held in await _shelves(inventory_db)]

    assert await amended(1, (1, "A", 3)) == [1, 2, 0]
    await _comes_in(inventory_db, MAIN, A=1)
    assert await amended(2, (1, "A", 5)) == [2, 3, 0]
    assert await amended(3, (1, "A", 7), (2, "B", 2)) == [2, 3, 2]
    assert await amended(4, (1, "A", 1), (2, "B", 0)) == [1, 0, 0]
    assert await amended(5, (1, "A", 99)) == [1, 0, 0]
    assert await said(inventory_db, ask.order_id) == [
        "stock-reserved",
        *["reservation-amended"] * 4,
        "amendment-refused",
    ]
    assert await books_balance(inventory_db)


async def test_a_warehouse_that_joins_gets_a_task_of_its_own(inventory_db):
    """P-17, P-23: more of an order that is in the warehouse already."""
    await _houses(inventory_db, {"A": 2}, {"A": 3})
    ask = firmly(a_demand(A=2), release=True)
    await send(inventory_db, ask)

    await send(inventory_db, _amended(ask.order_id, 1, (1, "A", 5)))

    assert list(await _tasks(inventory_db)) == [MAIN, EAST]
    assert (await _pictures(inventory_db, ask.order_id))[-1]["revision"] == 2
    assert await _shelves(inventory_db) == [(2, 2), (3, 3)]
    for task_id in (await _tasks(inventory_db)).values():
        await _posted(inventory_db, task_id)
    assert (await _pictures(inventory_db, ask.order_id))[-1]["lines"][0]["shipped"] == 5
    assert await books_balance(inventory_db)


async def test_what_no_part_can_give_up_is_refused(inventory_db):
    """P-17, P-23, F-54: it is picked in one, and too little of it is in the other."""
    order_id = await _parted(inventory_db)
    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))
    await _picked(inventory_db, (await _tasks(inventory_db))[EAST])

    await send(inventory_db, _amended(order_id, 1, (1, "A", 1)))
    await send(inventory_db, _amended(order_id, 2, (1, "A", 3)))

    answers = await told(inventory_db, order_id)
    (refused,) = [facts for name, facts in answers if name == "amendment-refused"]
    (made,) = [facts for name, facts in answers if name == "reservation-amended"]
    assert (refused["amendment"], refused["reason"], made["amendment"]) == (1, "picked", 2)
    assert await _shelves(inventory_db) == [(1, 0), (3, 3)]
    assert await books_balance(inventory_db)


async def test_goods_that_come_home_are_told_with_what_all_parts_wait_for(inventory_db):
    """P-17, F-67."""
    await _houses(inventory_db, {"A": 1}, {"A": 3})
    ask = a_demand(shortage=PARTIAL, A=7)
    await send(inventory_db, ask)

    await _comes_in(inventory_db, MAIN, A=2)

    name, facts = (await told(inventory_db, ask.order_id))[-1]
    assert (name, facts["backordered"]) == ("stock-reserved", [{"line_no": 1, "quantity": 1}])
    assert await _shelves(inventory_db) == [(3, 3), (3, 3)]
    assert await books_balance(inventory_db)


async def test_orders_that_cross_two_warehouses_never_stop_each_other(inventory_db):
    """P-17, I-1, I-2: reserved, picked, amended and cancelled at once, from opposite ends."""
    await _houses(inventory_db, {"A": 25, "B": 9}, {"A": 9, "B": 25})
    await helped_out(inventory_db, MAIN, warehouse_id=EAST)

    async def life(number):
        home, wanted = (MAIN, {"A": 3, "B": 2}) if number % 2 else (EAST, {"B": 2, "A": 3})
        ask = firmly(a_demand(warehouse_id=home, shortage=PARTIAL, **wanted), release=True)
        await send(inventory_db, ask)
        tasks = await inventory_db.fetch(
            """
            SELECT pick_task_id FROM pick_tasks JOIN fulfilments USING (order_id)
            WHERE $1 IN (order_id, part_of) ORDER BY pick_task_id
            """,
            ask.order_id,
        )
        steps = [_posted(inventory_db, row["pick_task_id"]) for row in tasks[:: 1 - number % 2 * 2]]
        if number % 3 == 0:
            steps.append(send(inventory_db, CancelFulfilment(order_id=ask.order_id)))
        if number % 3 == 1:
            steps.append(
                send(inventory_db, _amended(ask.order_id, 1, (1, "AB"[number % 2 == 0], 1)))
            )
        await asyncio.gather(*steps)

    await asyncio.wait_for(asyncio.gather(*(life(number) for number in range(20))), 60)

    assert await books_balance(inventory_db)
    assert await inventory_db.fetchval("SELECT count(*) FROM fulfilments WHERE parts > 1") > 0


async def test_people_see_and_work_the_part_of_their_warehouse(inventory_db):
    """P-17, P-10: and the dealer sees which warehouse sends what."""
    order_id = await _parted(inventory_db)
    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))
    tasks = await _tasks(inventory_db)
    here = an_actor(Role.PCK, warehouse_ids=frozenset({EAST}))

    async with serving(SERVICE, inventory_db) as api:
        seen = (await api(here).get("/pick-tasks", params={"order_id": str(order_id)})).json()
        foreign = await api(here).post(f"/pick-tasks/{tasks[MAIN]}/start", headers=a_key())
        started = await api(here).post(f"/pick-tasks/{tasks[EAST]}/start", headers=a_key())
        for task_id in tasks.values():
            if task_id != tasks[EAST]:
                await _posted(inventory_db, task_id)
        await do(inventory_db, picking.confirm_picks, PICKER, PickAsk(tasks[EAST], PICKER.user_id))
        outbound = OutboundAsk(tasks[EAST], KEEPER.user_id)
        await do(inventory_db, shipping.post_outbounds, KEEPER, outbound)
        sent = (await api(BUYER).get("/shipments", params={"order_id": str(order_id)})).json()

    assert [(one["pick_task_id"], one["order_id"]) for one in seen["items"]] == [
        (str(tasks[EAST]), str(order_id))
    ]
    assert (foreign.status_code, started.status_code) == (404, 200)
    assert [line["quantity"] for line in started.json()["lines"]] == [3]
    assert {(one["warehouse_id"], one["quantity"]) for one in sent["items"]} == {
        (str(MAIN), 1),
        (str(EAST), 3),
    }
    assert {one["order_id"] for one in sent["items"]} == {str(order_id)}
    assert {one["warehouse_name"] for one in sent["items"]} == {"广州仓"}


async def test_only_other_warehouses_of_our_own_help_out(inventory_db):
    """P-17: a partner's, itself, one twice and an unknown one are refused, and named."""
    await a_warehouse(inventory_db)
    await a_warehouse(inventory_db, warehouse_id=EAST)
    await a_warehouse(inventory_db, warehouse_id=WEST, mode=Mode.PARTNER)
    nowhere = UUID(int=9)

    async with serving(SERVICE, inventory_db) as api:

        async def change(warehouse_id, *others):
            body = {"alternatives": [str(one) for one in others]}
            path = f"/warehouses/{warehouse_id}/change"
            return await api(ADMIN).post(path, json=body, headers=a_key())

        refused = await change(MAIN, EAST, WEST, MAIN, EAST, nowhere)
        partner = await change(WEST, EAST)
        changed = await change(MAIN, EAST)

    assert refused.status_code == partner.status_code == 422
    assert refused.json()["type"].endswith("/no-alternative")
    assert refused.json()["alternatives"] == [str(one) for one in (WEST, MAIN, EAST, nowhere)]
    assert changed.json()["alternatives"] == [str(EAST)]


async def _houses(db, home, east, west=None, mode=Mode.MANUAL):
    """Home, and others that help it out in this order."""
    await a_warehouse(db, **home)
    await a_warehouse(db, warehouse_id=EAST, mode=mode, **east)
    if west is not None:
        await a_warehouse(db, warehouse_id=WEST, **west)
    await helped_out(db, EAST, *([] if west is None else [WEST]))


async def _parted(db, *, firm=True):
    """An order of four of A, of which one is at home and three are in the east."""
    await _houses(db, {"A": 1}, {"A": 3})
    ask = a_demand(A=4)
    await send(db, firmly(ask) if firm else ask)
    return ask.order_id


async def _shelves(db):
    """Of A, on hand and reserved in each warehouse where any ever lay."""
    rows = await db.fetch(
        """
        SELECT coalesce(on_hand, 0), coalesce(reserved, 0)
        FROM warehouses LEFT JOIN stock ON stock.warehouse_id = warehouses.warehouse_id
                                       AND sku = 'A'
        ORDER BY warehouses.warehouse_id
        """
    )
    return [tuple(row) for row in rows]


async def _tasks(db):
    """The newest pick task by warehouse."""
    rows = await db.fetch(
        "SELECT warehouse_id, pick_task_id FROM pick_tasks ORDER BY warehouse_id, pick_task_id"
    )
    return {row["warehouse_id"]: row["pick_task_id"] for row in rows}


async def _shipments(db):
    rows = await db.fetch("SELECT shipment_id FROM shipments ORDER BY shipment_id")
    return [row["shipment_id"] for row in rows]


async def _states(db):
    rows = await db.fetch("SELECT state FROM fulfilments ORDER BY warehouse_id")
    return [row["state"] for row in rows]


async def _pictures(db, order_id):
    return [facts for name, facts in await told(db, order_id) if name == "fulfilment-advanced"]


async def _picked(db, task_id):
    await do(db, picking.start_picks, PICKER, PickTaskAsk(task_id, PICKER.user_id))
    return await do(db, picking.confirm_picks, PICKER, PickAsk(task_id, PICKER.user_id))


async def _posted(db, task_id):
    if isinstance(await _picked(db, task_id), Fulfilment):
        await do(db, shipping.post_outbounds, KEEPER, OutboundAsk(task_id, KEEPER.user_id))


def _amended(order_id, number, *lines):
    return AmendReservation(
        order_id=order_id,
        amendment=number,
        lines=tuple(
            AmendedDemand(line_no=line_no, sku=sku, quantity=quantity)
            for line_no, sku, quantity in lines
        ),
    )


async def _comes_in(db, warehouse_id, **quantities):
    lines = tuple(InboundLine(sku, quantity) for sku, quantity in quantities.items())
    inbound = Inbound(UUID(int=77), warehouse_id, "工厂", KEEPER.user_id, lines)
    async with transaction(db) as tx:
        assert await stocking.post_inbound(tx, KEEPER, inbound) is None
