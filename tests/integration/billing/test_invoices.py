"""Invoices on PostgreSQL: one per shipment, numbered without gaps."""

import asyncio
from uuid import uuid4

from chassis.db import transaction
from contracts.billing import InvoiceIssued, InvoiceRefused, ShipmentInvoiced
from services.billing.commands import credit, invoices, receipts
from tests.builders.billing import YUAN, a_hold, a_receipt, a_share, a_shipment
from tests.integration.billing.test_credit import an_account, do, told


async def held_orders(db, count, *, total_yuan=100):
    dealer = await an_account(db, 10_000_000)
    asks = [a_hold(total_yuan, dealer_id=dealer) for _ in range(count)]
    await do(db, credit.hold_credit, *asks)
    return asks


async def balances(db):
    row = await db.fetchrow(
        "SELECT held_minor, receivable_minor, advances_minor, wallet_minor FROM accounts"
    )
    return [amount // YUAN for amount in row]


async def test_an_invoice_is_stored_with_its_lines_and_told_to_the_saga(billing_db):
    (order,) = await held_orders(billing_db, 1)
    ask = a_shipment(order)

    await do(billing_db, invoices.issue_invoices, ask)

    (reply,), (event,) = (
        await told(billing_db, ShipmentInvoiced),
        await told(billing_db, InvoiceIssued),
    )
    assert reply.invoice_id == event.invoice_id
    assert reply.invoice_number.endswith("-000001")
    assert await balances(billing_db) == [0, 100, 0, 0]
    assert await billing_db.fetchval("SELECT sku FROM invoice_lines") == "SKU-1"


async def test_a_shipment_invoiced_twice_has_one_invoice(billing_db):
    (order,) = await held_orders(billing_db, 1)
    ask = a_shipment(order)

    for _ in range(3):
        await do(billing_db, invoices.issue_invoices, ask)

    replies = await told(billing_db, ShipmentInvoiced)
    assert len(replies) == 3
    assert len({reply.invoice_id for reply in replies}) == 1
    assert len(await told(billing_db, InvoiceIssued)) == 1
    assert await billing_db.fetchval("SELECT count(*) FROM invoices") == 1


async def test_shipments_of_one_order_add_up_to_it(billing_db):
    (order,) = await held_orders(billing_db, 1, total_yuan=1_000)

    for yuan in (300, 300, 400):
        await do(billing_db, invoices.issue_invoices, a_shipment(order, yuan))

    assert await balances(billing_db) == [0, 1_000, 0, 0]


async def test_what_was_paid_before_pays_for_the_invoice(billing_db):
    (order,) = await held_orders(billing_db, 1, total_yuan=1_000)
    receipt = a_receipt(1_200, a_share(order, 1_200), dealer_id=order.dealer_id)
    await do(billing_db, receipts.record_receipts, receipt)

    await do(billing_db, invoices.issue_invoices, a_shipment(order, 400))

    assert await balances(billing_db) == [0, 0, 600, 200]


async def test_numbers_have_no_gaps_when_every_tenth_posting_fails(billing_db):
    orders = await held_orders(billing_db, 300)

    async def post(place, order):
        async with transaction(billing_db) as tx:
            await invoices.issue_invoices(tx, [a_shipment(order)])
            if place % 10 == 0:
                raise ConnectionResetError

    await asyncio.gather(
        *(post(place, order) for place, order in enumerate(orders)), return_exceptions=True
    )

    numbers = await billing_db.fetch("SELECT number FROM invoices ORDER BY number")
    assert [int(row["number"][-6:]) for row in numbers] == list(range(1, 271))


async def test_an_invoice_over_the_order_leaves_nothing_behind(billing_db):
    (order,) = await held_orders(billing_db, 1)

    await do(billing_db, invoices.issue_invoices, a_shipment(order, 101))

    (reply,) = await told(billing_db, InvoiceRefused)
    assert (reply.order_id, reply.reason) == (order.order_id, "more-than-ordered")
    assert await billing_db.fetchval("SELECT count(*) FROM invoices") == 0
    assert await billing_db.fetchval("SELECT count(*) FROM document_numbers") == 0


async def test_a_batch_of_invoices_costs_as_many_statements_as_one(billing_db):
    orders = await held_orders(billing_db, 102)

    counts = []
    await do(
        billing_db, invoices.issue_invoices, a_shipment(orders[0], 1)
    )  # asyncpg meets the types
    for batch in (orders[1:2], orders[2:]):
        async with transaction(billing_db) as tx:
            seen = []
            tx.add_query_logger(lambda record, seen=seen: seen.append(record.query))
            await invoices.issue_invoices(tx, [a_shipment(order) for order in batch])
            counts.append(len(seen))

    assert counts[0] == counts[1] <= 9


async def test_a_shipment_is_not_invoiced_for_another_order(billing_db):
    one, other = await held_orders(billing_db, 2)
    shipment = uuid4()
    await do(billing_db, invoices.issue_invoices, a_shipment(one, shipment_id=shipment))

    await do(billing_db, invoices.issue_invoices, a_shipment(other, shipment_id=shipment))

    (reply,) = await told(billing_db, InvoiceRefused)
    assert (reply.order_id, reply.reason) == (other.order_id, "foreign-shipment")


async def test_one_that_is_refused_leaves_the_others_of_its_batch_alone(billing_db):
    good, bad = await held_orders(billing_db, 2)

    asks = (a_shipment(good), a_shipment(bad, 101), a_shipment(a_hold(dealer_id=good.dealer_id)))
    await do(billing_db, invoices.issue_invoices, *asks)

    (issued,) = await told(billing_db, ShipmentInvoiced)
    refused = await told(billing_db, InvoiceRefused)
    assert (issued.order_id, issued.invoice_number[-6:]) == (good.order_id, "000001")
    assert [one.reason for one in refused] == ["more-than-ordered", "nothing-ordered"]
