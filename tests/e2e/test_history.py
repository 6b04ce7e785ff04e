"""What clients saw of a real load, held against the gateway afterwards."""

import asyncio
import random
from itertools import cycle

import pytest

from deploy.demo import steps
from tests.history import Client, History, check, open_history

PREPAYING, ON_CREDIT = "dlr02", "dlr01"
ROUNDS, LINES = 8, 3
SETTLE_SECONDS = 60


@pytest.fixture
async def history(stage, tmp_path):
    history = History(tmp_path / "history.jsonl")
    await open_history(history, stage.callers["admin"])
    yield history
    history.close()


def basket(stage):
    goods = random.sample(list(stage.loaded.company.products), LINES)
    return [{"sku": one.sku, "quantity": random.randint(1, 9)} for one in goods]


async def until_checked(client, order_id):
    """Look at the order until it waits for the salesperson."""
    for _ in range(600):
        order = await client.read(order_id)
        if order["status"] == "PENDING_CONFIRMATION":
            return
        await asyncio.sleep(0.05)
    raise AssertionError(order)


async def lives(stage, history, login, rounds):
    """One dealer's orders: left alone, cancelled at once, confirmed, or paid and then cancelled."""
    dealer = Client(history, await stage.caller(login))
    salesperson = Client(history, await stage.caller(steps.SALESPERSON))
    ways = cycle(("leave", "cancel", "confirm", "pay"))
    for way in (next(ways) for _ in range(rounds)):
        order_id = (await dealer.submit(basket(stage)))["order_id"]
        if way == "cancel":
            await dealer.act(order_id, "cancel", {"reason": "改主意"})
        await dealer.read(order_id)
        if way in {"confirm", "pay"}:
            await until_checked(dealer, order_id)
            await salesperson.act(order_id, "confirm")
        if way == "pay":
            await steps.pay(stage, await stage.watch(order_id), (40, 60))
            await salesperson.act(order_id, "cancel", {"reason": "客户退订"})
            await dealer.read(order_id)


async def test_a_load_of_many_fates_leaves_a_history_without_a_fault(stage, history):
    await asyncio.gather(
        *(lives(stage, history, login, ROUNDS) for login in (PREPAYING, ON_CREDIT) * 2)
    )

    admin = stage.callers["admin"]
    assert await check(history.path, admin, settle_seconds=SETTLE_SECONDS) == []


async def test_an_order_that_was_promised_and_is_not_there_is_found(stage, history):
    client = Client(history, await stage.caller(PREPAYING))
    await client.submit(basket(stage))
    missing = "01920000-0000-7000-8000-000000000000"
    history.ok(history.invoke("liar", "submit", key="made up"), order_id=missing)

    findings = await check(history.path, stage.callers["admin"], settle_seconds=0)

    assert ("lost", f"order {missing}") in {(one.checker, one.subject) for one in findings}
