"""What becomes of a dealer's open orders when he is stopped, suspended, and let go on."""

import pytest

from deploy.demo.client import Refused
from tests.builders.trade import CREDIT, Books, opened

WHY = {"reason": "逾期未付"}


async def stands(stage, trade, action, body=None):
    """An administrator changes the dealer's standing."""
    await stage.callers["admin"].post(f"/dealers/{trade.dealer_id}/{action}", body)


def held_by_dealer(order):
    return order["status"] == "ON_HOLD" and "DEALER" in str(order["holds"])


async def refused_orders(stage, trade):
    """New orders are refused, once orders has heard of it."""

    async def told():
        try:
            watch = await trade.submit(1)
        except Refused as refusal:
            return refusal.slug
        await trade.buyer.post(f"/orders/{watch.order_id}/cancel", WHY)
        await watch.until("cancelled", lambda order: order["status"] == "CANCELLED")
        return ""

    return await stage.wait_for("new orders to be refused", told, bool)


async def test_a_dealer_who_is_stopped_has_his_orders_held_and_reinstated_they_go_on(stage):
    """F-50, P-20: one order is not confirmed, one not paid, one on its way. The first two stop on
    hold DEALER, which no salesperson releases; the third arrives. Reinstated, both go on.
    """
    trade = await opened(stage, "10.00", stock=50)
    shipped = await trade.order(10)
    await trade.pay(10_000, shipped)
    shipment = await trade.send_out(await trade.pick(await trade.start(shipped)))
    unpaid = await trade.order(10)
    unconfirmed = await trade.submit(10)
    await unconfirmed.until_status("PENDING_CONFIRMATION")

    await stands(stage, trade, "stop", WHY)
    for watch in (unpaid, unconfirmed):
        await watch.until("on hold DEALER", held_by_dealer)
    with pytest.raises(Refused) as by_sales:
        await trade.as_seller(unpaid, "release-hold", {"kind": "DEALER"})
    assert by_sales.value.status == 403
    assert await refused_orders(stage, trade) == "dealer-not-active"
    await trade.bring(shipment)
    await shipped.until_status("COMPLETED")

    await stands(stage, trade, "reinstate")
    await unconfirmed.until_status("PENDING_CONFIRMATION")
    await trade.as_seller(unconfirmed, "confirm")
    for watch in (unpaid, unconfirmed):
        await watch.until_status("CONFIRMED")
        await trade.pay(10_000, watch)
        await trade.fulfil(watch)
        await watch.until_status("COMPLETED")
    assert await trade.books() == Books()
    assert await trade.stock() == [(20, 0)]


async def test_a_dealer_who_is_suspended_finishes_his_open_orders(stage):
    """F-50: new orders are refused; the one that is open is confirmed, picked and received."""
    trade = await opened(stage, "10.00", stock=50, terms=CREDIT, limit_minor=50_000)
    watch = await trade.submit(10)
    await watch.until_status("PENDING_CONFIRMATION")

    await stands(stage, trade, "suspend", WHY)
    assert await refused_orders(stage, trade) == "dealer-not-active"
    await trade.as_seller(watch, "confirm")
    await trade.fulfil(watch)
    await watch.until_status("COMPLETED")
    assert await trade.books() == Books(receivable=10_000)
    assert await trade.stock() == [(40, 0)]
