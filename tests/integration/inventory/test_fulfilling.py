"""From the picker's queue to the dealer's door, and back out of it, on real PostgreSQL."""

import asyncio
from datetime import timedelta

import pytest

from chassis.auth import Role
from chassis.db import transaction
from chassis.errors import NotFound
from chassis.http import StaleVersion
from chassis.ids import uuid7
from contracts.dealers import DealerState, Terms, TermsKind
from contracts.inventory import CancelFulfilment, FirmReservation, ReleaseToWarehouse
from services.inventory.commands import picking, projecting, reserving, shipping
from services.inventory.commands.steps import By
from services.inventory.domain.fulfilment import Fulfilment, Mode, PickStatus, State
from services.inventory.domain.outbound import (
    NothingToPost,
    OutboundAsk,
    PickNotComplete,
    SecondPersonNeeded,
)
from services.inventory.domain.picking import (
    DealerOnStop,
    PickAsk,
    PickedTooMuch,
    PickTaskAsk,
    PickTaskMovedOn,
)
from services.inventory.domain.shipping import (
    DeliverAsk,
    DispatchAsk,
    DispatchMode,
    ReceiveAsk,
    ShipmentMovedOn,
    TrackingNumberMissing,
)
from tests.builders.edge import an_actor
from tests.builders.inventory import (
    BUYER,
    DEALER,
    DRIVER,
    KEEPER,
    OTHER_DEALER,
    PICKER,
    a_demand,
    a_warehouse,
    books_balance,
    delivered,
    dispatched,
    do,
    firmly,
    held,
    picked,
    picking_begun,
    posted,
    queued,
    received,
    said,
    send,
    shelf,
    task_of,
    told,
)


async def test_a_direct_warehouse_does_all_at_once(inventory_db):
    await a_warehouse(inventory_db, mode=Mode.DIRECT, A=9, B=9)
    order_id = await held(inventory_db, firm=False, A=2, B=3)

    await send(inventory_db, FirmReservation(order_id=order_id, release=True))

    story = await told(inventory_db, order_id)
    assert [name for name, _ in story] == [
        "stock-reserved",
        "fulfilment-advanced",
        "outbound-posted",
        "shipment-received",
    ]
    picture = story[1][1]
    assert [line["received"] for line in picture["lines"]] == [2, 3]
    assert picture["shipments"][0]["status"] == "RECEIVED"
    assert picture["shipments"][0]["number"].startswith("CK-")
    assert await shelf(inventory_db, "A") == (7, 0)
    assert await books_balance(inventory_db)


@pytest.mark.parametrize("at_once", [False, True])
async def test_an_order_of_a_partners_warehouse_stays_held_and_nobody_picks(inventory_db, at_once):
    """P-20: the partner cannot be told yet, so the order can be put on hold."""
    await a_warehouse(inventory_db, mode=Mode.PARTNER, A=9)
    ask = a_demand(A=2)
    if at_once:
        await send(inventory_db, firmly(ask, release=True))
    else:
        await send(inventory_db, ask)
        await send(inventory_db, FirmReservation(order_id=ask.order_id, release=True))
    await send(inventory_db, ReleaseToWarehouse(order_id=ask.order_id))

    story = await told(inventory_db, ask.order_id)
    assert [facts["reason"] for name, facts in story if name == "partner-not-ready"] == [
        "no-adapter"
    ] * 2
    assert await task_of(inventory_db, ask.order_id) is None
    assert await shelf(inventory_db, "A") == (9, 2)
    assert await books_balance(inventory_db)

    await send(inventory_db, CancelFulfilment(order_id=ask.order_id))

    assert (await said(inventory_db, ask.order_id))[-1] == "fulfilment-cancelled"
    assert await shelf(inventory_db, "A") == (9, 0)


async def test_releasing_again_tells_the_same_picture_and_moves_nothing(inventory_db):
    await a_warehouse(inventory_db, mode=Mode.DIRECT, A=9)
    order_id = await held(inventory_db, A=2)

    for _ in range(2):
        await send(inventory_db, ReleaseToWarehouse(order_id=order_id))

    story = await told(inventory_db, order_id)
    pictures = [facts for name, facts in story if name == "fulfilment-advanced"]
    assert pictures[0] == pictures[1]
    assert [name for name, _ in story].count("outbound-posted") == 1
    assert await shelf(inventory_db) == (7, 0)


async def test_an_order_goes_through_all_hands(inventory_db):
    await a_warehouse(inventory_db, A=9)

    order_id, _ = await received(inventory_db, A=2)

    story = await told(inventory_db, order_id)
    assert [name for name, _ in story if name != "fulfilment-advanced"] == [
        "stock-reserved",
        "reservation-firmed",
        "pick-task-created",
        "pick-started",
        "pick-completed",
        "outbound-posted",
        "shipment-dispatched",
        "shipment-delivered",
        "shipment-received",
    ]
    pictures = [facts for name, facts in story if name == "fulfilment-advanced"]
    assert [picture["revision"] for picture in pictures] == [1, 2, 3, 4, 5, 6, 7]
    assert [picture["started"] for picture in pictures] == [False] + [True] * 6
    assert [_counts(picture) for picture in pictures] == [
        (0, 0, 0, 0),
        (0, 0, 0, 0),
        (2, 0, 0, 0),
        (2, 2, 0, 0),
        (2, 2, 0, 0),
        (2, 2, 2, 0),
        (2, 2, 2, 2),
    ]
    assert await shelf(inventory_db) == (7, 0)
    assert await books_balance(inventory_db)


async def test_the_last_piece_is_shipped_to_him_who_reserved_it(inventory_db):
    """E-18: what is picked and shipped is the order's own; nobody asks what is available."""
    await a_warehouse(inventory_db, A=1)
    order_id, _ = await posted(inventory_db, A=1)

    assert "outbound-posted" in await said(inventory_db, order_id)
    assert await shelf(inventory_db) == (0, 0)


async def test_a_short_pick_leaves_the_task_open_for_the_rest(inventory_db):
    await a_warehouse(inventory_db, A=10)
    order_id, task_id = await picking_begun(inventory_db, A=10)

    await do(inventory_db, picking.confirm_picks, PICKER, _picks(task_id, {1: 7}))
    before = await said(inventory_db, order_id)
    after = await do(inventory_db, picking.confirm_picks, PICKER, _picks(task_id, {1: 3}))

    assert "pick-completed" not in before
    assert (await said(inventory_db, order_id))[-1] == "pick-completed"
    assert after.task.status is PickStatus.PICKED
    assert await shelf(inventory_db) == (10, 10)


async def test_more_than_what_remains_is_not_confirmed(inventory_db):
    await a_warehouse(inventory_db, A=10)
    _, task_id = await picking_begun(inventory_db, A=10)
    await do(inventory_db, picking.confirm_picks, PICKER, _picks(task_id, {1: 7}))

    refusal = await do(inventory_db, picking.confirm_picks, PICKER, _picks(task_id, {1: 4}))

    assert isinstance(refusal, PickedTooMuch)
    assert refusal.facts["lines"] == [{"line_no": 1, "to_pick": 3, "confirmed": 4}]


async def test_what_is_picked_of_an_unfinished_task_leaves_only_when_asked_for(inventory_db):
    await a_warehouse(inventory_db, A=10)
    _, task_id = await picking_begun(inventory_db, A=10)
    await do(inventory_db, picking.confirm_picks, PICKER, _picks(task_id, {1: 7}))

    refusal = await do(inventory_db, shipping.post_outbounds, KEEPER, _outbound(task_id))
    await do(inventory_db, shipping.post_outbounds, KEEPER, _outbound(task_id, partial=True))
    await do(inventory_db, picking.confirm_picks, PICKER, _picks(task_id, None))
    last = await do(inventory_db, shipping.post_outbounds, KEEPER, _outbound(task_id))

    assert isinstance(refusal, PickNotComplete)
    assert [line.quantity for one in last.shipments for line in one.lines] == [7, 3]
    assert last.state is State.SHIPPED
    assert await shelf(inventory_db) == (0, 0)
    assert await books_balance(inventory_db)


async def test_an_outbound_is_posted_once(inventory_db):
    await a_warehouse(inventory_db, A=9)
    _, task_id = await picked(inventory_db, A=2)

    outcomes = await asyncio.gather(
        *(do(inventory_db, shipping.post_outbounds, KEEPER, _outbound(task_id)) for _ in range(5))
    )

    assert [isinstance(outcome, NothingToPost) for outcome in outcomes].count(False) == 1
    assert await inventory_db.fetchval("SELECT count(*) FROM shipments") == 1
    assert await shelf(inventory_db) == (7, 0)


async def test_who_picked_does_not_post_the_outbound(inventory_db):
    await a_warehouse(inventory_db, A=9)
    _, task_id = await picked(inventory_db, A=2)
    alone = OutboundAsk(task_id, PICKER.user_id)

    refusal = await do(inventory_db, shipping.post_outbounds, PICKER, alone)

    assert isinstance(refusal, SecondPersonNeeded)


async def test_at_a_small_site_one_person_does_both(inventory_db):
    await a_warehouse(inventory_db, one_person=True, A=9)
    order_id, task_id = await picked(inventory_db, A=2)
    alone = OutboundAsk(task_id, PICKER.user_id)

    await do(inventory_db, shipping.post_outbounds, PICKER, alone)

    assert (await said(inventory_db, order_id))[-1] == "outbound-posted"


async def test_nothing_is_picked_for_a_dealer_on_stop(inventory_db):
    await a_warehouse(inventory_db, A=9)
    _, task_id = await queued(inventory_db, A=2)
    await _dealer(inventory_db, "ON_STOP", version=2)
    await _dealer(inventory_db, "ACTIVE", version=1)  # an old state that arrives late

    refusal = await do(inventory_db, picking.start_picks, PICKER, _task(task_id))
    await _dealer(inventory_db, "ACTIVE", version=3)
    begun = await do(inventory_db, picking.start_picks, PICKER, _task(task_id))

    assert isinstance(refusal, DealerOnStop)
    assert begun.task.status is PickStatus.PICKING


async def test_a_task_is_started_once(inventory_db):
    await a_warehouse(inventory_db, A=9)
    _, task_id = await picking_begun(inventory_db, A=2)

    refusal = await do(inventory_db, picking.start_picks, PICKER, _task(task_id))

    assert isinstance(refusal, PickTaskMovedOn)


async def test_a_change_of_what_somebody_else_changed_is_refused(inventory_db):
    await a_warehouse(inventory_db, A=9)
    _, task_id = await picking_begun(inventory_db, A=2)

    refusal = await do(
        inventory_db, picking.confirm_picks, PICKER, _picks(task_id, None), if_match=1
    )

    assert isinstance(refusal, StaleVersion)
    assert refusal.facts["current_version"] == 2


async def test_a_picker_of_another_warehouse_finds_no_such_task(inventory_db):
    await a_warehouse(inventory_db, A=9)
    _, task_id = await queued(inventory_db, A=2)
    foreigner = an_actor(Role.PCK, warehouse_ids=frozenset({uuid7()}))

    refusals = [
        await do(inventory_db, picking.start_picks, foreigner, _task(task_id)),
        await do(inventory_db, picking.start_picks, PICKER, _task(uuid7())),
    ]

    assert [type(refusal) for refusal in refusals] == [NotFound, NotFound]


async def test_a_shipment_only_moves_forward(inventory_db):
    """E-19: what comes late or twice changes nothing."""
    await a_warehouse(inventory_db, A=9)
    order_id, shipment_id = await posted(inventory_db, A=2)
    steps = [
        (shipping.deliver_shipments, DRIVER, DeliverAsk(shipment_id, "李四")),
        (shipping.dispatch_shipments, DRIVER, _dispatch(shipment_id)),
        (shipping.dispatch_shipments, DRIVER, _dispatch(shipment_id)),
        (shipping.receive_shipments, BUYER, ReceiveAsk(shipment_id, BUYER.user_id)),
        (shipping.deliver_shipments, DRIVER, DeliverAsk(shipment_id, "李四")),
        (shipping.receive_shipments, BUYER, ReceiveAsk(shipment_id, BUYER.user_id)),
    ]

    outcomes = [await do(inventory_db, *step) for step in steps]

    assert [isinstance(outcome, Fulfilment) for outcome in outcomes] == [
        False,
        True,
        False,
        True,
        False,
        False,
    ]
    assert all(isinstance(one, ShipmentMovedOn) for one in (outcomes[0], *outcomes[4:]))
    assert (await said(inventory_db, order_id))[-2:] == ["shipment-delivered", "shipment-received"]


async def test_a_carrier_needs_a_tracking_number(inventory_db):
    await a_warehouse(inventory_db, A=9)
    _, shipment_id = await posted(inventory_db, A=2)
    ask = DispatchAsk(shipment_id, DispatchMode.CARRIER)

    refusal = await do(inventory_db, shipping.dispatch_shipments, DRIVER, ask)

    assert isinstance(refusal, TrackingNumberMissing)


async def test_a_dealer_does_not_receive_anothers_shipment(inventory_db):
    await a_warehouse(inventory_db, A=9)
    _, shipment_id = await delivered(inventory_db, A=2)
    other = an_actor(Role.DLR, dealer_id=OTHER_DEALER)
    ask = ReceiveAsk(shipment_id, other.user_id)

    refusal = await do(inventory_db, shipping.receive_shipments, other, ask)

    assert isinstance(refusal, NotFound)


async def test_what_was_delivered_long_ago_counts_as_received(inventory_db):
    await a_warehouse(inventory_db, A=9)
    order_id, _ = await delivered(inventory_db, A=2)

    async with transaction(inventory_db) as tx:
        early = await shipping.receive_overdue(tx, timedelta(days=1), 100)
    async with transaction(inventory_db) as tx:
        due = await shipping.receive_overdue(tx, timedelta(0), 100)

    assert (early, due) == (0, 1)
    assert (await said(inventory_db, order_id))[-1] == "shipment-received"


async def test_two_shipments_of_one_order_are_received_in_one_batch(inventory_db):
    await a_warehouse(inventory_db, A=10)
    order_id, task_id = await picking_begun(inventory_db, A=10)
    for quantity in (7, 3):
        await do(inventory_db, picking.confirm_picks, PICKER, _picks(task_id, {1: quantity}))
        await do(inventory_db, shipping.post_outbounds, KEEPER, _outbound(task_id, partial=True))
    rows = await inventory_db.fetch("SELECT shipment_id FROM shipments")
    both = [row["shipment_id"] for row in rows]
    async with transaction(inventory_db) as tx:
        await shipping.dispatch_shipments(tx, By(DRIVER), [_dispatch(one) for one in both])

    async with transaction(inventory_db) as tx:
        outcomes = await shipping.receive_shipments(tx, By(), [ReceiveAsk(one) for one in both])

    assert outcomes[-1].lines[0].received == 10
    received_now = await inventory_db.fetchval("SELECT received FROM fulfilment_lines")
    assert received_now == 10
    assert (await told(inventory_db, order_id))[-2][1]["shipment_id"] == str(both[1])


@pytest.mark.parametrize("state", [held, queued, picking_begun])
async def test_what_is_not_picked_is_given_back_at_once(inventory_db, state):
    await a_warehouse(inventory_db, A=9)
    reached = await state(inventory_db, A=2)
    order_id = reached[0] if isinstance(reached, tuple) else reached

    for _ in range(2):
        await send(inventory_db, CancelFulfilment(order_id=order_id))

    assert (await said(inventory_db, order_id))[-2:] == ["fulfilment-cancelled"] * 2
    assert await shelf(inventory_db) == (9, 0)
    assert await books_balance(inventory_db)


async def test_what_is_picked_is_given_back_when_it_is_put_back(inventory_db):
    """E-08, S-3: cancelled after picking."""
    await a_warehouse(inventory_db, A=9)
    order_id, task_id = await picked(inventory_db, A=2)

    for _ in range(2):
        await send(inventory_db, CancelFulfilment(order_id=order_id))
    waiting = await shelf(inventory_db)
    refusal = await do(inventory_db, shipping.post_outbounds, KEEPER, _outbound(task_id))
    await do(inventory_db, picking.put_back, PICKER, _task(task_id))
    again = await do(inventory_db, picking.put_back, PICKER, _task(task_id))
    await send(inventory_db, CancelFulfilment(order_id=order_id))

    assert waiting == (9, 2)
    assert isinstance(refusal, NothingToPost)
    assert isinstance(again, PickTaskMovedOn)
    assert (await said(inventory_db, order_id))[-4:] == [
        "put-back-requested",
        "put-back-confirmed",
        "fulfilment-cancelled",
        "fulfilment-cancelled",
    ]
    assert await shelf(inventory_db) == (9, 0)
    assert await books_balance(inventory_db)


@pytest.mark.parametrize("state", [posted, dispatched, delivered, received])
async def test_what_has_left_is_not_given_back(inventory_db, state):
    """E-08, S-3: what is on its way needs a return."""
    await a_warehouse(inventory_db, A=9)
    order_id, _ = await state(inventory_db, A=2)

    await send(inventory_db, CancelFulfilment(order_id=order_id))

    assert (await said(inventory_db, order_id))[-1] == "fulfilment-cancel-declined"
    assert await shelf(inventory_db) == (7, 0)


async def test_a_cancelled_task_cannot_be_confirmed(inventory_db):
    await a_warehouse(inventory_db, A=9)
    order_id, task_id = await picking_begun(inventory_db, A=2)
    await send(inventory_db, CancelFulfilment(order_id=order_id))

    refusal = await do(inventory_db, picking.confirm_picks, PICKER, _picks(task_id, None))

    assert isinstance(refusal, PickTaskMovedOn)
    assert refusal.facts["current_status"] is PickStatus.CANCELLED


async def test_a_cancel_and_an_outbound_at_once_end_in_one_of_both(inventory_db):
    """E-08: whichever comes first; never both, and the books balance."""
    await a_warehouse(inventory_db, A=100)
    orders = [await picked(inventory_db, A=1) for _ in range(20)]

    await asyncio.gather(
        *(send(inventory_db, CancelFulfilment(order_id=order_id)) for order_id, _ in orders),
        *(
            do(inventory_db, shipping.post_outbounds, KEEPER, _outbound(task_id))
            for _, task_id in orders
        ),
    )

    for order_id, _ in orders:
        names = set(await said(inventory_db, order_id))
        assert ("outbound-posted" in names) != ("put-back-requested" in names)
    assert await books_balance(inventory_db)


async def test_numbers_have_no_gaps_though_postings_fail(inventory_db):
    """F-27: parallel postings, some of which are undone at the last moment."""
    await a_warehouse(inventory_db, mode=Mode.DIRECT, A=1_000)
    asks = [a_demand(A=1) for _ in range(300)]
    await send(inventory_db, *asks)

    async def release(number, order_id):
        try:
            async with transaction(inventory_db) as tx:
                firm = FirmReservation(order_id=order_id, release=True)
                await reserving.firm_reservations(tx, [firm])
                if number % 10 == 0:
                    raise PowerCut
        except PowerCut:
            pass

    await asyncio.gather(*(release(number, ask.order_id) for number, ask in enumerate(asks)))

    rows = await inventory_db.fetch("SELECT number FROM shipments")
    numbers = sorted(int(row["number"][-6:]) for row in rows)
    assert numbers == list(range(1, 271))
    assert await books_balance(inventory_db)


class PowerCut(Exception):
    """The end of a transaction in a test."""


async def _dealer(db, status, version):
    state = DealerState(
        version=version,
        dealer_id=DEALER,
        code="JXS-000001",
        name="华南五金",
        status=status,
        tier="CITY",
        province="广东省",
        city="广州市",
        terms=Terms(kind=TermsKind.PREPAID),
        credit_limit_minor=0,
        salesperson_id=None,
        warehouse_id=uuid7(),
    )
    async with transaction(db) as tx:
        await projecting.keep_dealers(tx, [state])


def _counts(picture):
    (line,) = picture["lines"]
    return tuple(line[name] for name in ("picked", "shipped", "delivered", "received"))


def _task(task_id):
    return PickTaskAsk(task_id, PICKER.user_id)


def _picks(task_id, quantities):
    return PickAsk(task_id, PICKER.user_id, quantities)


def _outbound(task_id, *, partial=False):
    return OutboundAsk(task_id, KEEPER.user_id, partial)


def _dispatch(shipment_id):
    return DispatchAsk(shipment_id, DispatchMode.OWN_FLEET)
