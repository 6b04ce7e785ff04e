"""Orders whose total becomes another one (S-4), on PostgreSQL: races, repetition, money back."""

import asyncio

from contracts.billing import (
    CreditAdjusted,
    CreditAdjustmentRefused,
    CreditReleased,
    FundsReturned,
    OrderFundsChanged,
)
from services.billing.commands import adjustments, credit, invoices, receipts
from tests.builders.billing import (
    YUAN,
    a_hold,
    a_receipt,
    a_release,
    a_share,
    a_shipment,
    an_adjustment,
)
from tests.integration.billing.test_credit import an_account, do, told
from tests.integration.billing.test_receipts import faults, wallet


async def an_order(db, total_yuan, *, limit_yuan=0, credit_yuan=0, paid_yuan=0):
    dealer = await an_account(db, limit_yuan)
    order = a_hold(total_yuan, credit_yuan=credit_yuan, dealer_id=dealer)
    await do(db, credit.hold_credit, order)
    if paid_yuan:
        receipt = a_receipt(paid_yuan, a_share(order, paid_yuan), dealer_id=dealer)
        await do(db, receipts.record_receipts, receipt)
    return order


async def adjust(db, *asks):
    await do(db, adjustments.adjust_credit, *asks)


async def held(db):
    return await db.fetchval("SELECT held_minor FROM accounts") // YUAN


async def the_books(db):
    """Everything that money hangs on, without versions and times."""
    accounts = await db.fetch(
        "SELECT credit_limit_minor, over_limit_minor, held_minor, receivable_minor, advances_minor,"
        " wallet_minor FROM accounts"
    )
    orders = await db.fetch(
        "SELECT total_minor, credit_minor, state, due_minor, held_minor, covered_minor,"
        " invoiced_minor, returned_minor, payment_status FROM order_accounts"
    )
    posted = await db.fetch("SELECT code, sum(amount_minor) FROM entries GROUP BY code")
    return [tuple(row) for rows in (accounts, orders, posted) for row in rows]


async def test_of_100_orders_amended_up_at_once_the_limit_takes_exactly_what_fits(billing_db):
    """E-06, P-01: the check of the limit and the higher hold are one, under one lock."""
    dealer = await an_account(billing_db, 15_000)
    orders = [a_hold(100, dealer_id=dealer) for _ in range(100)]
    await do(billing_db, credit.hold_credit, *orders)

    await asyncio.gather(*(adjust(billing_db, an_adjustment(order, 200)) for order in orders))

    assert len(await told(billing_db, CreditAdjusted)) == 50
    assert len(await told(billing_db, CreditAdjustmentRefused)) == 50
    assert await held(billing_db) == 15_000
    assert await faults(billing_db) == []


async def test_an_amendment_over_the_limit_is_refused_unless_finance_approved_it(billing_db):
    """P-01, P-23: what was held stays held; the reply says by how much more it could be."""
    order = await an_order(billing_db, 600, limit_yuan=1_000, credit_yuan=600)

    await adjust(billing_db, an_adjustment(order, 1_100))
    before = await held(billing_db)
    await adjust(billing_db, an_adjustment(order, 1_100, revision=2, approved=True))

    (refused,) = await told(billing_db, CreditAdjustmentRefused)
    assert (refused.revision, refused.reason) == (1, "over-limit")
    assert (refused.available_minor, before) == (400 * YUAN, 600)
    assert await told(billing_db, CreditAdjusted) == [
        CreditAdjusted(order_id=order.order_id, revision=2)
    ]
    assert await held(billing_db) == 1_100
    assert await billing_db.fetchval("SELECT over_limit_minor FROM accounts") == 100 * YUAN


async def test_amending_up_and_down_without_payment_refunds_nothing(billing_db):
    """E-12, F-54: the books are exactly as before, on credit and prepaid, also over the limit."""
    order = await an_order(billing_db, 900, limit_yuan=1_000, credit_yuan=900)
    prepaid = a_hold(500, credit_yuan=0, dealer_id=order.dealer_id)
    await do(billing_db, credit.hold_credit, prepaid)
    before = await the_books(billing_db)

    for changed, up, back in ((order, 1_200, 900), (prepaid, 800, 500)):
        await adjust(billing_db, an_adjustment(changed, up, revision=1, approved=True))
        await adjust(billing_db, an_adjustment(changed, back, revision=2))

    assert await the_books(billing_db) == before
    assert await told(billing_db, FundsReturned) == []
    assert await told(billing_db, OrderFundsChanged) == []


async def test_what_a_lower_total_no_longer_needs_goes_to_the_wallet(billing_db):
    """E-12, E-02: an order of 1,000, paid 900, that becomes one of 700."""
    order = await an_order(billing_db, 1_000, paid_yuan=900)

    await adjust(billing_db, an_adjustment(order, 700))

    (returned,) = await told(billing_db, FundsReturned)
    assert (returned.amount_minor, returned.order_id) == (200 * YUAN, order.order_id)
    newest = (await told(billing_db, OrderFundsChanged))[-1]
    assert (newest.revision, newest.covered_minor) == (2, 700 * YUAN)
    assert await wallet(billing_db) == 200
    assert await billing_db.fetchval("SELECT payment_status FROM order_accounts") == "PAID"
    assert await faults(billing_db) == []


async def test_a_partly_paid_order_closed_short_leaves_its_surplus_in_the_wallet(billing_db):
    """E-12: shipped and invoiced 400 of 1,000, paid 600, the rest given up."""
    order = await an_order(billing_db, 1_000, paid_yuan=600)
    await do(billing_db, invoices.issue_invoices, a_shipment(order, 400))

    await adjust(billing_db, an_adjustment(order, 400))

    assert await wallet(billing_db) == 200
    row = await billing_db.fetchrow(
        "SELECT due_minor, covered_minor, invoiced_minor, returned_minor FROM order_accounts"
    )
    assert [minor // YUAN for minor in row] == [400, 400, 400, 200]
    assert await faults(billing_db) == []


async def test_a_total_below_what_is_invoiced_is_refused(billing_db):
    """I-10: people have to look."""
    order = await an_order(billing_db, 1_000, limit_yuan=1_000, credit_yuan=1_000)
    await do(billing_db, invoices.issue_invoices, a_shipment(order, 400))

    await adjust(billing_db, an_adjustment(order, 399))

    (refused,) = await told(billing_db, CreditAdjustmentRefused)
    assert refused.reason == "invoiced"
    assert await billing_db.fetchval("SELECT total_minor FROM order_accounts") == 1_000 * YUAN


async def test_the_highest_revision_counts_and_each_ask_is_answered_by_how_it_stands(billing_db):
    """R3: late and repeated asks change nothing, and get the same answer, a refusal too."""
    order = await an_order(billing_db, 100, limit_yuan=1_000, credit_yuan=100)
    second, third = (an_adjustment(order, 300, revision=2), an_adjustment(order, 2_000, revision=3))

    for ask in (second, an_adjustment(order, 200, revision=1), second, third):
        await adjust(billing_db, ask)
    await adjust(billing_db, third)

    assert [reply.revision for reply in await told(billing_db, CreditAdjusted)] == [2, 2, 2]
    assert [reply.revision for reply in await told(billing_db, CreditAdjustmentRefused)] == [3, 3]
    assert await held(billing_db) == 300


async def test_a_refusal_stands_also_when_there_is_room_later(billing_db):
    """R3: one revision has one answer."""
    order = await an_order(billing_db, 100, limit_yuan=1_000, credit_yuan=100)
    other = a_hold(900, dealer_id=order.dealer_id)
    await do(billing_db, credit.hold_credit, other)

    await adjust(billing_db, an_adjustment(order, 200))
    await do(billing_db, credit.release_credit, a_release(other))
    await adjust(billing_db, an_adjustment(order, 200))

    assert len(await told(billing_db, CreditAdjustmentRefused)) == 2
    assert await held(billing_db) == 100


async def test_a_released_order_takes_no_other_total(billing_db):
    order = await an_order(billing_db, 100, limit_yuan=1_000, credit_yuan=100)
    await do(billing_db, credit.release_credit, a_release(order))

    await adjust(billing_db, an_adjustment(order, 200))

    (refused,) = await told(billing_db, CreditAdjustmentRefused)
    assert refused.reason == "released"
    assert await held(billing_db) == 0


async def test_a_cancelled_order_returns_what_it_still_holds_after_it_became_less(billing_db):
    """S-3: what went back when the total fell does not go back twice."""
    order = await an_order(billing_db, 1_000, paid_yuan=900)
    await adjust(billing_db, an_adjustment(order, 700))

    await do(billing_db, credit.release_credit, a_release(order))

    assert [told.amount_minor for told in await told(billing_db, FundsReturned)] == [
        200 * YUAN,
        700 * YUAN,
    ]
    (released,) = await told(billing_db, CreditReleased)
    assert released.returned_minor == 900 * YUAN
    assert await wallet(billing_db) == 900
    assert await faults(billing_db) == []
