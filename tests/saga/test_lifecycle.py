"""Whatever the order of the messages, whatever fails on the way: orders end, the books balance."""

import pytest

from services.orders.domain import actions
from tests.builders.orders import ON_CREDIT, PREPAID
from tests.saga.world import World, confirming_itself

AUTOMATIC = confirming_itself(ON_CREDIT)
SEEDS = range(6)


async def assert_books_balance(world):
    """Nothing held for nobody, the journal sums to zero, stock is what moved, nobody is stuck."""
    assert await world.parked() == []
    reserved = await world.db["inventory"].fetchval("SELECT sum(reserved) FROM stock")
    held = await world.db["billing"].fetchval("SELECT sum(held_minor) FROM accounts")
    journal = await world.db["billing"].fetchval(
        "SELECT coalesce(sum(amount_minor), 0) FROM entries"
    )
    assert (reserved, held, journal) == (0, 0, 0)


async def shipped_and_owed(world):
    moved = await world.db["inventory"].fetchval(
        "SELECT coalesce(-sum(quantity), 0) FROM stock_moves"
    )
    owed = await world.db["billing"].fetchval("SELECT sum(receivable_minor) FROM accounts")
    return moved, owed


@pytest.mark.parametrize("seed", SEEDS)
async def test_scarce_stock_goes_to_as_many_as_it_suffices_for(databases, seed):
    world = World(databases, seed)
    dealer = await world.a_company(terms=AUTOMATIC, limit_minor=10**9, A=7, B=100)

    await world.submit(dealer, ("A", 1), ("B", 2), count=12)
    await world.pump()

    assert await world.statuses() == {"COMPLETED": 7, "REJECTED": 5}
    assert await shipped_and_owed(world) == (21, 7 * 30_000)
    await assert_books_balance(world)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_tight_limit_holds_the_orders_that_exceed_it(databases, seed):
    world = World(databases, seed)
    dealer = await world.a_company(terms=AUTOMATIC, limit_minor=50_000, A=100)

    await world.submit(dealer, ("A", 1), count=8)
    await world.pump()

    assert await world.statuses() == {"COMPLETED": 5, "ON_HOLD": 3}
    assert await shipped_and_owed(world) == (5, 50_000)


@pytest.mark.parametrize("seed", SEEDS)
async def test_faults_before_every_commit_and_silent_participants_change_nothing(databases, seed):
    world = World(databases, seed, faults=0.3, impatience=0.5)
    dealer = await world.a_company(terms=AUTOMATIC, limit_minor=10**9, A=7, B=100)

    await world.submit(dealer, ("A", 1), ("B", 2), count=12)
    await world.pump()

    assert await world.statuses() == {"COMPLETED": 7, "REJECTED": 5}
    assert await shipped_and_owed(world) == (21, 7 * 30_000)
    await assert_books_balance(world)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_cancel_at_any_moment_leaves_nothing_behind(databases, seed):
    world = World(databases, seed, faults=0.1, impatience=0.3)
    dealer = await world.a_company(terms=AUTOMATIC, limit_minor=10**9, A=1_000)
    orders = await world.submit(dealer, ("A", 2), count=10)

    async def somebody_cancels(world):
        if world.chance.random() < 0.5:
            order = world.chance.choice(orders)
            await world.decide(order.order_id, lambda now: actions.cancel(now, "改主意了"))

    await world.pump(between=somebody_cancels)

    ended = await world.statuses()
    completed = ended.get("COMPLETED", 0)
    assert completed + ended.get("CANCELLED", 0) == 10
    assert await shipped_and_owed(world) == (2 * completed, 20_000 * completed)
    await assert_books_balance(world)


async def test_an_unpaid_prepaid_order_waits_for_finance_with_its_stock(databases):
    world = World(databases, 1)
    dealer = await world.a_company(terms=confirming_itself(PREPAID), limit_minor=0, A=5)

    await world.submit(dealer, ("A", 2))
    await world.pump()

    assert await world.statuses() == {"CONFIRMED": 1}
    queue = await world.db["orders"].fetchval("SELECT queue FROM orders")
    reserved = await world.db["inventory"].fetchval("SELECT reserved FROM stock")
    assert (queue, reserved) == ("FIN", 2)


async def test_a_whole_life_takes_few_messages(databases):
    world = World(databases, 1)
    dealer = await world.a_company(terms=AUTOMATIC, limit_minor=10**9, A=5)
    before = dict(world.read)

    await world.submit(dealer, ("A", 2))
    await world.pump()

    assert sum(world.read.values()) - sum(before.values()) <= 16
