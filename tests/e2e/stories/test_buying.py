"""How a dealer comes to an order: he applies by himself, fills a cart by a file, orders it once."""

import pytest

from deploy.demo import stories
from deploy.demo.client import Refused
from tests.builders.trade import CREDIT, Books, opened

SHEET = "商品编码,数量,单位\n{0},12,\n{1},3,\nNO-SUCH-SKU,1,\n{0},8,\n{1},zwei,\n"


async def test_a_cart_is_filled_by_a_file_and_ordered_once(stage):
    """F-35, P-13, P-14, E-34, E-25: every row has its result; ordered twice, with two keys, it is
    one order, which lives its whole life.
    """
    trade = await opened(stage, "10.00", "20.00", stock=50, terms=CREDIT, limit_minor=1_000_000)
    cart = await trade.buyer.post("/carts", {"name": "月度补货"})
    path = f"/carts/{cart['cart_id']}"

    filled = await trade.buyer.ask(
        "POST",
        f"{path}/quick-order-sheet",
        content=SHEET.format(*trade.skus).encode(),
        headers={"Idempotency-Key": cart["cart_id"], "Content-Type": "text/csv"},
    )
    quote = await trade.buyer.post("/quotes", {"lines": trade.lines(20, 3)})
    first = await trade.buyer.post(f"{path}/submit", {"quote": quote["quote"]})
    again = await trade.buyer.post(f"{path}/submit", {"quote": quote["quote"]})

    assert [(one["line"], one["result"]) for one in filled["results"]] == [
        (2, "ADDED"),
        (3, "ADDED"),
        (4, "UNKNOWN_SKU"),
        (5, "MERGED"),
        (6, "BAD_QUANTITY"),
    ]
    assert (filled["taken"], filled["left_out"]) == (3, 2)
    assert again == first
    [accepted] = first["orders"]
    assert accepted["total_minor"] == quote["total_minor"] == 26_000

    watch = await stage.watch(accepted["order_id"])
    await watch.until_status("PENDING_CONFIRMATION")
    await trade.as_seller(watch, "confirm")
    await trade.fulfil(watch)
    await watch.until_status("COMPLETED")
    assert [row["number"] for row in await trade.buyer.rows("/orders")] == [accepted["number"]]
    assert await trade.books() == Books(receivable=26_000)
    assert await trade.stock() == [(30, 0), (47, 0)]


async def test_a_newcomer_applies_is_screened_and_approved_and_sees_the_prices_of_his_tier(stage):
    """F-47, F-48, F-50, F-51, F-46: the second person gives tier, terms, salesperson, warehouse.
    Moved to another tier he sees its prices; the order from before keeps the ones it had.
    """
    newcomer = await stories.newcomer_becomes_dealer(stage)
    admin, lines = stage.callers["admin"], [{"sku": a_sku(stage), "quantity": 1}]
    dealer = await admin.get(f"/dealers/{newcomer.dealer_id}")
    assert (dealer["status"], dealer["tier"]) == ("ACTIVE", "COUNTY")
    assert (dealer["terms"]["kind"], dealer["salesperson_name"]) == ("PREPAID", "陈志豪")

    county = await newcomer.caller.post("/quotes", {"lines": lines})
    accepted = await newcomer.caller.post("/orders", {"lines": lines, "quote": county["quote"]})
    await admin.post(f"/dealers/{newcomer.dealer_id}/change-tier", {"tier": "CITY"})

    async def quoted():
        return await newcomer.caller.post("/quotes", {"lines": lines})

    city = await stage.wait_for(
        "a price of the new tier", quoted, lambda quote: quote["lines"] != county["lines"]
    )
    watch = await stage.watch(accepted["order_id"])
    order = await watch.until_status("PENDING_CONFIRMATION")
    assert city["total_minor"] < county["total_minor"] == order["total_minor"]
    await newcomer.caller.post(f"/orders/{watch.order_id}/cancel", {"reason": "试单"})
    await watch.until_status("CANCELLED")


def a_sku(stage):
    return stage.loaded.company.products[0].sku


async def test_a_dealer_learns_no_limit_and_no_price_of_another(stage):
    """E-29, E-27, P-10: foreign accounts, orders, dealers and prices answer as missing ones do."""
    trade = await opened(stage, "10.00", stock=5, terms=CREDIT, limit_minor=100_000)
    other = await opened(stage, "10.00")
    watch = await trade.order(1)

    for path in (
        f"/accounts/{trade.dealer_id}",
        f"/accounts/{trade.dealer_id}/entries",
        f"/orders/{watch.order_id}",
        f"/orders/{watch.order_id}/timeline",
        f"/dealers/{trade.dealer_id}",
    ):
        with pytest.raises(Refused) as foreign:
            await other.buyer.get(path)
        assert foreign.value.status == 404
    with pytest.raises(Refused) as priced:
        body = {"dealer_id": trade.dealer_id, "lines": trade.lines(1)}
        await other.buyer.post("/quotes", body)
    assert priced.value.status == 404

    await trade.as_seller(watch, "cancel", {"reason": "试单"})
    await watch.until_status("CANCELLED")
