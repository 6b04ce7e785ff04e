"""Other lines for an order that is held (S-4), and the end of what is owed, on real PostgreSQL."""

import pytest

from contracts.dealers import Shortage
from contracts.inventory import (
    AmendedDemand,
    AmendReservation,
    CancelFulfilment,
    CloseRemainder,
    ReleaseToWarehouse,
)
from services.inventory.commands import picking, shipping
from services.inventory.domain.fulfilment import PickStatus, State
from services.inventory.domain.outbound import OutboundAsk
from services.inventory.domain.picking import PickAsk
from tests.builders.inventory import (
    KEEPER,
    PICKER,
    a_warehouse,
    books_balance,
    do,
    held,
    picked,
    picking_begun,
    posted,
    queued,
    said,
    send,
    shelf,
    task_of,
    told,
)

PARTIAL = Shortage.SHIP_PARTIAL


@pytest.mark.parametrize("firm", [False, True])
async def test_lines_become_more_less_new_and_none_in_one_step(inventory_db, firm):
    """P-23, S-4: what is given up is free, what is added is held."""
    await a_warehouse(inventory_db, A=9, B=9, C=9, D=9)
    order_id = await held(inventory_db, firm=firm, A=2, B=5, C=3)

    await send(inventory_db, _amended(order_id, 1, (1, "A", 4), (2, "B", 0), (4, "D", 6)))

    assert (await told(inventory_db, order_id))[-1] == (
        "reservation-amended",
        {"order_id": str(order_id), "amendment": 1, "backordered": []},
    )
    held_now = [(await shelf(inventory_db, sku))[1] for sku in "ABCD"]
    assert held_now == [4, 0, 3, 6]
    assert await books_balance(inventory_db)


async def test_an_amendment_up_and_down_again_leaves_all_as_it_was(inventory_db):
    """P-23, E-12."""
    await a_warehouse(inventory_db, A=9)
    order_id = await held(inventory_db, A=2)

    await send(inventory_db, _amended(order_id, 1, (1, "A", 7)))
    await send(inventory_db, _amended(order_id, 2, (1, "A", 2)))

    assert await shelf(inventory_db) == (9, 2)
    assert await books_balance(inventory_db)


async def test_all_lines_are_amended_or_none(inventory_db):
    """P-23: an order that refuses to be short stays as it was; one that may be short owes more."""
    await a_warehouse(inventory_db, A=9, B=3)
    strict = await held(inventory_db, A=2, B=1)
    patient = await held(inventory_db, shortage=PARTIAL, A=1, B=1)

    await send(
        inventory_db,
        _amended(strict, 1, (1, "A", 1), (2, "B", 3)),
        _amended(patient, 1, (1, "A", 2), (2, "B", 3)),
    )

    name, facts = (await told(inventory_db, strict))[-1]
    assert (name, facts["reason"], facts["skus"]) == ("amendment-refused", "short", ["B"])
    assert (await told(inventory_db, patient))[-1][1]["backordered"] == [
        {"line_no": 2, "quantity": 1}
    ]
    assert await shelf(inventory_db, "A") == (9, 4)
    assert await shelf(inventory_db, "B") == (3, 3)
    assert await books_balance(inventory_db)


async def test_what_one_line_gives_up_another_may_use(inventory_db):
    """P-23: nobody else can take it in between."""
    await a_warehouse(inventory_db, A=3)
    order_id = await held(inventory_db, A=3)

    await send(inventory_db, _amended(order_id, 1, (1, "A", 1), (2, "A", 2)))

    assert (await said(inventory_db, order_id))[-1] == "reservation-amended"
    assert await shelf(inventory_db) == (3, 3)
    assert await books_balance(inventory_db)


async def test_an_amendment_is_answered_the_same_however_often_it_is_asked(inventory_db):
    """P-23, E-08."""
    await a_warehouse(inventory_db, A=5)
    order_id = await held(inventory_db, A=2)

    for number, quantity in ((1, 4), (2, 9)):
        for _ in range(2):
            await send(inventory_db, _amended(order_id, number, (1, "A", quantity)))
    await send(inventory_db, _amended(order_id, 1, (1, "A", 1)))

    answers = [facts for _, facts in (await told(inventory_db, order_id))[2:]]
    assert [answer["amendment"] for answer in answers] == [1, 1, 2, 2]
    assert answers[0] == answers[1]
    assert answers[2] == answers[3]
    assert answers[2]["reason"] == "short"
    assert await shelf(inventory_db) == (5, 4)


async def test_what_is_picked_or_being_picked_stands_against_an_amendment(inventory_db):
    """P-23, F-54: inventory is the authority."""
    await a_warehouse(inventory_db, A=9, B=9)
    busy, task_id = await picking_begun(inventory_db, A=4, B=4)
    await do(inventory_db, picking.confirm_picks, PICKER, PickAsk(task_id, PICKER.user_id, {1: 4}))
    done, _ = await picked(inventory_db, A=4)

    await send(inventory_db, _amended(busy, 1, (2, "B", 3)))
    await send(inventory_db, _amended(busy, 2, (1, "A", 3)))
    await send(inventory_db, _amended(done, 1, (1, "A", 3)))

    reasons = [
        (facts["reason"], facts["skus"])
        for name, facts in await told(inventory_db)
        if name == "amendment-refused"
    ]
    assert reasons == [("being-picked", ["B"]), ("picked", ["A"]), ("picked", ["A"])]


async def test_what_waits_for_a_picker_is_amended_in_his_task(inventory_db):
    """P-23, F-54."""
    await a_warehouse(inventory_db, A=9)
    order_id, task_id = await queued(inventory_db, A=4)

    await send(inventory_db, _amended(order_id, 1, (1, "A", 6)))

    assert (await said(inventory_db, order_id))[-2:] == [
        "reservation-amended",
        "fulfilment-advanced",
    ]
    assert await task_of(inventory_db, order_id) == task_id
    assert await shelf(inventory_db) == (9, 6)
    assert await books_balance(inventory_db)


async def test_what_is_added_after_picking_gets_a_task_of_its_own(inventory_db):
    """P-23."""
    await a_warehouse(inventory_db, A=9)
    order_id, task_id = await picked(inventory_db, A=4)

    await send(inventory_db, _amended(order_id, 1, (1, "A", 6)))

    assert await task_of(inventory_db, order_id) != task_id
    assert await shelf(inventory_db) == (9, 6)
    assert await books_balance(inventory_db)


async def test_an_amendment_of_what_is_given_back_is_told_so(inventory_db):
    """P-23, E-08: a cancel wins, also one that came before anything was held."""
    await a_warehouse(inventory_db, A=9)
    order_id = await held(inventory_db, A=4)
    await send(inventory_db, CancelFulfilment(order_id=order_id))

    await send(inventory_db, _amended(order_id, 1, (1, "A", 6)))

    assert (await told(inventory_db, order_id))[-1][1]["reason"] == "released"
    assert await shelf(inventory_db) == (9, 0)


async def test_the_rest_of_an_order_is_given_up(inventory_db):
    """P-03: what left is all of it then; asked again, the same picture."""
    await a_warehouse(inventory_db, A=3)
    order_id = await _partly_posted(inventory_db)

    for _ in range(2):
        await send(inventory_db, CloseRemainder(order_id=order_id))

    first, again = (await told(inventory_db, order_id))[-2:]
    assert first == again
    assert (first[1]["lines"][0]["closed"], first[1]["lines"][0]["backordered"]) == (2, 0)
    assert await _state(inventory_db, order_id) == State.SHIPPED
    assert await books_balance(inventory_db)


async def test_nothing_is_given_up_while_somebody_picks(inventory_db):
    """P-03, E-03."""
    await a_warehouse(inventory_db, A=9)
    order_id, task_id = await picking_begun(inventory_db, A=5)
    await do(inventory_db, picking.confirm_picks, PICKER, PickAsk(task_id, PICKER.user_id, {1: 2}))

    await send(inventory_db, CloseRemainder(order_id=order_id))

    assert (await said(inventory_db, order_id))[-1] == "remainder-not-closed"
    assert await shelf(inventory_db) == (9, 5)


async def test_picked_goods_of_a_closed_order_end_it_when_they_leave(inventory_db):
    """P-03, E-03."""
    await a_warehouse(inventory_db, A=3)
    order_id = await held(inventory_db, shortage=PARTIAL, A=5)
    await send(inventory_db, ReleaseToWarehouse(order_id=order_id))
    task_id = await _pick(inventory_db, order_id)

    await send(inventory_db, CloseRemainder(order_id=order_id))
    between = await _state(inventory_db, order_id)
    after = await do(
        inventory_db, shipping.post_outbounds, KEEPER, OutboundAsk(task_id, KEEPER.user_id)
    )

    assert (between, after.state, after.task.status) == (
        State.IN_WAREHOUSE,
        State.SHIPPED,
        PickStatus.SHIPPED,
    )
    assert await shelf(inventory_db) == (0, 0)
    assert await books_balance(inventory_db)


async def test_an_order_that_left_whole_has_no_rest(inventory_db):
    """P-03."""
    await a_warehouse(inventory_db, A=3)
    order_id, _ = await posted(inventory_db, A=3)

    await send(inventory_db, CloseRemainder(order_id=order_id))

    name, picture = (await told(inventory_db, order_id))[-1]
    assert (name, picture["lines"][0]["closed"]) == ("fulfilment-advanced", 0)


def _amended(order_id, number, *lines):
    return AmendReservation(
        order_id=order_id,
        amendment=number,
        lines=tuple(
            AmendedDemand(line_no=line_no, sku=sku, quantity=quantity)
            for line_no, sku, quantity in lines
        ),
    )


async def _pick(db, order_id):
    task_id = await task_of(db, order_id)
    ask = PickAsk(task_id, PICKER.user_id)
    await do(db, picking.start_picks, PICKER, ask)
    await do(db, picking.confirm_picks, PICKER, ask)
    return task_id


async def _partly_posted(db):
    """An order of five of which three are there and have left."""
    order_id = await held(db, shortage=PARTIAL, A=5)
    await send(db, ReleaseToWarehouse(order_id=order_id))
    task_id = await _pick(db, order_id)
    await do(db, shipping.post_outbounds, KEEPER, OutboundAsk(task_id, KEEPER.user_id))
    return order_id


async def _state(db, order_id):
    return await db.fetchval("SELECT state FROM fulfilments WHERE order_id = $1", order_id)
