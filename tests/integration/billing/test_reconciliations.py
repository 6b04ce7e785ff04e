"""Reconciliation of bank files (F-21) on PostgreSQL: proposals, decisions, nothing twice."""

import asyncio
from uuid import uuid4

import pytest

from chassis.auth import Role
from services.billing.app import SERVICE
from services.billing.commands import credit, receipts
from tests.builders.billing import YUAN, a_dealer, a_hold, a_receipt
from tests.builders.edge import a_key, an_actor, serving
from tests.integration.billing.test_credit import do
from tests.integration.billing.test_receipts import faults

FIN = an_actor(Role.FIN)
HEAD = "date,amount,payer,reference,bank_reference"


@pytest.fixture
async def api(billing_db):
    async with serving(SERVICE, billing_db) as clients:
        yield clients


async def a_payer(db, place, *totals_yuan):
    """A dealer with a code and name of his own, and prepaid orders of these totals."""
    dealer = a_dealer(0).model_copy(update={"code": f"JXS-{place:06}", "name": f"商贸{place}"})
    await do(db, credit.follow_dealers, dealer)
    orders = [
        a_hold(yuan, credit_yuan=0, dealer_id=dealer.dealer_id).model_copy(
            update={"number": f"XS2611-{place:03}{n:04}"}
        )
        for n, yuan in enumerate(totals_yuan)
    ]
    await do(db, credit.hold_credit, *orders)
    return dealer, orders


def a_file(*lines):
    return {"file_name": "icbc.csv", "csv": "\n".join([HEAD, *lines])}


async def take_in(api, body, actor=FIN, key=None):
    return await api(actor).post("/reconciliations", json=body, headers=key or a_key())


async def lines_of(api, imported, **query):
    path = f"/reconciliations/{imported.json()['reconciliation_id']}/lines"
    return (await api(FIN).get(path, params=query)).json()["items"]


async def decide(api, line, what, actor=FIN, **body):
    path = f"/reconciliations/{line['reconciliation_id']}/lines/{line['line_no']}/{what}"
    return await api(actor).post(path, json=body, headers=a_key())


async def test_a_line_is_matched_by_receipt_number_payer_or_amount(api, billing_db):
    one, (first, second) = await a_payer(billing_db, 1, 100, 250)
    two, (third,) = await a_payer(billing_db, 2, 777)
    known = a_receipt(9, dealer_id=one.dealer_id, reference="B-1")
    await do(billing_db, receipts.record_receipts, known)

    imported = await take_in(
        api,
        a_file(
            "2026-11-20,9.00,谁,,B-1",
            f"2026-11-20,60.00,别人,货款{first.number}尾款,B-2",
            "2026/11/20,250.00,商贸1,货款,B-3",
            "2026-11-20,5.00,王某,代JXS-000002付,B-4",
            '2026-11-20,"777.00",王某,,B-5',
            "2026-11-20,31.40,王某,,B-6",
        ),
    )

    lines = await lines_of(api, imported)
    assert imported.status_code == 201, imported.text
    assert [line["matched_by"] for line in lines] == [
        "RECEIPT",
        "ORDER_NUMBER",
        "PAYER",
        "PAYER",
        "AMOUNT",
        None,
    ]
    assert [line["state"] for line in lines] == ["RECORDED", *["OPEN"] * 5]
    assert lines[0]["receipt_id"] == str(known.receipt_id)
    assert [line["order_id"] for line in lines[1:5]] == [
        str(first.order_id),
        str(second.order_id),
        None,
        str(third.order_id),
    ]
    assert lines[3]["dealer_id"] == str(two.dealer_id)
    assert await billing_db.fetchval("SELECT count(*) FROM receipts") == 1


async def test_where_two_orders_fit_nobody_is_proposed(api, billing_db):
    await a_payer(billing_db, 1, 100)
    await a_payer(billing_db, 2, 100)

    imported = await take_in(api, a_file("2026-11-20,100.00,王某,,B-1"))

    (line,) = await lines_of(api, imported)
    assert (line["matched_by"], line["dealer_id"]) == (None, None)


async def test_a_confirmed_line_is_a_receipt_that_pays_its_order(api, billing_db):
    _, (order,) = await a_payer(billing_db, 1, 100)
    imported = await take_in(api, a_file(f"2026-11-20,130.00,商贸1,{order.number},B-1"))
    (line,) = await lines_of(api, imported)

    confirmed = await decide(api, line, "confirm")

    assert confirmed.status_code == 200, confirmed.text
    assert (confirmed.json()["state"], confirmed.json()["recorded_minor"]) == ("CONFIRMED", 13_000)
    receipt = await billing_db.fetchrow("SELECT reference, received_on, note FROM receipts")
    assert (receipt["reference"], str(receipt["received_on"])) == ("B-1", "2026-11-20")
    assert await billing_db.fetchval("SELECT payment_status FROM order_accounts") == "PAID"
    assert await billing_db.fetchval("SELECT wallet_minor FROM accounts") == 30 * YUAN
    assert await faults(billing_db) == []


async def test_a_line_is_confirmed_once_also_at_once(api, billing_db):
    """E-02: the same money is never booked twice."""
    _, (order,) = await a_payer(billing_db, 1, 100)
    imported = await take_in(api, a_file(f"2026-11-20,100.00,商贸1,{order.number},B-1"))
    (line,) = await lines_of(api, imported)

    answers = await asyncio.gather(*(decide(api, line, "confirm") for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert await billing_db.fetchval("SELECT count(*) FROM receipts") == 1
    assert await faults(billing_db) == []


async def test_the_same_file_and_the_same_line_change_nothing(api, billing_db):
    await a_payer(billing_db, 1, 100)
    first = a_file("2026-11-20,1.00,a,,B-1", "2026-11-20,2.00,a,,B-2", "2026-11-20,2.00,a,,B-2")
    longer = a_file("2026-11-20,2.00,a,,B-2", "2026-11-21,3.00,a,,B-3")

    once, *again = await asyncio.gather(*(take_in(api, first) for _ in range(4)))
    later = await take_in(api, longer)

    assert {answer.content for answer in again} == {once.content}
    assert (once.json()["line_count"], once.json()["known_count"]) == (2, 0)
    assert (later.json()["line_count"], later.json()["known_count"]) == (2, 1)
    assert [line["bank_reference"] for line in await lines_of(api, later)] == ["B-3"]
    assert await billing_db.fetchval("SELECT count(*) FROM bank_lines") == 3
    assert await billing_db.fetchval("SELECT count(*) FROM reconciliations") == 2


async def test_finance_says_whose_money_it_is_where_nothing_is_proposed(api, billing_db):
    dealer, _ = await a_payer(billing_db, 1)
    imported = await take_in(api, a_file("2026-11-20,42.00,王某,,B-1"))
    (line,) = await lines_of(api, imported)

    silent = await decide(api, line, "confirm")
    said = await decide(api, line, "confirm", dealer_id=str(dealer.dealer_id))

    assert (silent.status_code, silent.json()["faults"][0]["pointer"]) == (422, "/dealer_id")
    assert said.status_code == 200, said.text
    assert await billing_db.fetchval("SELECT wallet_minor FROM accounts") == 42 * YUAN


async def test_a_rejected_line_books_nothing_until_it_is_confirmed_after_all(api, billing_db):
    dealer, _ = await a_payer(billing_db, 1)
    imported = await take_in(api, a_file("2026-11-20,42.00,商贸1,,B-1"))
    (line,) = await lines_of(api, imported)

    rejected = await decide(api, line, "reject", reason="员工还款")
    booked = await billing_db.fetchval("SELECT count(*) FROM receipts")
    twice = await decide(api, line, "reject", reason="员工还款")
    after_all = await decide(api, line, "confirm")

    assert (rejected.json()["state"], booked, twice.status_code) == ("REJECTED", 0, 409)
    assert after_all.json()["dealer_id"] == str(dealer.dealer_id)
    assert await faults(billing_db) == []


async def test_money_recorded_by_hand_meanwhile_is_not_booked_again(api, billing_db):
    """I-11: what the bank calls one payment is booked at most once."""
    dealer, _ = await a_payer(billing_db, 1)
    imported = await take_in(api, a_file("2026-11-20,42.00,商贸1,,B-1"))
    (line,) = await lines_of(api, imported)
    ask = a_receipt(42, dealer_id=dealer.dealer_id, reference="B-1")
    await do(billing_db, receipts.record_receipts, ask)

    confirmed = await decide(api, line, "confirm")

    assert confirmed.status_code == 409
    assert confirmed.json()["type"].endswith("/reference-used")
    assert await billing_db.fetchval("SELECT count(*) FROM receipts") == 1


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("2026-13-01,1.00,a,,B-1", "date"),
        ("2199-01-01,1.00,a,,B-1", "date"),
        ("2026-11-20,-1.00,a,,B-1", "amount"),
        ("2026-11-20,1.001,a,,B-1", "amount"),
        ("2026-11-20,0.00,a,,B-1", "amount"),
        ("2026-11-20,NaN,a,,B-1", "amount"),
        ("2026-11-20,1e99999999,a,,B-1", "amount"),
        ("2026-11-20,1.00,a,,", "reference"),
        ("2026-11-20,1.00,a", "columns"),
    ],
)
async def test_a_line_that_cannot_be_read_is_named_and_nothing_is_stored(
    api, billing_db, line, fault
):
    response = await take_in(api, a_file("2026-11-20,1.00,a,,B-0", line))

    assert response.status_code == 422
    (found,) = response.json()["faults"]
    assert (found["pointer"], found["fault"].partition(":")[0]) == ("/csv", "Line 3")
    assert fault in found["fault"]
    assert await billing_db.fetchval("SELECT count(*) FROM bank_lines") == 0


@pytest.mark.parametrize("text", ["a,b,c", "\n", f'{HEAD}\n"{"x" * 200_000}'])
async def test_a_file_that_is_none_of_the_bank_is_refused(api, text):
    response = await take_in(api, {"file_name": "x", "csv": text})

    assert response.status_code == 422


@pytest.mark.parametrize("role", [Role.SAL, Role.DLR, Role.WHS, Role.ADM])
async def test_nobody_but_finance_reconciles(api, role):
    actor = an_actor(role, dealer_id=uuid4() if role is Role.DLR else None)

    response = await take_in(api, a_file("2026-11-20,1.00,a,,B-0"), actor)

    assert response.status_code == 403


async def test_what_is_not_there_is_not_found(api):
    line = {"reconciliation_id": uuid4(), "line_no": 2}

    answers = [
        await decide(api, line, "confirm"),
        await decide(api, line, "reject", reason="x"),
        await api(FIN).get(f"/reconciliations/{uuid4()}"),
        await api(FIN).get(f"/reconciliations/{uuid4()}/lines"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
