"""What an order is loaded with after waiting for its lock is what the other one left behind."""

import asyncio

from chassis.db import transaction
from services.orders.commands.projecting import keep_dealers, keep_products
from services.orders.commands.submitting import submit_orders
from services.orders.store import orders as store
from tests.builders.locks import until_one_waits
from tests.builders.orders import a_dealer_state, a_submission
from tests.integration.orders.test_commands import a_product


async def test_lines_and_order_are_of_one_moment(orders_db):
    dealer = a_dealer_state()
    async with transaction(orders_db) as tx:
        await keep_dealers(tx, [dealer])
        await keep_products(tx, [a_product("SKU-1"), a_product("SKU-2")])
        [order] = await submit_orders(tx, [a_submission(dealer_id=dealer.dealer_id)])

    async def load():
        async with transaction(orders_db) as tx:
            return (await store.lock_orders(tx, [order.order_id]))[order.order_id]

    async with transaction(orders_db) as tx:
        await store.lock_orders(tx, [order.order_id])
        waiting = asyncio.create_task(load())
        await until_one_waits(orders_db)
        await tx.execute("UPDATE orders SET note = 'new'")
        await tx.execute("UPDATE order_lines SET name = 'new'")
    loaded = await waiting

    assert (loaded.note, {line.name for line in loaded.lines}) == ("new", {"new"})
