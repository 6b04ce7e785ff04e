"""Statements (P-09) and accounts as they were (U-02), read from the journal on PostgreSQL."""

import csv
import io
import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from chassis.auth import Role
from services.billing.app import SERVICE
from services.billing.commands import credit, invoices, receipts
from services.billing.domain.documents import business_day
from tests.builders.billing import YUAN, a_dealer, a_hold, a_receipt, a_share, a_shipment
from tests.builders.edge import an_actor, serving
from tests.integration.billing.test_credit import an_account, do
from tests.integration.billing.test_receipts import a_step

FIN = an_actor(Role.FIN)
SHOWN = (
    "credit_limit_minor",
    "held_minor",
    "receivable_minor",
    "exposure_minor",
    "available_minor",
    "advances_minor",
    "wallet_minor",
)


@pytest.fixture
async def admin(billing_db, postgres):
    """Who may change what the service may not."""
    name = await billing_db.fetchval("SELECT current_database()")
    superuser = await asyncpg.connect(postgres, database=name)
    yield superuser
    await superuser.close()


@pytest.fixture
async def api(billing_db):
    async with serving(SERVICE, billing_db) as clients:
        yield clients


def this_day(**others):
    today = str(business_day(datetime.now(UTC)))
    return {"from": today, "to": today, **others}


async def backdate(admin, days):
    """Let all that was booked so far have happened some days ago."""
    age = timedelta(days=days)
    for change in (
        "UPDATE entries SET created_at = created_at - $1::interval",
        "UPDATE invoices SET issued_at = issued_at - $1::interval",
    ):
        await admin.execute(change, age)


async def test_opening_and_movements_are_the_closing_balance(api, billing_db):
    """P-09, F-76: opening + movements = closing."""
    dealer = await an_account(billing_db, 10_000)
    order = a_hold(1_000, dealer_id=dealer)
    await do(billing_db, credit.hold_credit, order)
    await do(billing_db, invoices.issue_invoices, a_shipment(order, 600))
    paid = a_receipt(250, a_share(order, 200), dealer_id=dealer)
    await do(billing_db, receipts.record_receipts, paid)

    shown = (await api(FIN).get(f"/accounts/{dealer}/statement", params=this_day())).json()

    changes = [line["change_minor"] // YUAN for line in shown["lines"]]
    assert (shown["opening_minor"], changes) == (0, [600, -250])
    assert shown["opening_minor"] + sum(changes) * YUAN == shown["closing_minor"] == 350 * YUAN
    assert [line["document_number"][:2] for line in shown["lines"]] == ["FP", "SK"]
    assert shown["receivable_minor"] == 400 * YUAN == shown["aging"]["days_0_30_minor"]
    assert shown["wallet_minor"] == 50 * YUAN


async def test_the_periods_of_a_year_join_without_a_gap(api, billing_db):
    dealer = await an_account(billing_db, 10_000)
    today = business_day(datetime.now(UTC))
    await do(billing_db, receipts.record_receipts, a_receipt(100, dealer_id=dealer))

    path, edge = f"/accounts/{dealer}/statement", str(today - timedelta(days=1))
    before, after = [
        (await api(FIN).get(path, params=params)).json()
        for params in ({"from": str(today - timedelta(days=300)), "to": edge}, this_day())
    ]

    assert before["lines"] == []
    assert before["closing_minor"] == after["opening_minor"] == 0
    assert after["closing_minor"] == -100 * YUAN


async def test_money_pays_the_oldest_invoice_first(api, billing_db, admin):
    """P-09: aging by the day of the invoice, as of the end of the period."""
    dealer = await an_account(billing_db, 10_000)
    order = a_hold(1_000, dealer_id=dealer)
    await do(billing_db, credit.hold_credit, order)
    for yuan, days_later in ((300, 50), (200, 45), (100, 0)):
        await do(billing_db, invoices.issue_invoices, a_shipment(order, yuan))
        await backdate(admin, days_later)
    paid = a_receipt(350, a_share(order, 350), dealer_id=dealer)
    await do(billing_db, receipts.record_receipts, paid)

    shown = (await api(FIN).get(f"/accounts/{dealer}/statement", params=this_day())).json()

    assert shown["aging"] == {
        "days_0_30_minor": 100 * YUAN,
        "days_31_60_minor": 150 * YUAN,
        "days_61_90_minor": 0,
        "over_90_days_minor": 0,
        "total_minor": 250 * YUAN,
    }


async def test_the_file_says_what_the_statement_says(api, billing_db):
    dealer = await an_account(billing_db, 0)
    await do(billing_db, receipts.record_receipts, a_receipt(12, dealer_id=dealer))

    response = await api(FIN).get(f"/accounts/{dealer}/statement.csv", params=this_day())

    rows = list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert response.headers["content-type"].startswith("text/csv")
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert [row[1] for row in rows] == ["类型", "期初余额", "收款", "期末余额"]
    assert [row[-1] for row in rows[1:]] == ["0.00", "-12.00", "-12.00"]


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"from": "2026-02-02", "to": "2026-02-01"}, "?to"),
        ({"from": "2024-01-01", "to": "2026-02-01"}, "?to"),
        ({"from": "2026-01-01", "to": "2199-02-01"}, "?to"),
        ({"from": "0001-01-01", "to": "0001-01-01"}, "?from"),
        ({"from": "yesterday", "to": "2026-02-01"}, "?from"),
    ],
)
async def test_days_that_make_no_period_are_refused(api, billing_db, params, pointer):
    dealer = await an_account(billing_db, 0)

    response = await api(FIN).get(f"/accounts/{dealer}/statement", params=params)

    assert response.status_code == 422
    assert response.json()["faults"][0]["pointer"] == pointer


async def test_a_dealer_reads_his_own_statement_only(api, billing_db):
    dealer, foreign = [await an_account(billing_db, 0) for _ in range(2)]
    me = api(an_actor(Role.DLR, dealer_id=dealer))
    at = {"at": datetime.now(UTC).isoformat()}

    answers = [
        (await me.get(f"/accounts/{whose}/{what}", params=params)).status_code
        for whose in (dealer, foreign)
        for what, params in (
            ("statement", this_day()),
            ("statement.csv", this_day()),
            ("as-of", at),
        )
    ]

    assert answers == [200, 200, 200, 404, 404, 404]


async def test_an_account_as_of_a_moment_is_what_was_shown_then(api, billing_db):
    """U-02: the as-of answer equals the answer logged at T, whatever happened since."""
    seed = random.randrange(1 << 32)
    chance, paid, logged = random.Random(seed), [], []
    dealers = [a_dealer(2_000) for _ in range(2)]
    await do(billing_db, credit.follow_dealers, *dealers)
    holds = [
        a_hold(chance.randint(1, 900), dealer_id=chance.choice(dealers).dealer_id)
        for _ in range(15)
    ]
    for step in range(120):
        command, ask = a_step(chance, holds, paid)
        await do(billing_db, command, ask)
        if step % 40 == 39:
            dealer = chance.choice(dealers)
            changed = {"version": step, "credit_limit_minor": chance.randint(1, 900_000)}
            await do(billing_db, credit.follow_dealers, dealer.model_copy(update=changed))
        dealer_id = chance.choice(dealers).dealer_id
        shown = (await api(FIN).get(f"/accounts/{dealer_id}")).json()
        logged.append((dealer_id, await billing_db.fetchval("SELECT clock_timestamp()"), shown))

    for dealer_id, at, shown in logged:
        path, params = f"/accounts/{dealer_id}/as-of", {"at": at.isoformat()}
        past = (await api(FIN).get(path, params=params)).json()
        assert {name: past[name] for name in SHOWN} == {name: shown[name] for name in SHOWN}, seed
    assert len({str(shown) for _, _, shown in logged}) > 20


@pytest.mark.parametrize(
    "at", ["0001-01-01T00:00:00+14:00", "2199-01-01T00:00:00Z", "2026-01-01T00:00:00", "then"]
)
async def test_a_moment_that_is_not_of_the_past_is_refused(api, billing_db, at):
    dealer = await an_account(billing_db, 0)

    response = await api(FIN).get(f"/accounts/{dealer}/as-of", params={"at": at})

    assert response.status_code == 422
    assert response.json()["faults"][0]["pointer"] == "?at"


async def test_before_it_was_opened_an_account_was_empty(api, billing_db):
    dealer = await an_account(billing_db, 500)

    path, params = f"/accounts/{dealer}/as-of", {"at": "2020-01-01T00:00:00Z"}
    past = (await api(FIN).get(path, params=params)).json()
    missing = await api(FIN).get(f"/accounts/{uuid4()}/as-of", params=params)

    assert [past[name] for name in SHOWN] == [0] * len(SHOWN)
    assert missing.status_code == 404
