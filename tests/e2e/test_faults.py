"""Services, broker and database are killed under load; every accepted order comes to its end."""

import asyncio
import os
import signal
import time
from uuid import UUID

import httpx
import pytest

from deploy.ctl.verify import verify
from deploy.local import state
from deploy.local.suite import APPLICATIONS, GATEWAY
from gateway.proxy.wire import Pool
from tests.bench import company, figures, load

DEALERS, ORDERS, CLIENTS = 5, 400, 20
PATIENCE_SECONDS = 120


@pytest.fixture
async def plan(suite, stage):
    """What the load process would be told."""
    admin = stage.callers["admin"]
    callers = await company.sessions(stage.url, admin, stage.logins, DEALERS)
    return {
        "url": f"{stage.url}/api/v1/orders",
        "orders": ORDERS,
        "clients": CLIENTS,
        "skus": [product.sku for product in stage.loaded.company.products],
        "sessions": [{"cookie": one.cookie, "csrf": one.csrf} for one in callers],
    }


def kill(suite, name):
    """SIGKILL; the supervisor starts it again."""
    process = next(one for one in state.read(suite.run).processes if one.name == name)
    os.kill(process.pid, signal.SIGKILL)
    return process


async def until(reached, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await reached():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.1)


async def until_ended(suite, order_ids):
    """Every one of these orders is completed."""

    async def all_completed():
        return await figures.ended(suite, order_ids) == {"COMPLETED": len(order_ids)}

    await until(all_completed, "some orders did not come to their end")


async def under_load(plan, disturb):
    """Place the orders while `disturb` runs; what the clients saw."""
    seen = load.Seen()
    http = Pool(plan["url"], connect_seconds=load.ANSWER_SECONDS_MAX)
    disturbing = asyncio.create_task(disturb())
    await load.closed_loop(http, plan, seen)
    await disturbing
    await http.close()
    return seen


async def assert_books_are_clean(suite, order_ids):
    """No invariant is violated, and all that the clients saw accepted is stored."""
    accepted = [UUID(one) for one in order_ids]
    findings = await verify(suite.superuser_dsn, settle_seconds=60, only=None, accepted=accepted)
    assert [(one.id, one.offenders) for one in findings if one.violations] == []


async def test_a_kill_of_each_service_in_turn_loses_and_doubles_nothing(suite, plan):
    async def disturb():
        for name in APPLICATIONS:
            before = kill(suite, name)

            async def is_back(name=name, before=before):
                process = next(one for one in state.read(suite.run).processes if one.name == name)
                return process.restarts > before.restarts and await _ready(suite, name)

            await until(is_back, f"{name} did not come back")

    seen = await under_load(plan, disturb)

    assert len(set(seen.order_ids)) == ORDERS
    await until_ended(suite, seen.order_ids)
    await assert_books_are_clean(suite, seen.order_ids)


@pytest.mark.parametrize("server", ["kafka", "postgres"])
async def test_a_killed_server_only_delays(suite, plan, server):
    async def disturb():
        kill(suite, server)

    seen = await under_load(plan, disturb)

    assert len(set(seen.order_ids)) == ORDERS
    assert seen.answers.keys() <= {"0", "201", "429", "503"}
    await until_ended(suite, seen.order_ids)
    await assert_books_are_clean(suite, seen.order_ids)


async def _ready(suite, name):
    path = "/livez" if name == GATEWAY else "/readyz"
    try:
        async with httpx.AsyncClient() as http:
            return (await http.get(suite.url(name) + path)).status_code == 200
    except httpx.HTTPError:
        return False
