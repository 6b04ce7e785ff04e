"""Credit on PostgreSQL: races, repetition, and releases that come first."""

import asyncio
import random
from uuid import UUID, uuid4

import pytest
from asyncpg.exceptions import CheckViolationError

from chassis.db import transaction
from contracts.billing import CreditHeld, CreditRefused, CreditReleased
from services.billing.commands import credit
from services.billing.store import accounts
from tests.builders.billing import YUAN, a_dealer, a_hold, a_release
from tests.builders.locks import held_by_one_who_waits


async def told(db, message):
    """The messages of one type that were queued, in their order."""
    bodies = await db.fetch(
        "SELECT body FROM outbox WHERE type = $1 ORDER BY position", message.type
    )
    return [message.model_validate_json(row["body"]) for row in bodies]


async def do(db, command, *asks):
    async with transaction(db) as tx:
        return await command(tx, asks)


async def an_account(db, limit_yuan):
    dealer = a_dealer(limit_yuan)
    await do(db, credit.follow_dealers, dealer)
    return dealer.dealer_id


async def test_of_200_orders_of_1000_in_parallel_a_limit_of_50000_takes_exactly_50(billing_db):
    """E-06, P-01, I-7: the check of the limit and the hold are one statement under one lock."""
    dealer = await an_account(billing_db, 50_000)

    await asyncio.gather(
        *(do(billing_db, credit.hold_credit, a_hold(1_000, dealer_id=dealer)) for _ in range(200))
    )

    assert len(await told(billing_db, CreditHeld)) == 50
    assert len(await told(billing_db, CreditRefused)) == 150
    assert await billing_db.fetchval("SELECT held_minor FROM accounts") == 50_000 * YUAN


async def test_accounts_are_locked_in_the_order_of_their_ids(billing_db):
    low, high = UUID(int=1), UUID(int=2)
    for dealer_id in (high, low):
        await do(billing_db, credit.follow_dealers, a_dealer(1_000, dealer_id=dealer_id))

    row = "SELECT 1 FROM accounts WHERE dealer_id = $1 FOR NO KEY UPDATE SKIP LOCKED"
    assert not await held_by_one_who_waits(billing_db, accounts.lock_accounts, low, high, row)


async def test_batches_over_the_same_dealers_in_any_order_do_not_deadlock(billing_db):
    dealers = [await an_account(billing_db, 100_000) for _ in range(8)]
    batches = [random.sample(dealers, len(dealers)) for _ in range(40)]

    async with asyncio.timeout(30):
        await asyncio.gather(
            *(
                do(billing_db, credit.hold_credit, *(a_hold(10, dealer_id=d) for d in batch))
                for batch in batches
            )
        )

    held = await billing_db.fetch("SELECT held_minor FROM accounts")
    assert [row["held_minor"] for row in held] == [40 * 10 * YUAN] * 8


async def test_first_come_is_first_served_inside_a_batch(billing_db):
    dealer = await an_account(billing_db, 1_000)
    asks = [a_hold(yuan, dealer_id=dealer) for yuan in (700, 400, 300)]

    await do(billing_db, credit.hold_credit, *asks)

    assert [reply.order_id for reply in await told(billing_db, CreditHeld)] == [
        asks[0].order_id,
        asks[2].order_id,
    ]
    (refused,) = await told(billing_db, CreditRefused)
    assert (refused.reason, refused.available_minor) == ("over-limit", 300 * YUAN)


async def test_a_hold_asked_for_again_is_held_once(billing_db):
    dealer = await an_account(billing_db, 1_000)
    ask = a_hold(600, dealer_id=dealer)

    for _ in range(2):
        await do(billing_db, credit.hold_credit, ask)

    assert await told(billing_db, CreditHeld) == [CreditHeld(order_id=ask.order_id)] * 2
    assert await billing_db.fetchval("SELECT held_minor FROM accounts") == 600 * YUAN


async def test_credit_is_refused_to_an_order_that_was_released_before(billing_db):
    dealer = await an_account(billing_db, 1_000)
    ask = a_hold(600, dealer_id=dealer)

    await do(billing_db, credit.release_credit, a_release(ask))
    await do(billing_db, credit.hold_credit, ask)

    assert await told(billing_db, CreditReleased) == [CreditReleased(order_id=ask.order_id)]
    assert await told(billing_db, CreditRefused) == [
        CreditRefused(order_id=ask.order_id, reason="released")
    ]
    assert await billing_db.fetchval("SELECT held_minor FROM accounts") == 0


async def test_a_release_is_remembered_also_for_a_dealer_that_is_not_known_yet(billing_db):
    ask = a_hold(600, dealer_id=uuid4())

    await do(billing_db, credit.release_credit, a_release(ask))

    assert await billing_db.fetchval("SELECT state FROM order_accounts") == "RELEASED"


async def test_what_was_released_can_be_held_by_another_order(billing_db):
    dealer = await an_account(billing_db, 1_000)
    first, second = (a_hold(1_000, dealer_id=dealer) for _ in range(2))

    await do(billing_db, credit.hold_credit, first)
    await do(billing_db, credit.release_credit, a_release(first))
    await do(billing_db, credit.hold_credit, second)

    assert len(await told(billing_db, CreditHeld)) == 2
    assert await billing_db.fetchval("SELECT held_minor FROM accounts") == 1_000 * YUAN


async def test_an_older_state_of_a_dealer_changes_nothing(billing_db):
    newer = a_dealer(500, version=2)
    older = newer.model_copy(update={"version": 1, "credit_limit_minor": 9_999_999})

    await do(billing_db, credit.follow_dealers, newer)
    await do(billing_db, credit.follow_dealers, older)

    row = await billing_db.fetchrow("SELECT credit_limit_minor, version FROM accounts")
    assert tuple(row) == (500 * YUAN, 1)


async def test_the_database_itself_refuses_exposure_that_nobody_approved(billing_db):
    """I-7: whatever the program says."""
    await an_account(billing_db, 1_000)

    with pytest.raises(CheckViolationError, match="exposure_within_limit"):
        await billing_db.execute("UPDATE accounts SET held_minor = 100001")
