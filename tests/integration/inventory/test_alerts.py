"""Low stock is told once, until it recovers (F-26)."""

from uuid import UUID

import pytest

from chassis.auth import Role
from chassis.db import transaction
from contracts.inventory import CancelFulfilment
from services.inventory.app import SERVICE
from services.inventory.commands import alerting
from tests.builders.edge import a_key, an_actor, serving
from tests.builders.inventory import KEEPER, MAIN, a_warehouse, held, send, told

NORTH = UUID(int=2)


@pytest.fixture
async def api(inventory_db):
    async with serving(SERVICE, inventory_db) as client:
        yield client


async def set_threshold(api, actor=KEEPER, **line):
    body = {"warehouse_id": str(MAIN), "lines": [{"sku": "A"} | line]}
    return await api(actor).post("/stock/thresholds", json=body, headers=a_key())


async def looked(db):
    """How many alerts and all-clears one look finds."""
    async with transaction(db) as tx:
        return await alerting.raise_alerts(tx, 200)


async def alerts(db):
    return [name for name, _ in await told(db) if name in {"stock-ran-low", "stock-recovered"}]


async def test_crossing_a_threshold_tells_once_until_it_has_recovered(api, inventory_db):
    """F-26: between the two levels nothing is told, in either direction."""
    await a_warehouse(inventory_db, A=10)
    await set_threshold(api, low_below=5, recovered_from=8)

    enough = await looked(inventory_db)
    orders = [await held(inventory_db, A=4), await held(inventory_db, A=2)]
    first, second = await looked(inventory_db), await looked(inventory_db)
    await send(inventory_db, CancelFulfilment(order_id=orders[1]))
    six_are_there = await looked(inventory_db)
    await send(inventory_db, CancelFulfilment(order_id=orders[0]))
    recovered = await looked(inventory_db)
    await held(inventory_db, A=3)
    between = await looked(inventory_db)

    assert (enough, first, second, six_are_there, recovered, between) == (0, 1, 0, 0, 1, 0)
    assert await alerts(inventory_db) == ["stock-ran-low", "stock-recovered"]
    low = next(facts for name, facts in await told(inventory_db) if name == "stock-ran-low")
    assert (low["warehouse"], low["sku"], low["available"], low["low_below"]) == (
        "广州仓",
        "A",
        4,
        5,
    )


async def test_what_is_low_is_listed_and_switched_off(api, inventory_db):
    await a_warehouse(inventory_db, A=3, B=3)
    await set_threshold(api, low_below=5)
    await looked(inventory_db)

    low = (await api(KEEPER).get("/stock/thresholds", params={"low": True})).json()["items"]
    await set_threshold(api, low_below=0)
    cleared = await looked(inventory_db)
    none = (await api(KEEPER).get("/stock/thresholds", params={"low": True})).json()["items"]

    assert [(one["sku"], one["available"], one["recovered_from"]) for one in low] == [("A", 3, 6)]
    assert (cleared, none) == (1, [])
    assert await alerts(inventory_db) == ["stock-ran-low", "stock-recovered"]


async def test_a_sku_that_never_lay_there_is_low(api, inventory_db):
    await a_warehouse(inventory_db, B=1)
    await a_warehouse(inventory_db, warehouse_id=NORTH, A=9)
    await set_threshold(api, low_below=1)

    assert await looked(inventory_db) == 1
    assert (await told(inventory_db))[-1][1]["available"] == 0


async def test_a_threshold_needs_a_product_a_warehouse_and_a_band(api, inventory_db):
    await a_warehouse(inventory_db, A=1)
    foreign = an_actor(Role.WHS, warehouse_ids=frozenset({NORTH}))

    upside_down = await set_threshold(api, low_below=5, recovered_from=4)
    unknown = await set_threshold(api, sku="B", low_below=5)
    elsewhere = await set_threshold(api, foreign, low_below=5)
    picker = await set_threshold(api, an_actor(Role.PCK), low_below=5)

    assert upside_down.json()["faults"][0]["pointer"] == "/lines/0/recovered_from"
    assert unknown.status_code == 422
    assert (elsewhere.status_code, picker.status_code) == (404, 403)
