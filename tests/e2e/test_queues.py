"""Whose work waits, who was told, and what can be proved, on the whole running suite."""

import asyncio
import os
import subprocess
import sys
import time

from deploy.ctl.verify import verify
from deploy.demo import steps
from deploy.local.suite import GATEWAY

PATIENCE_SECONDS = 30
DEALER = "dlr02"


async def an_order_on_credit(stage):
    dealer = await stage.caller(DEALER)
    return await steps.submitted(stage, dealer, {"lines": steps.basket(stage)})


async def waits(caller, kind, order_id):
    rows = await caller.rows("/todos", kind=kind)
    return any(row["order_id"] == order_id for row in rows)


async def eventually(ask, expected):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while await ask() is not expected:
        assert time.monotonic() < deadline, f"never became {expected}"
        await asyncio.sleep(0.1)


async def test_work_stands_in_one_queue_after_the_other_and_leaves_when_it_is_done(stage):
    seller, picker = await stage.caller(steps.SALESPERSON), await stage.caller("pck.gz")
    watch = await an_order_on_credit(stage)
    await eventually(lambda: waits(seller, "CONFIRM_ORDER", watch.order_id), expected=True)

    await steps.confirm(stage, watch)

    await eventually(lambda: waits(seller, "CONFIRM_ORDER", watch.order_id), expected=False)
    await eventually(lambda: waits(picker, "PICK", watch.order_id), expected=True)

    await seller.post(f"/orders/{watch.order_id}/cancel", {"reason": "试单"})

    await eventually(lambda: waits(picker, "PICK", watch.order_id), expected=False)


async def test_the_dealer_is_told_of_his_order_and_another_is_not(stage):
    dealer, other = await stage.caller(DEALER), await stage.caller("dlr05")
    watch = await an_order_on_credit(stage)
    await steps.confirm(stage, watch)

    async def told(caller):
        rows = await caller.rows("/messages", unread="true")
        return any(row["order_id"] == watch.order_id for row in rows)

    await eventually(lambda: told(dealer), expected=True)
    assert not await told(other)


async def test_the_books_of_the_running_suite_violate_nothing(suite, told):
    findings = await verify(suite.superuser_dsn, settle_seconds=PATIENCE_SECONDS, only=None)

    assert {one.sentence: one.offenders for one in findings if one.violations} == {}


def test_the_stories_are_the_same_when_they_are_built_anew(suite, told):
    done = run(suite, "deploy.local", "run", "reports", "rebuild")

    assert done.returncode == 0, done.stderr
    assert '"event":"rebuilt"' in done.stdout


def test_the_order_of_the_demo_can_be_followed_through_all_services(suite, told):
    number = told.strip().rpartition("order=")[2].split()[0]

    done = run(suite, "deploy.ctl", "trace", number)

    assert done.returncode == 0, done.stdout
    for service in ("gateway", "orders", "inventory", "billing", "notify", "reports"):
        assert f" {service} " in done.stdout


def test_an_order_that_nobody_knows_is_named(suite, told):
    done = run(suite, "deploy.ctl", "trace", "XS0000-0000000")

    assert done.returncode != 0
    assert "XS0000-0000000" in done.stderr


def run(suite, *words):
    environment = os.environ | {
        "QUDAO_VAR": str(suite.var),
        "QUDAO_PORT_BASE": str(suite.ports[GATEWAY]),
    }
    return subprocess.run(
        [sys.executable, "-m", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
