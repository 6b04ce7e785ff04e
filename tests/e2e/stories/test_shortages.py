"""Orders that stock does not cover: what is there leaves, the rest follows or is given up."""

import time

import pytest

from deploy.demo.client import Refused
from tests.builders.trade import CREDIT, Books, opened

LIMIT = 10_000_000
SECONDS_MAX = 5


async def until_owed(watch, quantity):
    """The order, when so much of it is backordered."""
    return await watch.until(f"{quantity} owed", lambda order: order["backordered"] == quantity)


async def test_a_short_pick_is_backordered_and_an_inbound_sends_the_rest_after_it(stage):
    """P-03, F-23, F-57, F-67, F-74, E-03, E-13, I-3: of ten the picker finds seven, which leave and
    are invoiced. Three come in, are held for the order within 5 s, leave and are invoiced: the
    invoices are the order. What was not found stays on the book until somebody counts.
    """
    trade = await opened(stage, "33.333333", stock=10, terms=CREDIT, limit_minor=LIMIT)
    watch = await trade.order(10)
    task = await trade.start(watch)
    await trade.pick(task, {1: 7})
    task = await trade.short(task, {1: 3})
    await until_owed(watch, 3)
    first = await trade.send_out(task)
    await trade.bring(first)
    partly = await watch.until("7 received", lambda order: order["lines"][0]["received"] == 7)
    assert (partly["status"], partly["fulfilment_status"]) == ("IN_FULFILMENT", "PARTIALLY_SHIPPED")
    assert "3" in partly["display_zh"]
    assert await trade.stock() == [(3, 0)]

    began = time.monotonic()
    await trade.bring_in({trade.skus[0]: 3})
    await until_owed(watch, 0)
    assert time.monotonic() - began < SECONDS_MAX
    await watch.until_told("inventory.backorder-allocated.v1")
    second = await trade.fulfil(watch)
    order = await watch.until_status("COMPLETED")

    invoices = await trade.buyer.rows("/invoices", order_id=watch.order_id)
    shipments = {first["shipment_id"], second["shipment_id"]}
    assert {one["shipment_id"] for one in invoices} == shipments
    assert [one["gross_minor"] for one in reversed(invoices)] == [23_333, 10_000]
    assert order["total_minor"] == 33_333
    assert await trade.books() == Books(receivable=33_333)
    assert await trade.stock() == [(3, 0)]


async def test_an_order_that_ships_in_part_waits_for_goods_by_priority_and_age(stage):
    """P-03, F-67, E-17: two orders of six with stock for eight, so the second waits for four; what
    comes in is the older one's first, and a third order does not overtake it.
    """
    trade = await opened(stage, "10.00", stock=8, terms=CREDIT, limit_minor=LIMIT)
    partly = {"shortage": "SHIP_PARTIAL"}
    whole, waiting, later = [await trade.submit(count, **partly) for count in (6, 6, 3)]
    for watch, owed in ((whole, 0), (waiting, 4), (later, 3)):
        await watch.until_status("PENDING_CONFIRMATION")
        await until_owed(watch, owed)
        await trade.as_seller(watch, "confirm")

    await trade.bring_in({trade.skus[0]: 5})
    await until_owed(waiting, 0)
    await until_owed(later, 2)
    await trade.bring_in({trade.skus[0]: 2})
    await until_owed(later, 0)
    for watch in (whole, waiting, later):
        order = await received_whole(trade, watch)
        assert order["covered_minor"] == 0
    assert await trade.books() == Books(receivable=15_000)
    assert await trade.stock() == [(0, 0)]


async def received_whole(trade, watch):
    """Picked, sent and received by as many tasks as it takes; the order at its end."""
    while (order := await trade.buyer.get(f"/orders/{watch.order_id}"))["status"] != "COMPLETED":
        await trade.fulfil(watch)
        await watch.until(
            "the shipment received",
            lambda order: (
                all(one["status"] == "RECEIVED" for one in order["shipments"])
                and (order["status"] == "COMPLETED" or order["queue"] == "PCK")
            ),
        )
    return order


async def test_what_never_came_is_given_up_and_its_money_goes_to_the_wallet(stage):
    """P-03, S-4, F-57, I-3, I-9: ten are paid, seven found; the salesperson closes the rest. The
    order ends CLOSED_SHORT at the share that left; what was paid for the rest is in the wallet.
    """
    trade = await opened(stage, "33.333333", stock=10)
    watch = await trade.order(10)
    await trade.pay(33_333, watch)
    task = await trade.start(watch)
    await trade.pick(task, {1: 7})
    task = await trade.short(task, {1: 3})
    await until_owed(watch, 3)
    shipment = await trade.send_out(task)
    await watch.until("出库", lambda order: bool(order["shipments"]))

    with pytest.raises(Refused) as by_dealer:
        await trade.buyer.post(f"/orders/{watch.order_id}/close-remainder", {"reason": "停产"})
    await trade.as_seller(watch, "close-remainder", {"reason": "停产"})
    await trade.bring(shipment)
    order = await watch.until_status("CLOSED_SHORT")

    [line] = order["lines"]
    assert by_dealer.value.status == 403
    assert (line["quantity"], line["shipped"], line["closed"], line["backordered"]) == (10, 7, 3, 0)
    assert (order["total_minor"], order["covered_minor"]) == (23_333, 23_333)
    assert await trade.books() == Books(wallet=10_000)
    assert await trade.stock() == [(3, 0)]
