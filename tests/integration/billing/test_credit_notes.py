"""Credit notes on PostgreSQL: four eyes, stored shares, receivable first, books that balance."""

import asyncio
from uuid import UUID

import pytest

from chassis.auth import Role
from contracts.billing import (
    CreditNoteIssued,
    CreditNoteRejected,
    CreditNoteRequested,
    FundsReturned,
    InvoiceLine,
    IssueInvoice,
    OrderFundsChanged,
)
from services.billing.app import SERVICE
from services.billing.commands import adjustments, credit, invoices, receipts
from tests.builders.billing import YUAN, a_hold, a_receipt, a_release, a_share, an_adjustment
from tests.builders.edge import a_key, an_actor, serving
from tests.integration.billing.test_credit import an_account, do, told
from tests.integration.billing.test_receipts import faults, wallet
from tests.integration.billing.test_refunds import posted
from tests.integration.billing.test_statements import this_day

ASKER, ISSUER = an_actor(Role.FIN), an_actor(Role.FIN)


@pytest.fixture
async def api(billing_db):
    async with serving(SERVICE, billing_db) as clients:
        yield clients


async def an_invoice(db, *, paid_yuan=0, quantity=3, gross_yuan=100, total_yuan=100):
    """An order on credit of which one line is invoiced, 13 % tax included."""
    dealer = await an_account(db, 1_000)
    order = a_hold(total_yuan, dealer_id=dealer)
    await do(db, credit.hold_credit, order)
    if paid_yuan:
        receipt = a_receipt(paid_yuan, a_share(order, paid_yuan), dealer_id=dealer)
        await do(db, receipts.record_receipts, receipt)
    gross = gross_yuan * YUAN
    tax = (2 * gross * 13 + 113) // (2 * 113)
    line = InvoiceLine(
        line_no=1,
        sku="SKU-1",
        quantity=quantity,
        net_minor=gross - tax,
        tax_minor=tax,
        gross_minor=gross,
    )
    shipment = IssueInvoice(
        order_id=order.order_id,
        number=order.number,
        dealer_id=dealer,
        shipment_id=order.order_id,
        lines=(line,),
    )
    await do(db, invoices.issue_invoices, shipment)
    return order, str(await db.fetchval("SELECT invoice_id FROM invoices"))


async def ask(api, invoice_id, quantity, line_no=1, actor=ASKER):
    body = {
        "invoice_id": invoice_id,
        "lines": [{"line_no": line_no, "quantity": quantity}],
        "reason": "退货",
    }
    return await api(actor).post("/credit-notes", json=body, headers=a_key())


async def take(api, note, step, actor=ISSUER, **body):
    path = f"/credit-notes/{note.json()['credit_note_id']}/{step}"
    return await api(actor).post(path, json=body or None, headers=a_key())


async def issued(api, invoice_id, quantity):
    return await take(api, await ask(api, invoice_id, quantity), "issue")


async def owed(db):
    return await db.fetchval("SELECT receivable_minor FROM accounts")


async def test_a_line_is_returned_piece_by_piece_to_the_fen(api, billing_db):
    """V-7: 33.33/3.83, 33.34/3.84, 33.33/3.83; then nothing is owed and nothing is left."""
    _, invoice = await an_invoice(billing_db)

    notes = [(await issued(api, invoice, 1)).json() for _ in range(3)]
    again = await ask(api, invoice, 1)

    assert [(note["gross_minor"], note["tax_minor"]) for note in notes] == [
        (3_333, 383),
        (3_334, 384),
        (3_333, 383),
    ]
    assert again.status_code == 422
    assert await owed(billing_db) == 0
    assert await posted(billing_db) == {}
    assert len(await told(billing_db, CreditNoteIssued)) == 3
    assert await faults(billing_db) == []


async def test_what_is_credited_lowers_what_is_owed_first_and_then_fills_the_wallet(
    api, billing_db
):
    """E-33: of 100 invoiced 80 are paid; 20 are owed, so of a note of 33.33 13.33 return."""
    await an_invoice(billing_db, paid_yuan=80)

    await issued(api, str(await billing_db.fetchval("SELECT invoice_id FROM invoices")), 1)

    assert await owed(billing_db) == 0
    assert await billing_db.fetchval("SELECT wallet_minor FROM accounts") == 1_333
    (returned,) = await told(billing_db, FundsReturned)
    assert returned.amount_minor == 1_333
    newest = (await told(billing_db, OrderFundsChanged))[-1]
    assert newest.covered_minor == 100 * YUAN
    assert await faults(billing_db) == []


async def test_the_refund_follows_the_stored_share_of_the_line_not_the_list_price(api, billing_db):
    """E-11: 6 pieces of list price 60 were sold for 324 (10 % off); 5 come back for 270."""
    _, invoice = await an_invoice(
        billing_db, paid_yuan=324, quantity=6, gross_yuan=324, total_yuan=324
    )

    await issued(api, invoice, 5)

    assert await wallet(billing_db) == 270
    assert await faults(billing_db) == []


async def test_who_asked_for_a_credit_note_does_not_issue_it(api, billing_db):
    """5.9: and until somebody did, nothing is posted."""
    _, invoice = await an_invoice(billing_db)
    asked = await ask(api, invoice, 1)

    own = await take(api, asked, "issue", ASKER)

    assert asked.json()["number"].startswith("HZ-")
    assert (asked.json()["allowed_actions"], own.status_code) == (["credit-notes.reject"], 403)
    assert await owed(billing_db) == 100 * YUAN
    assert len(await told(billing_db, CreditNoteRequested)) == 1


async def test_a_rejected_credit_note_leaves_its_quantity_to_others(api, billing_db):
    _, invoice = await an_invoice(billing_db)
    asked = await ask(api, invoice, 3)
    full = await ask(api, invoice, 1)

    rejected = await take(api, asked, "reject", reason="货未退回")
    twice = await take(api, asked, "issue")
    others = await issued(api, invoice, 3)

    assert (full.status_code, rejected.json()["state"], twice.status_code) == (
        422,
        "REJECTED",
        409,
    )
    assert others.json()["gross_minor"] == 100 * YUAN
    assert len(await told(billing_db, CreditNoteRejected)) == 1
    assert await faults(billing_db) == []


async def test_ten_who_credit_the_same_three_pieces_at_once_credit_three(api, billing_db):
    """E-06: never more than was invoiced."""
    _, invoice = await an_invoice(billing_db)

    asked = await asyncio.gather(*(ask(api, invoice, 1) for _ in range(10)))

    assert sorted(answer.status_code for answer in asked) == [201] * 3 + [422] * 7


async def test_an_order_that_goes_on_after_a_credit_note_owes_its_rest_only(api, billing_db):
    """E-12: 100 of 300 are invoiced and credited; amended to 250, 150 remain to be held."""
    order, invoice = await an_invoice(billing_db, total_yuan=300)

    await issued(api, invoice, 3)
    held = [await billing_db.fetchval("SELECT held_minor FROM accounts")]
    await do(billing_db, adjustments.adjust_credit, an_adjustment(order, 250))
    held.append(await billing_db.fetchval("SELECT held_minor FROM accounts"))
    due = await billing_db.fetchval("SELECT due_minor FROM order_accounts")
    await do(billing_db, credit.release_credit, a_release(order))

    assert ([minor // YUAN for minor in held], due) == ([200, 150], 150 * YUAN)
    assert await billing_db.fetchval("SELECT due_minor FROM order_accounts") == 0
    assert await faults(billing_db) == []


async def test_a_credit_note_stands_in_the_statement_and_the_past_stays(api, billing_db):
    """P-09, U-02: with its number; what was owed before it is still told."""
    order, invoice = await an_invoice(billing_db)
    at = await billing_db.fetchval("SELECT clock_timestamp()")
    note = (await issued(api, invoice, 1)).json()

    path = f"/accounts/{order.dealer_id}"
    statement = (await api(ASKER).get(f"{path}/statement", params=this_day())).json()
    then = (await api(ASKER).get(f"{path}/as-of", params={"at": at.isoformat()})).json()

    line = statement["lines"][-1]
    assert (line["kind"], line["document_number"]) == ("CREDIT_NOTE", note["number"])
    assert (line["change_minor"], line["balance_minor"]) == (-3_333, 6_667)
    assert statement["aging"]["total_minor"] == 6_667
    assert then["receivable_minor"] == 100 * YUAN


async def test_a_dealer_sees_his_own_credit_notes_only(api, billing_db):
    order, invoice = await an_invoice(billing_db)
    note = (await ask(api, invoice, 1)).json()["credit_note_id"]

    readers = [an_actor(Role.DLR, dealer_id=whose) for whose in (order.dealer_id, UUID(int=9))]
    answers = [await api(reader).get(f"/credit-notes/{note}") for reader in readers]
    lists = [(await api(reader).get("/credit-notes")).json()["items"] for reader in readers]

    assert [answer.status_code for answer in answers] == [200, 404]
    assert [len(items) for items in lists] == [1, 0]
