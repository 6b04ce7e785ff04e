"""Whose order it is and where it leaves from: both decide who reads it."""

from chassis.auth import Role
from chassis.ids import uuid7
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
