"""What a promise is worth: given once, kept at its price and from its warehouse, taken back."""

import asyncio

import pytest

from deploy.demo import steps
from deploy.demo.client import Caller, Refused
from tests.builders.trade import CREDIT, OTHER_HOUSE, Books, opened

DEPOSIT = {"kind": "DEPOSIT", "deposit_percent": 30}
WHY = {"reason": "改主意"}


def of(refusal):
    return refusal.value.status, refusal.value.slug


async def test_an_order_is_cancelled_at_each_state_before_anybody_picks(stage):
    """E-08, S-3: as it is submitted, on hold, to be confirmed, confirmed, and paid: goods and
    money come back. Once it is confirmed, the dealer asks his salesperson.
    """
    trade = await opened(stage, "100.00", stock=500, terms=DEPOSIT, limit_minor=500_000)

    submitted = await trade.submit(10)
    await trade.buyer.post(f"/orders/{submitted.order_id}/cancel", WHY)

    held = await trade.submit(100)  # 7,000.00 of it are to be owed, and the limit is 5,000.00
    await held.until_status("ON_HOLD")
    await trade.buyer.post(f"/orders/{held.order_id}/cancel", WHY)

    pending = await trade.submit(10)
    await pending.until_status("PENDING_CONFIRMATION")
    await trade.buyer.post(f"/orders/{pending.order_id}/cancel", WHY)

    confirmed = await trade.order(10)
    with pytest.raises(Refused) as by_dealer:
        await trade.buyer.post(f"/orders/{confirmed.order_id}/cancel", WHY)
    await trade.as_seller(confirmed, "cancel", WHY)

    paid = await trade.order(10)
    await trade.pay(30_000, paid)
    await trade.task(paid)
    await trade.as_seller(paid, "cancel", WHY)

    for watch in (submitted, held, pending, confirmed, paid):
        await watch.until_status("CANCELLED")
    assert of(by_dealer) == (409, "confirmed-already")
    assert await trade.books() == Books(wallet=30_000)
    assert await trade.stock() == [(500, 0)]


async def test_a_picked_order_is_cancelled_when_its_goods_are_put_back(stage):
    """E-08, S-3, F-23: until then they are nobody else's; the money goes to the wallet."""
    trade = await opened(stage, "100.00", stock=10)
    watch = await trade.order(10)
    await trade.pay(100_000, watch)
    task = await trade.pick(await trade.start(watch))

    await trade.as_seller(watch, "cancel", WHY)
    await watch.until_told("inventory.put-back-requested.v1")
    assert await trade.stock() == [(10, 10)]
    picker = await stage.caller("pck.gz")
    await picker.post(f"/pick-tasks/{task['pick_task_id']}/put-back")

    order = await watch.until_status("CANCELLED")
    assert (order["payment_status"], order["returned_minor"]) == ("REFUNDED", 100_000)
    assert await trade.books() == Books(wallet=100_000)
    assert await trade.stock() == [(10, 0)]


async def test_an_order_of_which_goods_have_left_is_not_cancelled_and_goes_on(stage):
    """E-08, S-3, F-24: the first outbound is the pivot; the answer names the shipment."""
    trade = await opened(stage, "100.00", stock=10)
    watch = await trade.order(10)
    await trade.pay(100_000, watch)
    shipment = await trade.send_out(await trade.pick(await trade.start(watch)))
    await watch.until("出库", lambda order: bool(order["shipments"]))

    with pytest.raises(Refused) as refusal:
        await trade.as_seller(watch, "cancel", WHY)

    assert of(refusal) == (409, "already-shipped")
    assert refusal.value.problem["shipments"] == [shipment["number"]]
    await trade.bring(shipment)
    await watch.until_status("COMPLETED")
    assert await trade.books() == Books()
    assert await trade.stock() == [(0, 0)]


async def test_two_salespeople_confirm_at_once_and_the_promise_is_given_once(stage):
    """F-55, E-25: two desks of the same salesperson, each with a key of its own, five times."""
    trade = await opened(stage, "100.00", stock=10, terms=CREDIT, limit_minor=100_000)
    password = stage.logins.password(steps.SALESPERSON)
    async with (
        Caller(stage.url, steps.SALESPERSON) as one,
        Caller(stage.url, steps.SALESPERSON) as other,
    ):
        for desk in (one, other):
            await desk.log_in(password)
        watches = await asyncio.gather(*(trade.submit(1) for _ in range(5)))
        for watch in watches:
            await watch.until_status("PENDING_CONFIRMATION")
        outcomes = [
            await asyncio.gather(
                *(desk.post(f"/orders/{watch.order_id}/confirm") for desk in (one, other)),
                return_exceptions=True,
            )
            for watch in watches
        ]

    for watch, outcome in zip(watches, outcomes, strict=True):
        [refused] = [told for told in outcome if isinstance(told, Refused)]
        assert (refused.status, refused.slug) == (409, "wrong-state")
        await watch.until_told("orders.order-confirmed.v1")
        story = await trade.buyer.get(f"/orders/{watch.order_id}/timeline")
        told = [event["type"] for event in story["events"]]
        assert told.count("orders.order-confirmed.v1") == 1
    assert await trade.stock() == [(10, 5)]
    assert await trade.books() == Books(held=50_000)

    for watch in watches:
        await trade.as_seller(watch, "cancel", WHY)
    for watch in watches:
        await watch.until_status("CANCELLED")
    assert await trade.stock() == [(10, 0)]
    assert await trade.books() == Books()


async def test_a_dealer_changes_his_warehouse_and_open_orders_stay_where_they_are(stage):
    """F-53: what was promised from one warehouse leaves from there; new orders go to the other."""
    trade = await opened(stage, "100.00", stock=10, terms=CREDIT, limit_minor=200_000)
    there = trade.at(OTHER_HOUSE)
    await there.bring_in({trade.skus[0]: 10})
    open_order = await trade.order(4)

    new_home = stage.loaded.warehouses[OTHER_HOUSE]
    await stage.callers["admin"].ask(
        "PATCH", f"/dealers/{trade.dealer_id}", json={"warehouse_id": new_home}
    )

    async def ordered_from_there():
        """The news of the change takes a moment; an order before it goes to the old one."""
        watch = await trade.submit(3)
        order = await watch.until_status("PENDING_CONFIRMATION")
        if order["warehouse_id"] == new_home:
            return watch
        await trade.buyer.post(f"/orders/{watch.order_id}/cancel", WHY)
        await watch.until_status("CANCELLED")
        return None

    new_order = await stage.wait_for("an order from there", ordered_from_there, bool)
    assert (await trade.stock(), await there.stock()) == ([(10, 4)], [(10, 3)])

    await trade.fulfil(open_order)
    await trade.as_seller(new_order, "confirm")
    await there.fulfil(new_order)
    for watch in (open_order, new_order):
        await watch.until_status("COMPLETED")
    assert (await trade.stock(), await there.stock()) == ([(6, 0)], [(7, 0)])
    assert await trade.books() == Books(receivable=70_000)
