"""Messages as they come: whole lives in one batch, every message twice, and time that passes."""

import asyncio
import random
from uuid import UUID

from chassis.consumer import Dispatch
from contracts.catalog import ProductState, ProductStatus
from contracts.inventory import CancelFulfilment, FirmReservation, ReleaseToWarehouse
from services.inventory import timers
from services.inventory.app import SERVICE
from services.inventory.consumers import SUBSCRIPTIONS
from services.inventory.domain.fulfilment import Mode
from tests.builders.chassis import a_delivery
from tests.builders.edge import serving
from tests.builders.inventory import (
    a_demand,
    a_warehouse,
    books_balance,
    delivered,
    held,
    said,
    shelf,
)


async def test_whole_lives_in_one_batch_with_every_message_twice(inventory_db):
    await a_warehouse(inventory_db, mode=Mode.DIRECT, A=100)
    asks = [a_demand(A=1) for _ in range(30)]
    messages = [
        message
        for ask in asks
        for message in (
            ask,
            FirmReservation(order_id=ask.order_id, release=False),
            ReleaseToWarehouse(order_id=ask.order_id),
            CancelFulfilment(order_id=ask.order_id),
        )
    ]
    deliveries = [a_delivery(message) for message in messages]
    dispatch = Dispatch(inventory_db, SUBSCRIPTIONS)

    await dispatch.deliver([one for delivery in deliveries for one in (delivery, delivery)])
    await dispatch.deliver(deliveries)

    for ask in asks:
        assert await said(inventory_db, ask.order_id) == [
            "stock-reserved",
            "reservation-firmed",
            "fulfilment-advanced",
            "outbound-posted",
            "shipment-received",
            "fulfilment-cancel-declined",
        ]
    assert await shelf(inventory_db) == (70, 0)
    assert await books_balance(inventory_db)


async def test_the_same_command_in_two_messages_has_its_effect_once(inventory_db):
    """The saga asks again when an answer is late: another message, the same order."""
    await a_warehouse(inventory_db, A=100)
    ask = a_demand(A=2)
    firm = FirmReservation(order_id=ask.order_id, release=True)
    messages = (ask, ask, firm, firm)

    await Dispatch(inventory_db, SUBSCRIPTIONS).deliver([a_delivery(one) for one in messages])

    assert await said(inventory_db, ask.order_id) == [
        "stock-reserved",
        "stock-reserved",
        "fulfilment-advanced",
        "pick-task-created",
        "fulfilment-advanced",
    ]
    assert await shelf(inventory_db) == (100, 2)


async def test_two_consumers_never_stop_each_other(inventory_db):
    """Each batch reserves for some orders and ships others, all of the same goods."""
    goods = {f"S{number}": 10_000 for number in range(40)}
    await a_warehouse(inventory_db, mode=Mode.DIRECT, **goods)

    async def consumer(seed):
        chance, dispatch, before = random.Random(seed), Dispatch(inventory_db, SUBSCRIPTIONS), []
        for _ in range(8):
            asks = [a_demand(**dict.fromkeys(chance.sample(sorted(goods), 5), 1)) for _ in "0" * 9]
            firms = [FirmReservation(order_id=ask.order_id, release=True) for ask in before]
            await dispatch.deliver([a_delivery(message) for message in (*asks, *firms)])
            before = asks

    await asyncio.gather(*(consumer(seed) for seed in range(3)))

    assert (await said(inventory_db)).count("shipment-received") == 3 * 7 * 9
    assert await books_balance(inventory_db)


async def test_the_newest_state_of_a_product_is_kept(inventory_db):
    states = [
        ProductState(
            version=version,
            sku="A",
            name=name,
            category="五金",
            unit="件",
            tax_rate_bp=1_300,
            status=ProductStatus.ACTIVE,
        )
        for version, name in ((2, "新名"), (1, "旧名"))
    ]

    await Dispatch(inventory_db, SUBSCRIPTIONS).deliver([a_delivery(state) for state in states])

    assert await inventory_db.fetchval("SELECT name FROM products") == "新名"


async def test_timers_do_what_is_due(inventory_db):
    await a_warehouse(inventory_db, A=100)
    soft = await held(inventory_db, firm=False, A=2)
    waiting, _ = await delivered(inventory_db, A=1)
    at_once = {"reservation_lifetime_hours": 1e-9, "receive_after_days": 1e-9}

    async with serving(SERVICE, inventory_db, **at_once) as api:
        expired = [await timers.expire_reservations(api.runtime) for _ in range(2)]
        taken = [await timers.receive_overdue(api.runtime) for _ in range(2)]

    assert (expired, taken) == ([1, 0], [1, 0])
    assert (await said(inventory_db, soft))[-1] == "reservation-expired"
    assert (await said(inventory_db, waiting))[-1] == "shipment-received"


async def test_timers_leave_alone_what_is_not_due(inventory_db):
    await a_warehouse(inventory_db, A=100)
    await held(inventory_db, firm=False, A=2)
    await delivered(inventory_db, A=1)

    async with serving(SERVICE, inventory_db) as api:
        assert await timers.expire_reservations(api.runtime) == 0
        assert await timers.receive_overdue(api.runtime) == 0


async def test_a_cancel_leaves_a_tombstone_without_a_number(inventory_db):
    order_id = UUID(int=9)

    await Dispatch(inventory_db, SUBSCRIPTIONS).deliver(
        [a_delivery(CancelFulfilment(order_id=order_id)) for _ in range(2)]
    )

    assert await said(inventory_db, order_id) == ["fulfilment-cancelled"] * 2
    assert await inventory_db.fetchval("SELECT count(*) FROM fulfilments") == 1
