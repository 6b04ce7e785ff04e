"""What an order is loaded with after waiting for its lock is what the other one left behind."""

import asyncio

from chassis.db import transaction
from chassis.ids import uuid7
from services.orders.commands.projecting import keep_dealers, keep_products
from services.orders.commands.submitting import submit_orders
from services.orders.store import orders as store
from tests.builders.locks import held_by_one_who_waits, until_one_waits
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
        await tx.execute(
            "UPDATE orders SET note = 'new', lines = replace(lines::text, '螺丝刀', 'new')::json"
        )
    loaded = await waiting

    assert (loaded.note, {line.name for line in loaded.lines}) == ("new", {"new"})


async def test_orders_are_locked_in_the_order_of_their_ids(orders_db):
    dealer, (low, high) = a_dealer_state(), (uuid7(), uuid7())
    async with transaction(orders_db) as tx:
        await keep_dealers(tx, [dealer])
        await keep_products(tx, [a_product("SKU-1"), a_product("SKU-2")])
        for order_id in (high, low):
            await submit_orders(tx, [a_submission(order_id=order_id, dealer_id=dealer.dealer_id)])

    row = "SELECT 1 FROM orders WHERE order_id = $1 FOR NO KEY UPDATE SKIP LOCKED"
    assert not await held_by_one_who_waits(orders_db, store.lock_orders, low, high, row)
