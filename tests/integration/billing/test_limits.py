"""Temporary limits (P-01) on PostgreSQL: four eyes, an end, and holds that are measured by them."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chassis.auth import Role
from contracts.billing import (
    CreditAdjusted,
    CreditHeld,
    CreditRefused,
    LimitGranted,
    LimitGrantEnded,
    LimitGrantRequested,
)
from services.billing import timers
from services.billing.app import SERVICE
from services.billing.commands import adjustments, credit, limits
from tests.builders.billing import YUAN, a_hold, an_adjustment
from tests.builders.edge import a_key, an_actor, serving
from tests.integration.billing.test_credit import an_account, do, told
from tests.integration.billing.test_receipts import faults

ASKER, APPROVER = an_actor(Role.FIN), an_actor(Role.ADM)
SMALL, LARGE = 50_000, 100_000
"""Yuan: below and from the amount that another person approves."""


@pytest.fixture
async def api(billing_db):
    async with serving(SERVICE, billing_db) as clients:
        yield clients


def a_grant(dealer, yuan, **others):
    return {
        "dealer_id": str(dealer),
        "amount_minor": yuan * YUAN,
        "until": (datetime.now(UTC) + timedelta(days=3)).isoformat(),
        "reason": "旺季备货",
        **others,
    }


async def ask(api, body, actor=ASKER):
    return await api(actor).post("/limit-grants", json=body, headers=a_key())


async def take(api, grant, step, actor=APPROVER, **body):
    path = f"/limit-grants/{grant.json()['grant_id']}/{step}"
    return await api(actor).post(path, json=body or None, headers=a_key())


async def hold(db, dealer, yuan, **others):
    ask = a_hold(yuan, dealer_id=dealer, **others)
    await do(db, credit.hold_credit, ask)
    return ask


async def shown(api, dealer):
    account = (await api(ASKER).get(f"/accounts/{dealer}")).json()
    names = ("temporary_limit_minor", "available_minor", "over_limit_minor", "exposure_minor")
    return [account[name] // YUAN for name in names]


async def later(db, by):
    """Let the temporary limits end so much earlier."""
    await db.execute("UPDATE limit_grants SET until = until - $1::interval", by)


async def test_a_small_temporary_limit_holds_at_once_and_new_orders_use_it(api, billing_db):
    """P-01: the exposure is shown with its parts."""
    dealer = await an_account(billing_db, 1_000)

    granted = await ask(api, a_grant(dealer, 500))
    await hold(billing_db, dealer, 1_200)

    assert (granted.status_code, granted.json()["state"]) == (201, "ACTIVE")
    assert granted.json()["allowed_actions"] == ["limit-grants.revoke"]
    assert len(await told(billing_db, CreditHeld)) == 1
    assert await shown(api, dealer) == [500, 300, 0, 1_200]
    assert len(await told(billing_db, LimitGranted)) == 1
    assert await faults(billing_db) == []


async def test_a_large_temporary_limit_is_approved_by_another_person(api, billing_db):
    """P-01: four eyes; until then no order gets anything of it."""
    dealer = await an_account(billing_db, 0)

    asked = await ask(api, a_grant(dealer, LARGE))
    await hold(billing_db, dealer, 100)
    own = await take(api, asked, "approve", ASKER)
    approved = await take(api, asked, "approve")
    await hold(billing_db, dealer, 100)

    assert (asked.json()["state"], own.status_code) == ("REQUESTED", 403)
    assert own.json()["type"].endswith("granted-by-another")
    assert (approved.json()["state"], approved.json()["approved_by"]) == (
        "ACTIVE",
        str(APPROVER.user_id),
    )
    assert len(await told(billing_db, LimitGrantRequested)) == 1
    assert len(await told(billing_db, CreditRefused)) == 1
    assert len(await told(billing_db, CreditHeld)) == 1


async def test_a_temporary_limit_ends_at_its_time_and_what_it_let_be_held_stays(api, billing_db):
    """P-01: expiry by the timer, once, also when two of them run."""
    dealer = await an_account(billing_db, 1_000)
    await ask(api, a_grant(dealer, 500))
    await hold(billing_db, dealer, 1_200)

    early = await timers.expire_limits(api.runtime)
    await later(billing_db, timedelta(days=4))
    await asyncio.gather(*(timers.expire_limits(api.runtime) for _ in range(3)))
    await hold(billing_db, dealer, 1)

    assert early == 0
    assert await shown(api, dealer) == [0, 0, 200, 1_200]
    (ended,) = await told(billing_db, LimitGrantEnded)
    assert ended.outcome == "EXPIRED"
    assert len(await told(billing_db, CreditRefused)) == 1
    assert await faults(billing_db) == []


async def test_one_order_is_let_over_the_limit_and_no_other(api, billing_db):
    """P-01: held when it is asked for, and when it is amended."""
    dealer, order_id = await an_account(billing_db, 1_000), uuid4()
    await ask(api, a_grant(dealer, 300, order_id=str(order_id)))

    await hold(billing_db, dealer, 1_200)
    chosen = await hold(billing_db, dealer, 1_200, order_id=order_id)
    await do(billing_db, adjustments.adjust_credit, an_adjustment(chosen, 1_500))

    assert len(await told(billing_db, CreditRefused)) == 1
    assert [reply.order_id for reply in await told(billing_db, CreditHeld)] == [order_id]
    assert len(await told(billing_db, CreditAdjusted)) == 1
    assert await shown(api, dealer) == [0, 0, 500, 1_500]
    assert await faults(billing_db) == []


async def test_the_grant_of_an_order_counts_no_longer_than_said(api, billing_db):
    """P-01: also before the timer comes."""
    dealer, order_id = await an_account(billing_db, 1_000), uuid4()
    await ask(api, a_grant(dealer, 300, order_id=str(order_id)))

    await later(billing_db, timedelta(days=4))
    await hold(billing_db, dealer, 1_200, order_id=order_id)

    assert len(await told(billing_db, CreditRefused)) == 1


async def test_of_what_was_asked_for_nothing_holds_after_a_rejection_or_revocation(api, billing_db):
    dealer = await an_account(billing_db, 0)
    asked, small = [await ask(api, a_grant(dealer, yuan)) for yuan in (LARGE, SMALL)]

    rejected = await take(api, asked, "reject", reason="风险过高")
    revoked = await take(api, small, "revoke", reason="客户已付款")
    again = await take(api, asked, "approve")

    assert (rejected.json()["state"], revoked.json()["state"]) == ("REJECTED", "REVOKED")
    assert (again.status_code, again.json()["state"]) == (409, "REJECTED")
    assert await shown(api, dealer) == [0, 0, 0, 0]
    assert await faults(billing_db) == []


async def test_who_looks_after_a_dealer_neither_asks_for_his_limit_nor_approves_it(api, billing_db):
    """5.9, E-29: and a dealer reads his own only."""
    seller = an_actor(Role.FIN)
    dealer = await an_account(billing_db, 0)
    await billing_db.execute("UPDATE accounts SET salesperson_id = $1", seller.user_id)
    asked = await ask(api, a_grant(dealer, LARGE))

    own = await ask(api, a_grant(dealer, SMALL), seller)
    approved = await take(api, asked, "approve", seller)
    path = f"/limit-grants/{asked.json()['grant_id']}"
    readers = [an_actor(Role.DLR, dealer_id=whose) for whose in (dealer, uuid4())]
    read = [(await api(reader).get(path)).status_code for reader in readers]

    assert [own.status_code, approved.status_code, *read] == [403, 403, 200, 404]


@pytest.mark.parametrize("days", [-1, 400])
async def test_a_temporary_limit_ends_within_a_year(api, billing_db, days):
    dealer = await an_account(billing_db, 0)
    until = (datetime.now(UTC) + timedelta(days=days)).isoformat()

    refused = await ask(api, a_grant(dealer, 1, until=until))

    assert refused.status_code == 422
    assert "/until" in refused.text


async def test_a_temporary_limit_of_a_moment_is_told_of_that_moment(api, billing_db):
    """U-02: also after it ended."""
    dealer = await an_account(billing_db, 1_000)
    await ask(api, a_grant(dealer, 500))
    at = await billing_db.fetchval("SELECT clock_timestamp()")
    await later(billing_db, timedelta(days=4))
    await do_expire(billing_db)

    then = await api(ASKER).get(f"/accounts/{dealer}/as-of", params={"at": at.isoformat()})

    assert then.json()["temporary_limit_minor"] == 500 * YUAN
    assert then.json()["available_minor"] == 1_500 * YUAN


async def do_expire(db):
    return await do(db, lambda tx, _: limits.expire_grants(tx, datetime.now(UTC), 10))
