"""Whose order it is and where it leaves from: both decide who reads it."""

from chassis.auth import Role
from chassis.ids import uuid7
from services.orders.domain.order import changed
from tests.builders.edge import an_actor
from tests.builders.orders import waiting_for_confirmation


async def test_who_works_in_a_warehouse_reads_the_orders_that_leave_from_there(counter):
    """P-10: by row-level security, with the lines of the order; others find nothing."""
    order = await counter.has(waiting_for_confirmation())
    mate = an_actor(Role.PCK, warehouse_ids=frozenset({order.warehouse_id, uuid7()}))
    stranger = an_actor(Role.PCK, warehouse_ids=frozenset({uuid7()}))

    found = [
        (await counter.get(f"/orders/{order.order_id}", actor)).status_code
        for actor in (an_actor(Role.PCK), mate, stranger)
    ]
    listed = [
        len((await counter.get("/orders", actor)).json()["items"]) for actor in (mate, stranger)
    ]

    assert found == [200, 200, 404]
    assert listed == [1, 0]


async def test_who_leads_a_territory_reads_the_orders_there_and_decides_none(counter):
    """P-10: he sees what is of the dealers there; only their salesperson acts."""
    order = await counter.has(changed(waiting_for_confirmation(), dealer_id=counter.dealer_id))
    leader, neighbour = (
        an_actor(Role.SAL, territories=frozenset({place})) for place in ("广东省", "广东省/深圳市")
    )
    path = f"/orders/{order.order_id}"

    shown = (await counter.get(path, leader)).json()
    listed = (await counter.get("/orders", leader)).json()["items"]
    hidden = await counter.get(path, neighbour)
    confirmed = [
        (await counter.post(f"{path}/confirm", actor=who)).status_code
        for who in (leader, neighbour)
    ]
    bought = await counter.post(
        "/orders",
        {"dealer_id": str(counter.dealer_id), "lines": [{"sku": "A", "quantity": 1}]},
        leader,
    )

    assert shown["allowed_actions"] == []
    assert [one["order_id"] for one in listed] == [str(order.order_id)]
    assert hidden.status_code == 404
    assert confirmed == [404, 404]
    assert bought.json()["type"].endswith("/unknown-dealer")
