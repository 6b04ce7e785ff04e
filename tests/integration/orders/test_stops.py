"""A dealer is stopped in mid-order, and reinstated, on a real PostgreSQL (F-50)."""

import asyncio
from dataclasses import replace

import pytest

from chassis.auth import Role
from chassis.db import transaction
from contracts.dealers import DealerStatus
from services.orders import saga
from services.orders.commands.projecting import keep_dealers
from services.orders.commands.stopping import follow_a_stop
from services.orders.commands.submitting import submit_orders
from services.orders.domain.submission import DealerNotActive
from tests.builders.edge import an_actor
from tests.builders.orders import (
    NOON,
    a_dealer_state,
    a_submission,
    advanced,
    confirmed,
    submitted,
    waiting_for_confirmation,
)

MANAGER = an_actor(Role.ADM)


class Dealer:
    def __init__(self, counter):
        self.counter, self.version = counter, 1
        self.dealer_id, self.salesperson_id = counter.dealer_id, counter.sales.user_id

    async def becomes(self, status):
        """Dealers announces it; whether there is anything to follow."""
        self.version += 1
        state = a_dealer_state(
            dealer_id=self.dealer_id,
            salesperson_id=self.salesperson_id,
            version=self.version,
            status=status,
        )
        async with transaction(self.counter.db) as tx:
            await keep_dealers(tx, [state])

    async def follow(self, limit=100):
        """All that the timer does now; how often it found something to do."""
        rounds = 0
        while True:
            async with transaction(self.counter.db) as tx:
                if not await follow_a_stop(tx, limit=limit):
                    return rounds
            rounds += 1

    async def has(self, order):
        mine = replace(order, dealer_id=self.dealer_id, salesperson_id=self.salesperson_id)
        return await self.counter.has(mine)

    async def statuses(self, *orders):
        return [(await self.counter.load(order)).status for order in orders]


@pytest.fixture
def dealer(counter):
    return Dealer(counter)


def in_the_warehouse():
    order = confirmed()
    return saga.take(order, advanced(order, revision=1), NOON)[0]


async def test_orders_of_a_stopped_dealer_wait_and_go_on_when_he_is_reinstated(counter, dealer):
    """F-50: what the warehouse has is not touched; what was held by hand stays held."""
    pending = await dealer.has(waiting_for_confirmation())
    promised = await dealer.has(confirmed())
    released = await dealer.has(in_the_warehouse())
    foreign = await counter.has(waiting_for_confirmation())

    await dealer.becomes(DealerStatus.ON_STOP)
    await dealer.follow()

    assert await dealer.statuses(pending, promised) == ["ON_HOLD", "ON_HOLD"]
    assert await dealer.statuses(released, foreign) == ["CONFIRMED", "PENDING_CONFIRMATION"]
    shown = (await counter.get(f"/orders/{pending.order_id}", counter.buyer)).json()
    assert [(hold["kind"], hold["owner"]) for hold in shown["holds"]] == [("DEALER", "ADM")]
    body = {"kind": "DEALER"}
    refused = await counter.post(f"/orders/{pending.order_id}/release-hold", body, MANAGER)
    assert refused.json()["type"].endswith("/dealer-stopped")

    await dealer.becomes(DealerStatus.ACTIVE)
    await dealer.follow()

    assert await dealer.statuses(pending, promised) == ["PENDING_CONFIRMATION", "CONFIRMED"]
    assert await counter.said(pending) == [
        "order-held",
        "order-hold-released",
        "order-checks-passed",
    ]
    assert (await counter.said(promised))[:3] == [
        "order-held",
        "order-hold-released",
        "firm-reservation",
    ]


async def test_orders_of_a_suspended_dealer_finish_and_he_places_no_new_ones(counter, dealer):
    """F-50."""
    open_order = await dealer.has(waiting_for_confirmation())

    await dealer.becomes(DealerStatus.SUSPENDED)

    assert await dealer.follow() == 0
    assert await dealer.statuses(open_order) == ["PENDING_CONFIRMATION"]
    async with transaction(counter.db) as tx:
        (refused,) = await submit_orders(tx, [a_submission(dealer.dealer_id, ("A", 1))])
    assert isinstance(refused, DealerNotActive)


async def test_an_ordinary_change_of_a_dealer_asks_nothing_of_his_orders(counter, dealer):
    await dealer.has(waiting_for_confirmation())

    await dealer.becomes(DealerStatus.ACTIVE)

    assert await dealer.follow() == 0


async def test_many_orders_follow_in_batches_and_a_crash_between_them_is_made_good(counter, dealer):
    """F-50."""
    orders = [await dealer.has(submitted()) for _ in range(5)]
    await dealer.becomes(DealerStatus.ON_STOP)

    async with transaction(counter.db) as tx:
        assert await follow_a_stop(tx, limit=2)
    half = await dealer.statuses(*orders)
    with pytest.raises(ConnectionError):
        async with transaction(counter.db) as tx:
            await follow_a_stop(tx, limit=2)
            raise ConnectionError
    rounds = await dealer.follow(limit=2)

    assert (half.count("ON_HOLD"), rounds) == (2, 2)
    assert await dealer.statuses(*orders) == ["ON_HOLD"] * 5
    assert await dealer.follow() == 0


async def test_an_order_that_was_being_accepted_when_the_dealer_was_stopped_is_held_too(
    counter, dealer
):
    """F-50: it is looked for once more a minute later, and then no more."""
    await dealer.becomes(DealerStatus.ON_STOP)
    await dealer.follow()
    late = await dealer.has(submitted())
    assert await dealer.follow() == 0

    await counter.db.execute(
        "UPDATE dealers SET stop_changed_at = now() - interval '61 s', stop_follow_at = now()"
        " WHERE stop_follow_at IS NOT NULL"
    )

    assert await dealer.follow() == 1
    assert await dealer.statuses(late) == ["ON_HOLD"]
    assert await counter.db.fetchval("SELECT count(stop_follow_at) FROM dealers") == 0


async def test_two_who_follow_at_once_do_not_wait_for_each_other(counter, dealer):
    order = await dealer.has(submitted())
    await dealer.becomes(DealerStatus.ON_STOP)

    async with transaction(counter.db) as first:
        assert await follow_a_stop(first, limit=10)
        async with asyncio.timeout(10), transaction(counter.db) as second:
            assert not await follow_a_stop(second, limit=10)

    assert await counter.said(order) == ["order-held"]
