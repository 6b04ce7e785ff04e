"""Refunds to the bank (F-20) on PostgreSQL: two persons, paid once, books that balance."""

import asyncio
from uuid import uuid4

import pytest

from chassis.auth import Role
from contracts.billing import (
    RefundApproved,
    RefundFailed,
    RefundPaid,
    RefundRejected,
    RefundRequested,
)
from services.billing.app import SERVICE
from services.billing.commands import receipts
from tests.builders.billing import YUAN, a_receipt
from tests.builders.edge import a_key, an_actor, serving
from tests.integration.billing.test_credit import an_account, do, told
from tests.integration.billing.test_receipts import faults, wallet

ASKER, APPROVER = an_actor(Role.FIN), an_actor(Role.FIN)
WHY = {"reason": "账号有误"}


@pytest.fixture
async def api(billing_db):
    async with serving(SERVICE, billing_db) as clients:
        yield clients


async def a_dealer_with_money(db, yuan):
    dealer = await an_account(db, 0)
    await do(db, receipts.record_receipts, a_receipt(yuan, dealer_id=dealer))
    return dealer


def a_refund(dealer, yuan, **others):
    return {
        "dealer_id": str(dealer),
        "amount_minor": yuan * YUAN,
        "reason": "终止合作",
        "bank": "中国工商银行南京分行",
        "account_name": "江苏华东商贸",
        "account_number": "4301 0160 1910 0123 456",
        **others,
    }


async def ask(api, body, actor=ASKER, key=None):
    return await api(actor).post("/refunds", json=body, headers=key or a_key())


async def take(api, refund, step, actor=APPROVER, key=None, **body):
    path = f"/refunds/{refund.json()['refund_id']}/{step}"
    return await api(actor).post(path, json=body or None, headers=key or a_key())


async def posted(db):
    rows = await db.fetch("SELECT code, sum(amount_minor) FROM entries GROUP BY code")
    return {code: int(amount) // YUAN for code, amount in rows if amount}


async def test_a_refund_is_asked_for_approved_by_another_and_paid(api, billing_db):
    dealer = await a_dealer_with_money(billing_db, 1_000)

    asked = await ask(api, a_refund(dealer, 400))
    set_apart = await posted(billing_db)
    approved = await take(api, asked, "approve")
    paid = await take(api, asked, "pay", ASKER, bank_reference="ICBC-1")

    assert (asked.status_code, approved.status_code, paid.status_code) == (201, 200, 200)
    assert asked.json()["number"].startswith("TK-")
    assert (asked.json()["allowed_actions"], paid.json()["allowed_actions"]) == (
        ["refunds.reject"],
        [],
    )
    assert set_apart == {"cash": 1_000, "wallet": -600, "refunds": -400}
    assert await posted(billing_db) == {"cash": 600, "wallet": -600}
    assert paid.json()["approved_by"] == str(APPROVER.user_id)
    events = [await told(billing_db, event) for event in (RefundRequested, RefundApproved)]
    assert [(event.number, event.amount_minor) for (event,) in events] == [
        (asked.json()["number"], 400 * YUAN)
    ] * 2
    assert (await told(billing_db, RefundPaid))[0].bank_reference == "ICBC-1"
    assert await faults(billing_db) == []


async def test_who_asked_for_a_refund_does_not_approve_it(api, billing_db):
    """5.9: create + approve of one refund by the same person is forbidden."""
    asked = await ask(api, a_refund(await a_dealer_with_money(billing_db, 1_000), 400))

    own = await take(api, asked, "approve", ASKER)
    early = await take(api, asked, "pay", bank_reference="ICBC-1")

    assert (own.status_code, early.status_code) == (403, 409)
    assert own.json()["type"].endswith("/approved-by-another")
    assert await billing_db.fetchval("SELECT state FROM refunds") == "REQUESTED"


async def test_a_failed_refund_is_paid_later_and_once(api, billing_db):
    """F-20: a failed refund is retryable and never doubled."""
    asked = await ask(api, a_refund(await a_dealer_with_money(billing_db, 1_000), 400))
    await take(api, asked, "approve")

    failed = await take(api, asked, "fail", **WHY)
    answers = await asyncio.gather(
        *(take(api, asked, "pay", bank_reference=f"ICBC-{n}") for n in range(5))
    )

    assert failed.json()["state"] == "FAILED"
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert await posted(billing_db) == {"cash": 600, "wallet": -600}
    assert await faults(billing_db) == []


@pytest.mark.parametrize("steps", [(), ("approve",), ("approve", "fail")])
async def test_a_rejected_refund_returns_to_the_wallet(api, billing_db, steps):
    asked = await ask(api, a_refund(await a_dealer_with_money(billing_db, 1_000), 400))
    for step in steps:
        await take(api, asked, step, **(WHY if step == "fail" else {}))

    rejected = await take(api, asked, "reject", **WHY)
    again = await take(api, asked, "reject", **WHY)

    assert (rejected.json()["state"], rejected.json()["note"]) == ("REJECTED", WHY["reason"])
    assert again.status_code == 409
    assert await wallet(billing_db) == 1_000
    assert await faults(billing_db) == []


async def test_refunds_at_once_never_exceed_what_is_in_the_wallet(api, billing_db):
    """I-10: the sum of refunds is never more than what was paid in."""
    dealer = await a_dealer_with_money(billing_db, 1_000)

    answers = await asyncio.gather(*(ask(api, a_refund(dealer, 300)) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 7
    assert await wallet(billing_db) == 100
    assert await billing_db.fetchval("SELECT last FROM document_numbers WHERE series ~ 'TK'") == 3
    assert await faults(billing_db) == []


async def test_a_repeated_request_refunds_once(api, billing_db):
    dealer, key = await a_dealer_with_money(billing_db, 1_000), a_key()

    first, second = [await ask(api, a_refund(dealer, 100), key=key) for _ in range(2)]
    bare = await api(ASKER).post("/refunds", json=a_refund(dealer, 100))

    assert first.content == second.content
    assert bare.status_code == 400
    assert await billing_db.fetchval("SELECT count(*) FROM refunds") == 1


async def test_one_transfer_pays_one_refund(api, billing_db):
    dealer = await a_dealer_with_money(billing_db, 1_000)
    asked = [await ask(api, a_refund(dealer, 100)) for _ in range(2)]
    for refund in asked:
        await take(api, refund, "approve")

    answers = [await take(api, refund, "pay", bank_reference="ICBC-1") for refund in asked]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["type"].endswith("/transfer-used")


async def test_a_dealer_asks_for_his_own_money_only(api, billing_db):
    dealer, foreign = [await a_dealer_with_money(billing_db, 1_000) for _ in range(2)]
    me = an_actor(Role.DLR, dealer_id=dealer)

    own = await ask(api, a_refund(dealer, 100), me)
    other = await ask(api, a_refund(foreign, 100), me)
    hidden = await ask(api, a_refund(foreign, 100))
    seen = (await api(me).get("/refunds")).json()["items"]
    looked = await api(me).get(f"/refunds/{hidden.json()['refund_id']}")
    approved = await take(api, own, "approve", me)

    assert (own.status_code, other.status_code, looked.status_code) == (201, 404, 404)
    assert [refund["refund_id"] for refund in seen] == [own.json()["refund_id"]]
    assert approved.status_code == 403


async def test_a_step_is_taken_by_who_saw_the_latest_version(api, billing_db):
    asked = await ask(api, a_refund(await a_dealer_with_money(billing_db, 1_000), 400))

    stale = await take(api, asked, "approve", key=a_key() | {"If-Match": '"7"'})
    missing = await api(ASKER).post(f"/refunds/{uuid4()}/approve", headers=a_key())

    assert (stale.status_code, missing.status_code) == (412, 404)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"amount_minor": 0}, "/amount_minor"),
        ({"account_number": "一二三四"}, "/account_number"),
        ({"bank": ""}, "/bank"),
        ({"dealer_id": str(uuid4())}, "/dealer_id"),
    ],
)
async def test_a_wrong_field_is_named(api, billing_db, change, pointer):
    dealer = await a_dealer_with_money(billing_db, 1_000)

    response = await ask(api, a_refund(dealer, 100) | change)

    assert response.status_code == 422
    assert response.json()["faults"][0]["pointer"] == pointer


async def test_a_refund_that_fails_and_is_given_up_says_so_each_time(api, billing_db):
    """F-20, F-81: who waits for it hears why."""
    asked = await ask(api, a_refund(await a_dealer_with_money(billing_db, 1_000), 400))

    await take(api, asked, "approve")
    await take(api, asked, "fail", **WHY)
    await take(api, asked, "reject", **WHY)

    events = [(await told(billing_db, event))[0] for event in (RefundFailed, RefundRejected)]
    assert [event.reason for event in events] == [WHY["reason"]] * 2
