"""The HTTP API of billing: who may do what, who sees what, and what is answered."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chassis.auth import Role
from chassis.db import transaction
from chassis.scope import reading
from services.billing.app import SERVICE
from services.billing.commands import adjustments, credit, invoices, reconciliations, refunds
from services.billing.domain.refunds import RequestRefund
from tests.builders.billing import YUAN, a_dealer, a_hold, a_release, a_shipment, an_adjustment
from tests.builders.edge import a_key, an_actor, serving
from tests.integration.billing.test_credit import do
from tests.integration.billing.test_credit_notes import ask as credit_back
from tests.integration.billing.test_limits import a_grant
from tests.integration.billing.test_receipts import faults

PAYMENT = {"method": "BANK_TRANSFER", "amount_minor": 100_000}
FIN = an_actor(Role.FIN)
COLUMNS = "date,amount,payer,reference,bank_reference"


@pytest.fixture
async def api(billing_db):
    async with serving(SERVICE, billing_db) as clients:
        yield clients


async def a_dealer_with_order(db, total_yuan=1_000, *, salesperson_id=None):
    dealer = a_dealer(0, salesperson_id=salesperson_id)
    order = a_hold(total_yuan, credit_yuan=0, dealer_id=dealer.dealer_id)
    await do(db, credit.follow_dealers, dealer)
    await do(db, credit.hold_credit, order)
    return dealer, order


def a_payment(dealer, *shares, **others):
    allocations = [
        {"order_id": str(order.order_id), "amount_minor": yuan * YUAN} for order, yuan in shares
    ]
    return {
        **PAYMENT,
        "dealer_id": str(dealer.dealer_id),
        "allocations": allocations,
        **others,
    }


def a_refund_of(dealer):
    where = {"bank": "中国银行", "account_name": dealer.name, "account_number": "4301-0001"}
    return RequestRefund(uuid4(), dealer.dealer_id, 1, "退款", **where, by=uuid4())


async def record(api, body, actor=FIN, key=None):
    return await api(actor).post("/payments", json=body, headers=key or a_key())


async def test_finance_records_a_payment_and_sees_what_became_of_it(api, billing_db):
    dealer, order = await a_dealer_with_order(billing_db, 800)

    recorded = await record(api, a_payment(dealer, (order, 1_000)))
    seen = await api(FIN).get(f"/payments/{recorded.json()['payment_id']}")

    assert recorded.status_code == 201, recorded.text
    assert seen.headers["etag"] == f'"{seen.json()["version"]}"'
    assert seen.json() == recorded.json()
    facts = seen.json()
    assert facts["number"].startswith("SK-")
    assert (facts["allocated_minor"], facts["unallocated_minor"]) == (800 * YUAN, 200 * YUAN)
    assert facts["allocations"][0]["order_number"] == order.number
    assert facts["allowed_actions"] == ["payments.allocate", "payments.reverse"]
    assert await faults(billing_db) == []


async def test_a_repeated_request_books_the_money_once(api, billing_db):
    dealer, order = await a_dealer_with_order(billing_db)
    key, body = a_key(), a_payment(dealer, (order, 500))

    first, second = [await record(api, body, key=key) for _ in range(2)]

    assert first.content == second.content
    assert second.headers["idempotency-replayed"] == "true"
    assert await billing_db.fetchval("SELECT count(*) FROM receipts") == 1


async def test_a_payment_without_a_key_is_refused(api, billing_db):
    dealer, _ = await a_dealer_with_order(billing_db)

    response = await api(FIN).post("/payments", json=a_payment(dealer))

    assert response.status_code == 400
    assert response.json()["type"].endswith("/idempotency-key-missing")


@pytest.mark.parametrize("role", [Role.SAL, Role.ADM, Role.PCK, Role.WHS, Role.DLV, Role.DLR])
async def test_nobody_but_finance_records_money(api, billing_db, role):
    dealer, _ = await a_dealer_with_order(billing_db)
    actor = an_actor(role, dealer_id=dealer.dealer_id if role is Role.DLR else None)

    response = await record(api, a_payment(dealer), actor)

    assert response.status_code == 403
    assert await billing_db.fetchval("SELECT count(*) FROM receipts") == 0


async def test_who_sells_to_a_dealer_does_not_book_his_money(api, billing_db):
    both = an_actor(Role.FIN, Role.SAL)
    dealer, _ = await a_dealer_with_order(billing_db, salesperson_id=both.user_id)

    response = await record(api, a_payment(dealer), both)

    assert response.status_code == 403
    assert response.json()["type"].endswith("/salesperson-may-not-collect")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"amount_minor": 0}, "/amount_minor"),
        ({"amount_minor": 1.5}, "/amount_minor"),
        ({"method": "SHELLS"}, "/method"),
        ({"dealer_id": str(uuid4())}, "/dealer_id"),
        ({"colour": "red"}, "/colour"),
        ({"received_on": str((datetime.now(UTC) + timedelta(days=3)).date())}, "/received_on"),
        (
            {"allocations": [{"order_id": str(uuid4()), "amount_minor": 1}]},
            "/allocations/0/order_id",
        ),
    ],
)
async def test_a_wrong_field_is_named(api, billing_db, change, pointer):
    dealer, _ = await a_dealer_with_order(billing_db)

    response = await record(api, a_payment(dealer) | change)

    assert response.status_code == 422
    assert response.json()["faults"][0]["pointer"] == pointer


async def test_an_order_is_named_once_per_payment(api, billing_db):
    dealer, order = await a_dealer_with_order(billing_db)

    response = await record(api, a_payment(dealer, (order, 1), (order, 2)))

    assert response.json()["faults"][0]["pointer"] == "/allocations/1/order_id"


async def test_a_reference_that_was_booked_before_names_that_payment(api, billing_db):
    dealer, _ = await a_dealer_with_order(billing_db)
    first = await record(api, a_payment(dealer, reference="TX-1"))

    second = await record(api, a_payment(dealer, reference=" TX-1 "))

    assert second.status_code == 409
    assert second.json()["number"] == first.json()["number"]


async def test_a_payment_is_allocated_later_by_who_saw_its_latest_version(api, billing_db):
    dealer, order = await a_dealer_with_order(billing_db)
    payment = (await record(api, a_payment(dealer))).json()
    body = {"allocations": [{"order_id": str(order.order_id), "amount_minor": 40_000}]}
    path = f"/payments/{payment['payment_id']}/allocate"

    done = await api(FIN).post(path, json=body, headers=a_key() | {"If-Match": '"1"'})
    stale = await api(FIN).post(path, json=body, headers=a_key() | {"If-Match": '"1"'})

    assert (done.status_code, done.json()["allocated_minor"]) == (200, 40_000)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)


async def test_money_for_a_cancelled_order_names_its_state(api, billing_db):
    dealer, order = await a_dealer_with_order(billing_db)
    await do(billing_db, credit.release_credit, a_release(order))
    late = await record(api, a_payment(dealer, (order, 1_000)))

    body = {"allocations": [{"order_id": str(order.order_id), "amount_minor": 1}]}
    path = f"/payments/{late.json()['payment_id']}/allocate"
    refused = await api(FIN).post(path, json=body, headers=a_key())

    assert late.json()["unallocated_minor"] == 100_000
    assert refused.status_code == 409
    assert refused.json()["state"] == "RELEASED"
    assert refused.json()["title"] == "订单已取消或已拒绝，不能再收款。"


async def test_a_large_payment_is_reversed_by_a_colleague(api, billing_db):
    dealer, order = await a_dealer_with_order(billing_db)
    body = a_payment(dealer, (order, 1_000), amount_minor=10_000_000)
    payment_id = (await record(api, body)).json()["payment_id"]
    path, reason = f"/payments/{payment_id}/reverse", {"reason": "退票"}

    own = await api(FIN).post(path, json=reason, headers=a_key())
    other = await api(an_actor(Role.FIN)).post(path, json=reason, headers=a_key())

    assert own.status_code == 403
    assert other.status_code == 200, other.text
    assert (other.json()["state"], other.json()["allocations"]) == ("REVERSED", [])
    assert other.json()["allowed_actions"] == []
    assert await faults(billing_db) == []


async def test_a_dealer_pays_his_order_from_his_wallet_once(api, billing_db):
    dealer, order = await a_dealer_with_order(billing_db)
    await record(api, a_payment(dealer, amount_minor=150_000))
    me = api(an_actor(Role.DLR, dealer_id=dealer.dealer_id))
    path, body = f"/accounts/{dealer.dealer_id}/pay-order", {"order_id": str(order.order_id)}

    paid, again = [await me.post(path, json=body, headers=a_key()) for _ in range(2)]

    assert paid.status_code == 200, paid.text
    assert paid.json()["order"]["payment_status"] == "PAID"
    assert paid.json()["account"]["wallet_minor"] == 50_000
    assert again.json()["type"].endswith("/nothing-due")


async def test_a_dealer_pays_and_sees_nothing_of_another(api, billing_db):
    dealer, order = await a_dealer_with_order(billing_db)
    payment = (await record(api, a_payment(dealer, (order, 100)))).json()
    await do(billing_db, invoices.issue_invoices, a_shipment(order))
    invoice_id = await billing_db.fetchval("SELECT invoice_id FROM invoices")
    other, _ = await a_dealer_with_order(billing_db)
    stranger = api(an_actor(Role.DLR, dealer_id=other.dealer_id))

    paid = await stranger.post(
        f"/accounts/{dealer.dealer_id}/pay-order",
        json={"order_id": str(order.order_id)},
        headers=a_key(),
    )
    statuses = [
        (await stranger.get(path)).status_code
        for path in (
            f"/accounts/{dealer.dealer_id}",
            f"/accounts/{dealer.dealer_id}/entries",
            f"/payments/{payment['payment_id']}",
            f"/invoices/{invoice_id}",
        )
    ]
    lists = [(await stranger.get(path)).json()["items"] for path in ("/payments", "/invoices")]
    queue = (await stranger.get("/receivables")).json()["items"]

    assert [paid.status_code, *statuses] == [404] * 5
    assert lists == [[], []]
    assert {row["dealer_id"] for row in queue} == {str(other.dealer_id)}


async def test_a_salesperson_sees_the_accounts_of_his_dealers_only(api, billing_db):
    seller = an_actor(Role.SAL)
    mine, _ = await a_dealer_with_order(billing_db, salesperson_id=seller.user_id)
    foreign, _ = await a_dealer_with_order(billing_db)
    for dealer in (mine, foreign):
        await record(api, a_payment(dealer))

    accounts = (await api(seller).get("/accounts")).json()["items"]
    payments = (await api(seller).get("/payments")).json()["items"]
    hidden = await api(seller).get(f"/accounts/{foreign.dealer_id}")

    assert [row["dealer_id"] for row in accounts] == [str(mine.dealer_id)]
    assert [row["dealer_id"] for row in payments] == [str(mine.dealer_id)]
    assert hidden.status_code == 404


async def test_an_account_shows_what_can_still_be_ordered(api, billing_db):
    dealer = a_dealer(1_000)
    order = a_hold(600, dealer_id=dealer.dealer_id)
    await do(billing_db, credit.follow_dealers, dealer)
    await do(billing_db, credit.hold_credit, order)
    await do(billing_db, invoices.issue_invoices, a_shipment(order, 250))

    account = (await api(FIN).get(f"/accounts/{dealer.dealer_id}")).json()

    assert account["held_minor"] == 350 * YUAN
    assert account["receivable_minor"] == 250 * YUAN
    assert account["available_minor"] == 400 * YUAN


async def test_finance_finds_what_to_collect(api, billing_db):
    dealer, order = await a_dealer_with_order(billing_db)
    paid = a_hold(10, credit_yuan=0, dealer_id=dealer.dealer_id)
    credited = a_hold(0, dealer_id=dealer.dealer_id)
    for one in (paid, credited):
        await do(billing_db, credit.hold_credit, one)
    await record(api, a_payment(dealer, (order, 300), (paid, 10)))

    queue = (await api(FIN).get("/receivables", params={"dealer_id": dealer.dealer_id})).json()
    unpaid = (await api(FIN).get("/receivables", params={"status": "UNPAID"})).json()
    counts = (await api(FIN).get("/receivables/counts")).json()

    (row,) = queue["items"]
    assert (row["order_id"], row["payment_status"]) == (str(order.order_id), "PARTIALLY_PAID")
    assert row["open_due_minor"] == 700 * YUAN
    assert unpaid["items"] == []
    assert counts == {"PARTIALLY_PAID": 1}


async def test_entries_come_in_pages_newest_first(api, billing_db):
    dealer, order = await a_dealer_with_order(billing_db)
    for _ in range(3):
        await record(api, a_payment(dealer, (order, 100)))
    path, client = f"/accounts/{dealer.dealer_id}/entries", api(FIN)

    pages, cursor = [], None
    while True:
        query = {"limit": 5} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(path, params=query)).json()
        pages.append(page["items"])
        if not (cursor := page["next_cursor"]):
            break

    ids = [entry["entry_id"] for page in pages for entry in page]
    assert [len(page) for page in pages] == [5, 5, 2]
    assert ids == sorted(ids, reverse=True)


async def test_an_invoice_is_shown_with_its_lines(api, billing_db):
    dealer, order = await a_dealer_with_order(billing_db)
    await do(billing_db, invoices.issue_invoices, a_shipment(order))
    client = api(an_actor(Role.DLR, dealer_id=dealer.dealer_id))

    (row,) = (await client.get("/invoices", params={"order_id": order.order_id})).json()["items"]
    invoice = (await client.get(f"/invoices/{row['invoice_id']}")).json()

    assert invoice["number"].startswith("FP-")
    assert invoice["gross_minor"] == invoice["lines"][0]["gross_minor"] == 1_000 * YUAN


@pytest.mark.parametrize("role", [Role.DLR, Role.SAL])
async def test_no_table_shows_a_row_of_a_foreign_dealer(api, billing_db, role):
    """P-10: but who leads the dealer's territory sees them all, but for the lines of the bank."""
    dealer, order = await a_dealer_with_order(billing_db)
    await record(api, a_payment(dealer, (order, 100)))
    await do(billing_db, invoices.issue_invoices, a_shipment(order))
    await do(billing_db, refunds.request_refunds, a_refund_of(dealer))
    async with transaction(billing_db) as tx:
        line = f"2026-11-20,1.00,{dealer.name},,B-1"
        await reconciliations.import_file(tx, "a.csv", f"{COLUMNS}\n{line}", uuid4())
    await do(billing_db, adjustments.adjust_credit, an_adjustment(order, 2_000, approved=True))
    await api(FIN).post("/limit-grants", json=a_grant(dealer.dealer_id, 1), headers=a_key())
    invoice_id = str(await billing_db.fetchval("SELECT invoice_id FROM invoices"))
    await credit_back(api, invoice_id, 1)
    await billing_db.execute("INSERT INTO dunnings SELECT dealer_id, 1, 1, 1, now() FROM accounts")
    stranger = an_actor(role, dealer_id=uuid4() if role is Role.DLR else None)

    leader = an_actor(Role.SAL, territories=frozenset({"江苏/南京"}))
    foreigner = an_actor(Role.SAL, territories=frozenset({"江苏/苏州", "浙江"}))

    seen, stored = {}, {}
    for table in await billing_db.fetch(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = 'dealer_id'"
    ):
        count = f"SELECT count(*) FROM {table['table_name']}"
        stored[table["table_name"]] = await billing_db.fetchval(count)
        for who in (stranger, foreigner, leader):
            async with reading(api.runtime, who) as reader:
                seen[who, table["table_name"]] = await reader.fetchval(count)

    assert len(stored) == 15
    assert all(stored.values())
    assert not any(count for (who, _), count in seen.items() if who is not leader)
    assert {name for name in stored if seen[leader, name] != stored[name]} == {"bank_lines"}


@pytest.mark.parametrize("field", ["note", "reference"])
async def test_text_that_cannot_be_stored_is_refused(api, billing_db, field):
    dealer, _ = await a_dealer_with_order(billing_db)

    response = await record(api, a_payment(dealer) | {field: "a\0b"})

    assert response.status_code == 422
    assert response.json()["faults"][0]["pointer"] == f"/{field}"


@pytest.mark.parametrize("path", ["/accounts", "/payments"])
async def test_a_search_for_what_cannot_be_stored_is_refused(api, path):
    response = await api(FIN).get(path, params={"q": "a\0b"})

    assert response.status_code == 422
    assert response.json()["faults"][0]["pointer"] == "?q"


async def test_what_is_not_there_is_not_found(api):
    body = {"allocations": [{"order_id": str(uuid4()), "amount_minor": 1}]}

    answers = [
        await api(FIN).post(f"/payments/{uuid4()}/allocate", json=body, headers=a_key()),
        await api(FIN).post(f"/payments/{uuid4()}/reverse", json={"reason": "x"}, headers=a_key()),
        await api(FIN).post(
            f"/accounts/{uuid4()}/pay-order", json={"order_id": str(uuid4())}, headers=a_key()
        ),
        await api(FIN).get(f"/payments/{uuid4()}"),
        await api(FIN).get(f"/invoices/{uuid4()}"),
        await api(FIN).get(f"/accounts/{uuid4()}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6


async def test_accounts_are_found_by_code_or_name_and_come_in_pages(api, billing_db):
    dealers = [
        a_dealer(1).model_copy(update={"code": f"JXS-{n:06}", "name": f"商贸{n}"}) for n in range(5)
    ]
    await do(billing_db, credit.follow_dealers, *dealers)

    async def found(**query):
        page = (await api(FIN).get("/accounts", params=query)).json()
        return [row["dealer_code"] for row in page["items"]], page["next_cursor"]

    first, cursor = await found(limit=3)
    second, end = await found(limit=3, cursor=cursor)

    assert (first, second, end) == (
        ["JXS-000000", "JXS-000001", "JXS-000002"],
        ["JXS-000003", "JXS-000004"],
        None,
    )
    assert await found(q="jxs-000003") == (["JXS-000003"], None)
    assert await found(q="贸2") == (["JXS-000002"], None)
