"""Money that comes about when an unpaid order expires: order, wallet and stock always agree."""

from datetime import timedelta

import pytest

from chassis.db import transaction
from chassis.ids import uuid7
from contracts.orders import TimeOutOrder
from services.billing.commands.receipts import record_receipts
from services.billing.domain.covering import Share
from services.billing.domain.receipts import Method, RecordReceipt
from services.orders.commands.going_on import time_out_orders
from tests.builders.orders import PREPAID
from tests.saga.world import World, confirming_itself, now

ONLINE = confirming_itself(PREPAID).model_copy(update={"pay_within_hours": 2})
TOTAL_MINOR = 20_000


class Shop:
    """One dealer who pays online, and his order of two pieces that nobody has paid."""

    def __init__(self, world, dealer, order):
        self.world, self.dealer, self.order = world, dealer, order

    async def pays(self):
        ask = RecordReceipt(
            receipt_id=uuid7(),
            dealer_id=self.dealer.dealer_id,
            method=Method.ALIPAY,
            amount_minor=TOTAL_MINOR,
            by=uuid7(),
            received_on=now().date(),
            reference=f"{uuid7()}",
            shares=(Share(self.order.order_id, TOTAL_MINOR),),
        )
        async with transaction(self.world.db["billing"]) as tx:
            assert await record_receipts(tx, [ask]) == [None]

    async def two_hours_pass(self):
        """Since the order was confirmed; the timer looks."""
        db = self.world.db["orders"]
        await db.execute(
            "UPDATE orders SET confirmed_at = confirmed_at - $1::interval", timedelta(hours=2)
        )
        row = await db.fetchrow("SELECT order_id, at, attempt FROM orders")
        timer = TimeOutOrder(order_id=row["order_id"], step=row["at"], attempt=row["attempt"])
        async with transaction(db) as tx:
            await time_out_orders(tx, [timer])

    async def books(self):
        """Status of the order, money in the wallet, pieces reserved and pieces that left."""
        billing, inventory = self.world.db["billing"], self.world.db["inventory"]
        ((status, _),) = (await self.world.statuses()).items()
        return (
            status,
            await billing.fetchval("SELECT sum(wallet_minor) FROM accounts"),
            await inventory.fetchval("SELECT sum(reserved) FROM stock"),
            await inventory.fetchval("SELECT coalesce(-sum(quantity), 0) FROM stock_moves"),
        )


@pytest.fixture
async def shop(databases):
    world = World(databases, 1)
    dealer = await world.a_company(terms=ONLINE, limit_minor=0, A=5)
    (order,) = await world.submit(dealer, ("A", 2))
    await world.pump()
    shop = Shop(world, dealer, order)
    assert await shop.books() == ("CONFIRMED", 0, 2, 0)
    return shop


async def test_an_order_that_nobody_paid_in_time_expires_and_gives_all_back(shop):
    """P-22."""
    await shop.two_hours_pass()
    await shop.world.pump()

    assert await shop.books() == ("EXPIRED", 0, 0, 0)
    assert await shop.world.db["orders"].fetchval("SELECT reason FROM orders") == "not-paid-in-time"


async def test_money_that_is_known_before_the_time_is_up_pays_for_the_order(shop):
    """E-10, P-22."""
    await shop.pays()
    await shop.world.pump()
    await shop.two_hours_pass()
    await shop.world.pump()

    assert await shop.books() == ("COMPLETED", 0, 0, 2)


async def test_money_of_the_last_millisecond_loses_against_the_time_and_is_the_dealers(shop):
    """E-10, P-22: billing has booked it for the order, and the news is still on its way."""
    await shop.pays()
    await shop.two_hours_pass()
    await shop.world.pump()

    assert await shop.books() == ("EXPIRED", TOTAL_MINOR, 0, 0)


async def test_money_that_comes_while_the_order_is_being_undone_is_the_dealers(shop):
    """E-10, P-22."""
    await shop.two_hours_pass()
    await shop.pays()
    await shop.world.pump()

    assert await shop.books() == ("EXPIRED", TOTAL_MINOR, 0, 0)


async def test_money_that_comes_a_day_late_is_the_dealers(shop):
    """E-10, P-22, S-6."""
    await shop.two_hours_pass()
    await shop.world.pump()
    await shop.pays()
    await shop.world.pump()

    assert await shop.books() == ("EXPIRED", TOTAL_MINOR, 0, 0)


async def test_an_order_that_is_paid_by_transfer_never_expires(databases):
    """P-22."""
    world = World(databases, 1)
    dealer = await world.a_company(terms=confirming_itself(PREPAID), limit_minor=0, A=5)
    (order,) = await world.submit(dealer, ("A", 2))
    await world.pump()
    shop = Shop(world, dealer, order)

    await shop.two_hours_pass()
    await world.pump()

    assert await shop.books() == ("CONFIRMED", 0, 2, 0)
