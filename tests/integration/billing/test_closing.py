"""Reconciliation exceptions and closed days (F-21) on PostgreSQL."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.auth import Role
from services.billing.app import SERVICE
from services.billing.commands import receipts
from services.billing.domain.documents import business_day
from tests.builders.billing import YUAN, a_receipt
from tests.builders.edge import a_key, an_actor, serving
from tests.integration.billing.test_credit import do
from tests.integration.billing.test_reconciliations import a_file, a_payer, take_in

FIN = an_actor(Role.FIN)
DAY = date(2026, 11, 24)
"""When the receipts of the builders come."""


@pytest.fixture
async def api(billing_db):
    async with serving(SERVICE, billing_db) as clients:
        yield clients


async def close(api, day, actor=FIN, **others):
    body = {"day": str(day), **others}
    return await api(actor).post("/closed-days", json=body, headers=a_key())


async def record(api, dealer, day, reference=None):
    body = {
        "dealer_id": str(dealer.dealer_id),
        "amount_minor": 100,
        "method": "BANK_TRANSFER",
        "received_on": str(day),
        "reference": reference,
    }
    return (await api(FIN).post("/payments", json=body, headers=a_key())).json()


async def exceptions_of(api, imported):
    path = f"/reconciliations/{imported.json()['reconciliation_id']}/exceptions"
    found, query = [], {"limit": 3}
    while True:
        page = (await api(FIN).get(path, params=query)).json()
        found += page["items"]
        if not page["next_cursor"]:
            return found
        query["cursor"] = page["next_cursor"]


async def a_file_with_four_exceptions(api, db):
    """One missing here, one missing there, one of another amount, one twice; and one that fits."""
    dealer, _ = await a_payer(db, 1)
    for yuan, reference in ((10, "B-1"), (20, "B-2"), (30, "B-3")):
        receipt = a_receipt(yuan, dealer_id=dealer.dealer_id, reference=reference)
        await do(db, receipts.record_receipts, receipt)
    return await take_in(
        api,
        a_file(
            f"{DAY},10.00,商贸1,,B-1",
            f"{DAY},20.05,商贸1,,B-2",
            f"{DAY},77.00,谁,,B-9",
            f"{DAY},10.00,商贸1,,B-1",
        ),
    )


async def test_a_file_with_four_differences_has_exactly_four_exceptions(api, billing_db):
    """F-21: 1 missing, 1 extra, 1 wrong amount, 1 duplicate."""
    imported = await a_file_with_four_exceptions(api, billing_db)

    found = await exceptions_of(api, imported)

    assert [(one["kind"], one["bank_reference"], one["line_no"]) for one in found] == [
        ("AMOUNT_DIFFERS", "B-2", 3),
        ("DUPLICATE", "B-1", 5),
        ("MISSING_HERE", "B-9", 4),
        ("MISSING_THERE", "B-3", None),
    ]
    assert (found[0]["amount_minor"], found[0]["recorded_minor"]) == (2_005, 20 * YUAN)


async def test_a_day_with_open_exceptions_is_closed_only_when_somebody_says_why(api, billing_db):
    """F-21: who, when and why are kept."""
    await a_file_with_four_exceptions(api, billing_db)

    refused = await close(api, DAY)
    closed = await close(api, DAY, exceptions_note="银行次日更正")
    again = await close(api, DAY)
    days = (await api(FIN).get("/closed-days")).json()["items"]

    assert (refused.status_code, refused.json()["exceptions"]) == (409, 4)
    assert (closed.status_code, closed.json()["exception_count"]) == (201, 4)
    assert closed.json()["closed_by"] == str(FIN.user_id)
    assert (again.status_code, again.json()["type"].endswith("day-closed")) == (409, True)
    assert days == [closed.json()]


async def test_money_of_a_closed_day_counts_for_the_next_open_one_and_keeps_both_days(
    api, billing_db
):
    """E-32, F-21: what is closed is not rewritten."""
    dealer, _ = await a_payer(billing_db, 1)
    await close(api, DAY)

    late, open_ = [await record(api, dealer, day) for day in (DAY, DAY + timedelta(days=1))]

    assert (late["received_on"], late["booked_on"]) == ("2026-11-24", "2026-11-25")
    assert (open_["received_on"], open_["booked_on"]) == ("2026-11-25", "2026-11-25")
    posted = await billing_db.fetch("SELECT created_at FROM entries")
    assert {business_day(row["created_at"]) for row in posted} == {business_day(datetime.now(UTC))}


async def test_a_day_is_closed_after_it_is_over_and_in_order(api, billing_db):
    """F-21: closing a day closes all before it."""
    today = business_day(datetime.now(UTC))

    early = await close(api, today)
    closed = await close(api, DAY)
    before = await close(api, DAY - timedelta(days=3))
    stranger = await close(api, DAY, actor=an_actor(Role.SAL))

    assert [answer.status_code for answer in (early, closed, before, stranger)] == [
        422,
        201,
        409,
        403,
    ]


async def test_while_a_day_is_closed_no_money_slips_into_it(api, billing_db):
    """E-32: receipts and the closing at once: each counts before it, or for the next day."""
    dealer, _ = await a_payer(billing_db, 1)

    answers = await asyncio.gather(*(record(api, dealer, DAY) for _ in range(10)), close(api, DAY))

    slipped = await billing_db.fetchval(
        "SELECT count(*) FROM receipts WHERE booked_on IS NULL"
        " AND recorded_at > (SELECT closed_at FROM closed_days)"
    )
    assert answers[-1].status_code == 201
    assert slipped == 0
