"""An order that its home warehouse cannot fill alone goes from two."""

from tests.builders.trade import CREDIT, HOUSE, OTHER_HOUSE, Books, opened

LIMIT = 10_000_000


async def test_one_here_and_three_there_are_one_order_of_four(stage):
    """P-17, E-17, F-54: two pick tasks in two warehouses, two shipments, two invoices."""
    trade = await opened(
        stage, "10.00", stock=1, terms=CREDIT, limit_minor=LIMIT, house=OTHER_HOUSE
    )
    there = trade.at(HOUSE)
    await there.bring_in({trade.skus[0]: 3})
    admin, home = stage.callers["admin"], stage.loaded.warehouses[OTHER_HOUSE]
    helpers = {"alternatives": [stage.loaded.warehouses[HOUSE]]}
    await admin.post(f"/warehouses/{home}/change", helpers)
    try:
        watch = await trade.order(4)
    finally:
        await admin.post(f"/warehouses/{home}/change", {"alternatives": []})
    assert (await trade.stock(), await there.stock()) == ([(1, 1)], [(3, 3)])

    first = await trade.fulfil(watch)
    partly = await watch.until("1 received", lambda order: order["lines"][0]["received"] == 1)
    second = await there.fulfil(watch)
    order = await watch.until_status("COMPLETED")

    assert partly["fulfilment_status"] == "PARTIALLY_SHIPPED"
    shipments = await trade.buyer.rows("/shipments", order_id=watch.order_id)
    names = {row["warehouse_id"]: row["warehouse_name"] for row in shipments}
    assert names.keys() == {home, stage.loaded.warehouses[HOUSE]}
    assert all(names.values())
    invoices = await trade.buyer.rows("/invoices", order_id=watch.order_id)
    assert {one["shipment_id"]: one["gross_minor"] for one in invoices} == {
        first["shipment_id"]: 1_000,
        second["shipment_id"]: 3_000,
    }
    assert order["total_minor"] == 4_000
    assert await trade.books() == Books(receivable=4_000)
    assert (await trade.stock(), await there.stock()) == ([(0, 0)], [(0, 0)])
