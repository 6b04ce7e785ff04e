"""Receipts on PostgreSQL: races for one order, references, reversal, and books that balance."""

import asyncio
import random

import pytest

from contracts.billing import FundsReturned, OrderFundsChanged, ReceiptAllocated, SurplusReceived
from services.billing.commands import adjustments, credit, invoices, receipts
from services.billing.domain.allocations import Allocate, PayOrder
from services.billing.domain.covering import NothingDue
from services.billing.domain.receipts import ReferenceUsed
from tests.builders.billing import (
    COLLEAGUE,
    YUAN,
    a_hold,
    a_receipt,
    a_release,
    a_reversal,
    a_share,
    a_shipment,
    an_adjustment,
)
from tests.integration.billing.test_credit import an_account, do, told

# Each row is an account, order, receipt or transaction that does not add up.
FAULTS = """
    SELECT 'I-6', dealer_id::text FROM accounts
    LEFT JOIN (
        SELECT dealer_id, coalesce(-sum(amount_minor) FILTER (WHERE code = 'wallet'), 0) AS wallet,
               coalesce(-sum(amount_minor) FILTER (WHERE code = 'advances'), 0) AS advances,
               coalesce(sum(amount_minor) FILTER (WHERE code = 'receivable'), 0) AS receivable
        FROM entries GROUP BY dealer_id
    ) posted USING (dealer_id)
    WHERE (wallet_minor, advances_minor, receivable_minor)
          <> (coalesce(wallet, 0), coalesce(advances, 0), coalesce(receivable, 0))
    UNION ALL
    SELECT 'I-7', dealer_id::text FROM accounts
    WHERE held_minor + receivable_minor
          > credit_limit_minor + temporary_limit_minor + over_limit_minor
       OR temporary_limit_minor <> (SELECT coalesce(sum(g.amount_minor), 0) FROM limit_grants g
                                    WHERE g.dealer_id = accounts.dealer_id
                                      AND g.state = 'ACTIVE' AND g.order_id IS NULL)
       OR held_minor <> (SELECT coalesce(sum(o.held_minor), 0) FROM order_accounts o
                         WHERE o.dealer_id = accounts.dealer_id)
    UNION ALL
    SELECT 'I-9', receipt_id::text FROM receipts
    WHERE allocated_minor <> (SELECT coalesce(sum(a.amount_minor - a.undone_minor), 0)
                              FROM allocations a WHERE a.receipt_id = receipts.receipt_id)
    UNION ALL
    SELECT 'I-9', order_id::text FROM order_accounts
    WHERE covered_minor <> (SELECT coalesce(sum(a.amount_minor - a.undone_minor), 0)
                            FROM allocations a WHERE a.order_id = order_accounts.order_id)
    UNION ALL
    SELECT 'I-10', order_id::text FROM order_accounts
    WHERE invoiced_minor > total_minor
       OR invoiced_minor <> (SELECT coalesce(sum(i.gross_minor), 0) FROM invoices i
                             WHERE i.order_id = order_accounts.order_id)
    UNION ALL
    SELECT 'I-10', order_id::text FROM order_accounts
    WHERE credited_minor <> (SELECT coalesce(sum(c.gross_minor), 0) FROM credit_notes c
                             WHERE c.order_id = order_accounts.order_id AND c.state = 'ISSUED')
    UNION ALL
    SELECT 'I-11', method || ' ' || reference FROM receipts
    WHERE state = 'CONFIRMED' AND reference IS NOT NULL
    GROUP BY method, reference HAVING count(*) > 1
    UNION ALL
    SELECT 'R5', transaction_id::text FROM entries
    GROUP BY transaction_id HAVING sum(amount_minor) <> 0
"""


async def faults(db):
    return [tuple(row) for row in await db.fetch(FAULTS)]


async def a_prepaid_order(db, total_yuan, dealer):
    ask = a_hold(total_yuan, credit_yuan=0, dealer_id=dealer)
    await do(db, credit.hold_credit, ask)
    return ask


async def wallet(db):
    return await db.fetchval("SELECT wallet_minor FROM accounts") // YUAN


async def test_three_receipts_pay_an_order_and_fill_the_wallet(billing_db):
    """E-01, P-08."""
    dealer = await an_account(billing_db, 0)
    order = await a_prepaid_order(billing_db, 1_000, dealer)

    for yuan in (300, 700, 50):
        ask = a_receipt(yuan, a_share(order, yuan), dealer_id=dealer)
        assert await do(billing_db, receipts.record_receipts, ask) == [None]

    told_covers = [
        (reply.revision, reply.covered_minor // YUAN)
        for reply in await told(billing_db, OrderFundsChanged)
    ]
    assert told_covers == [(1, 300), (2, 1_000)]
    assert await billing_db.fetchval("SELECT payment_status FROM order_accounts") == "PAID"
    assert await wallet(billing_db) == 50
    assert await faults(billing_db) == []


async def test_two_tabs_pay_the_same_order_once(billing_db):
    """E-02, S-6: the rest stays in the wallet."""
    dealer = await an_account(billing_db, 0)
    order = await a_prepaid_order(billing_db, 1_000, dealer)
    await do(billing_db, receipts.record_receipts, a_receipt(2_000, dealer_id=dealer))

    outcomes = await asyncio.gather(
        *(do(billing_db, receipts.pay_orders, PayOrder(dealer, order.order_id)) for _ in range(2))
    )

    refusals = [refusal for (refusal,) in outcomes if refusal]
    assert [type(refusal) for refusal in refusals] == [NothingDue]
    assert len(await told(billing_db, ReceiptAllocated)) == 1
    assert await wallet(billing_db) == 1_000
    assert await faults(billing_db) == []


async def test_the_same_order_paid_twice_at_once_by_receipts_is_covered_once(billing_db):
    """E-02, S-6: what is too much goes to the wallet in the same transaction."""
    dealer = await an_account(billing_db, 0)
    order = await a_prepaid_order(billing_db, 1_000, dealer)
    asks = [a_receipt(1_000, a_share(order, 1_000), dealer_id=dealer) for _ in range(2)]

    await asyncio.gather(*(do(billing_db, receipts.record_receipts, ask) for ask in asks))

    assert len(await told(billing_db, ReceiptAllocated)) == 1
    assert await wallet(billing_db) == 1_000
    assert await faults(billing_db) == []


async def test_500_deductions_at_once_never_overdraw_the_wallet(billing_db):
    """I-6, P-08, E-06: a wallet of 100 pays exactly a hundred times."""
    dealer = await an_account(billing_db, 0)
    order = await a_prepaid_order(billing_db, 10_000, dealer)
    await do(billing_db, receipts.record_receipts, a_receipt(100, dealer_id=dealer))

    outcomes = await asyncio.gather(
        *(
            do(billing_db, receipts.pay_orders, PayOrder(dealer, order.order_id, 1 * YUAN))
            for _ in range(500)
        )
    )

    assert sum(refusal is None for (refusal,) in outcomes) == 100
    assert await wallet(billing_db) == 0


async def test_money_under_one_reference_is_booked_once_also_at_once(billing_db):
    """E-09, I-11: ten at once, one receipt; no number is used up by the others."""
    dealers = [await an_account(billing_db, 0) for _ in range(10)]
    asks = [a_receipt(10, dealer_id=dealer, reference="TX-1") for dealer in dealers]

    outcomes = await asyncio.gather(
        *(do(billing_db, receipts.record_receipts, ask) for ask in asks)
    )

    refusals = [refusal for (refusal,) in outcomes if refusal]
    assert [type(refusal) for refusal in refusals] == [ReferenceUsed] * 9
    assert await billing_db.fetchval("SELECT count(*) FROM receipts") == 1
    assert await billing_db.fetchval("SELECT last FROM document_numbers") == 1


async def test_a_reversal_frees_the_reference_and_restores_what_is_due(billing_db):
    dealer = await an_account(billing_db, 0)
    order = await a_prepaid_order(billing_db, 1_000, dealer)
    ask = a_receipt(600, a_share(order, 400), dealer_id=dealer, reference="TX-1")
    await do(billing_db, receipts.record_receipts, ask)

    outcome = await do(billing_db, receipts.reverse_receipts, a_reversal(ask.receipt_id))
    again = a_receipt(600, a_share(order, 600), dealer_id=dealer, reference="TX-1")
    rebooked = await do(billing_db, receipts.record_receipts, again)

    assert (outcome, rebooked) == ([None], [None])
    assert await billing_db.fetchval("SELECT covered_minor FROM order_accounts") == 600 * YUAN
    assert await wallet(billing_db) == 0
    assert await faults(billing_db) == []


async def test_a_cancelled_order_returns_its_money_newest_first(billing_db):
    """S-3, I-10."""
    dealer = await an_account(billing_db, 0)
    order = await a_prepaid_order(billing_db, 1_000, dealer)
    asks = [a_receipt(yuan, a_share(order, yuan), dealer_id=dealer) for yuan in (600, 400)]
    for ask in asks:
        await do(billing_db, receipts.record_receipts, ask)
    await do(billing_db, invoices.issue_invoices, a_shipment(order, 500))

    await do(billing_db, credit.release_credit, a_release(order))

    (event,) = await told(billing_db, FundsReturned)
    left = await billing_db.fetch("SELECT allocated_minor FROM receipts ORDER BY receipt_id")
    assert event.amount_minor == 500 * YUAN
    assert sorted(row["allocated_minor"] // YUAN for row in left) == [0, 500]
    assert await wallet(billing_db) == 500
    assert await faults(billing_db) == []


async def test_receipts_in_a_batch_share_their_numbers_and_refusals_take_none(billing_db):
    """F-27."""
    dealer = await an_account(billing_db, 0)
    asks = [a_receipt(1, dealer_id=dealer, reference=reference) for reference in ("A", "A", None)]

    outcomes = await do(billing_db, receipts.record_receipts, *asks)

    assert [type(outcome) for outcome in outcomes] == [type(None), ReferenceUsed, type(None)]
    numbers = await billing_db.fetch("SELECT number FROM receipts ORDER BY number")
    assert [row["number"][-6:] for row in numbers] == ["000001", "000002"]


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
async def test_money_around_the_end_of_an_order_is_in_the_wallet_and_somebody_hears_of_it(
    billing_db, before
):
    """E-10, S-6: before it, it returns; after it, it never revives the order."""
    dealer = await an_account(billing_db, 0)
    order = a_hold(500, credit_yuan=0, dealer_id=dealer)
    receipt = a_receipt(500, a_share(order, 500), dealer_id=dealer)
    steps = [(receipts.record_receipts, receipt), (credit.release_credit, a_release(order))]
    await do(billing_db, credit.hold_credit, order)

    for command, ask in steps if before else reversed(steps):
        await do(billing_db, command, ask)

    assert await wallet(billing_db) == 500
    late = await told(billing_db, SurplusReceived)
    assert [(event.cause, event.amount_minor) for event in late] == (
        [] if before else [("released", 500 * YUAN)]
    )
    assert len(await told(billing_db, FundsReturned)) == (1 if before else 0)
    assert await billing_db.fetchval("SELECT state FROM order_accounts") == "RELEASED"
    assert await faults(billing_db) == []


async def test_money_and_the_end_of_its_order_at_the_same_moment_end_in_the_wallet(billing_db):
    """E-10: whichever is first, all of it is there, once."""
    dealer = await an_account(billing_db, 0)
    orders = [a_hold(100, credit_yuan=0, dealer_id=dealer) for _ in range(20)]
    await do(billing_db, credit.hold_credit, *orders)

    await asyncio.gather(
        *(
            do(billing_db, command, ask)
            for order in orders
            for command, ask in (
                (credit.release_credit, a_release(order)),
                (receipts.record_receipts, a_receipt(100, a_share(order, 100), dealer_id=dealer)),
            )
        )
    )

    back = len(await told(billing_db, FundsReturned)) + len(await told(billing_db, SurplusReceived))
    assert (await wallet(billing_db), back) == (2_000, 20)
    assert await faults(billing_db) == []


async def test_who_pays_an_order_twice_has_the_second_payment_in_the_wallet(billing_db):
    """E-02, S-6: two tabs pay the same order: one allocation, one wallet entry, one message."""
    dealer = await an_account(billing_db, 0)
    order = a_hold(500, credit_yuan=0, dealer_id=dealer)
    await do(billing_db, credit.hold_credit, order)

    await asyncio.gather(
        *(
            do(
                billing_db,
                receipts.record_receipts,
                a_receipt(500, a_share(order, 500), dealer_id=dealer),
            )
            for _ in range(2)
        )
    )

    assert len(await told(billing_db, ReceiptAllocated)) == 1
    assert await wallet(billing_db) == 500
    (surplus,) = await told(billing_db, SurplusReceived)
    assert (surplus.cause, surplus.amount_minor) == ("paid", 500 * YUAN)
    assert await faults(billing_db) == []


def a_step(chance, holds, paid):
    """Something that anybody may want at any time: a command and its ask."""
    hold = chance.choice(holds)
    receipt = a_receipt(
        chance.randint(500, 900),
        a_share(hold, chance.randint(1, 500)),
        dealer_id=hold.dealer_id,
    )
    another_total = an_adjustment(
        hold,
        chance.randint(1, 900),
        revision=chance.randint(1, 9),
        approved=chance.random() < 0.5,
    )
    earlier = chance.choice(paid or [receipt.receipt_id])
    paid.append(receipt.receipt_id)
    return chance.choice(
        [
            (credit.hold_credit, hold),
            (credit.hold_credit, hold),
            (credit.release_credit, a_release(hold)),
            (invoices.issue_invoices, a_shipment(hold, shipment_id=hold.order_id)),
            (adjustments.adjust_credit, another_total),
            (receipts.record_receipts, receipt),
            (receipts.record_receipts, receipt),
            (receipts.pay_orders, PayOrder(hold.dealer_id, hold.order_id)),
            (receipts.reverse_receipts, a_reversal(earlier)),
            (receipts.allocate_receipts, Allocate(earlier, (a_share(hold, 9),), COLLEAGUE)),
        ]
    )


async def test_whatever_happens_at_once_the_books_add_up(billing_db):
    """I-6, I-7, I-9, I-10, I-11: after 600 steps in any order at once."""
    seed = random.randrange(1 << 32)
    chance, paid = random.Random(seed), []
    dealers = [await an_account(billing_db, 3_000) for _ in range(3)]
    holds = [a_hold(chance.randint(1, 900), dealer_id=chance.choice(dealers)) for _ in range(30)]
    steps = [a_step(chance, holds, paid) for _ in range(600)]

    outcomes = await asyncio.gather(
        *(do(billing_db, command, ask) for command, ask in steps), return_exceptions=True
    )

    raised = {type(outcome).__name__ for outcome in outcomes if isinstance(outcome, Exception)}
    assert raised == set(), f"seed {seed}"
    assert await faults(billing_db) == [], f"seed {seed}"
    assert await billing_db.fetchval("SELECT count(*) FROM entries") > 100, f"seed {seed}"
