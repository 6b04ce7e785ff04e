"""What is available to promise, as dealers and staff see it."""

import pytest

from chassis.auth import Role
from chassis.ids import uuid7
from contracts.dealers import Shortage
from services.inventory.app import SERVICE
from tests.builders.edge import an_actor, serving
from tests.builders.inventory import BUYER, KEEPER, MAIN, OTHER_DEALER, a_warehouse, held

NUMBERS = ("available", "backordered", "incoming")


@pytest.fixture
async def api(inventory_db):
    async with serving(SERVICE, inventory_db) as client:
        yield client


async def _dealer(db, dealer_id, warehouse_id):
    await db.execute(
        """
        INSERT INTO dealers (dealer_id, version, code, name, status, home_warehouse_id)
        VALUES ($1, 1, $3, '华南五金', 'ACTIVE', $2)
        """,
        dealer_id,
        warehouse_id,
        f"JXS-{dealer_id.int}",
    )


async def test_staff_see_numbers_and_a_dealer_a_signal_and_a_day(api, inventory_db):
    """P-02, E-29."""
    await a_warehouse(inventory_db, A=9)
    await held(inventory_db, A=4)
    await held(inventory_db, shortage=Shortage.SHIP_PARTIAL, A=6)
    await inventory_db.execute("UPDATE stock SET on_hand = on_hand + 4")
    await _dealer(inventory_db, BUYER.dealer_id, MAIN)
    asked = {"sku": "A", "quantity": 3}

    staff = await api(KEEPER).get("/stock/availability", params=asked | {"warehouse_id": str(MAIN)})
    nowhere = await api(KEEPER).get("/stock/availability", params=asked)
    dealer = await api(BUYER).get("/stock/availability", params=asked)

    assert [staff.json()[name] for name in NUMBERS] == [3, 1, 0]
    assert nowhere.json()["faults"][0]["pointer"] == "/warehouse_id"
    assert [dealer.json()[name] for name in NUMBERS] == [None] * 3
    assert dealer.json()["signal"] == staff.json()["signal"] == "IN_STOCK"
    assert dealer.json()["promised_on"] == staff.json()["promised_on"]


async def test_a_dealer_learns_nothing_of_other_warehouses(api, inventory_db):
    """E-29: foreign and missing answer alike."""
    await a_warehouse(inventory_db, A=9)
    elsewhere = uuid7()
    await a_warehouse(inventory_db, warehouse_id=elsewhere, A=9)
    await _dealer(inventory_db, BUYER.dealer_id, MAIN)
    await _dealer(inventory_db, OTHER_DEALER, elsewhere)
    stranger = an_actor(Role.WHS, warehouse_ids=frozenset({elsewhere}))

    answers = [
        await api(actor).get("/stock/availability", params={"sku": sku, "warehouse_id": str(place)})
        for actor, sku, place in (
            (BUYER, "A", elsewhere),
            (BUYER, "A", uuid7()),
            (BUYER, "NONE", MAIN),
            (stranger, "A", MAIN),
        )
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({answer.json()["type"] for answer in answers}) == 1
