"""Dunning of overdue dealers (P-09) on PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from chassis.auth import Role
from contracts.billing import DunningLevelReached, DunningSettled
from contracts.dealers import Terms, TermsKind
from services.billing.app import SERVICE
from services.billing.commands import credit, dunning, invoices, receipts
from services.billing.domain.documents import business_day
from tests.builders.billing import YUAN, a_dealer, a_hold, a_receipt, a_share, a_shipment
from tests.builders.edge import an_actor, serving
from tests.integration.billing.test_credit import do, told

LADDER = (1, 15, 30)
CREDIT_DAYS = 30


async def a_dealer_who_owes(db, *yuan):
    """An order on credit for each amount, invoiced today and due in 30 days."""
    terms = Terms(kind=TermsKind.CREDIT, credit_days=CREDIT_DAYS)
    dealer = a_dealer(10_000).model_copy(update={"terms": terms})
    await do(db, credit.follow_dealers, dealer)
    orders = [a_hold(one, dealer_id=dealer.dealer_id) for one in yuan]
    await do(db, credit.hold_credit, *orders)
    for order in orders:
        await do(db, invoices.issue_invoices, a_shipment(order))
    return dealer, orders


async def look(db, days_overdue):
    """The timer comes so many days after what was invoiced today was due."""
    today = business_day(datetime.now(UTC)) + timedelta(days=CREDIT_DAYS + days_overdue)

    async def dun(tx, _):
        return await dunning.dun(tx, today, LADDER, 100)

    return await do(db, dun)


async def pay(db, order, yuan):
    receipt = a_receipt(yuan, a_share(order, yuan), dealer_id=order.dealer_id)
    await do(db, receipts.record_receipts, receipt)


async def levels(db):
    return [event.level for event in await told(db, DunningLevelReached)]


async def test_each_level_is_told_once_and_the_last_proposes_a_stop(billing_db):
    """P-09: on the day it is due nobody is dunned, the day after he is."""
    await a_dealer_who_owes(billing_db, 500)

    for day in (-1, 0, 1, 1, 2, 14, 15, 16, 30, 31, 90):
        await look(billing_db, day)

    events = await told(billing_db, DunningLevelReached)
    assert [(event.level, event.days_overdue) for event in events] == [(1, 1), (2, 15), (3, 30)]
    assert [event.stop_proposed for event in events] == [False, False, True]
    assert {event.overdue_minor for event in events} == {500 * YUAN}


async def test_who_pays_is_settled_and_dunned_anew_for_what_is_overdue_later(billing_db):
    """P-09: partly paid he stays on his level; fully paid it ends."""
    _, (first, second) = await a_dealer_who_owes(billing_db, 300, 200)
    await look(billing_db, 20)

    await pay(billing_db, first, 300)
    await look(billing_db, 20)
    partly = await told(billing_db, DunningSettled), await levels(billing_db)
    await pay(billing_db, second, 200)
    settled = await look(billing_db, 21), await look(billing_db, 22)

    assert partly == ([], [2])
    assert settled == (1, 0)
    assert len(await told(billing_db, DunningSettled)) == 1


async def test_timers_that_come_at_once_tell_a_level_once(billing_db):
    """P-09: two processes, one message."""
    await a_dealer_who_owes(billing_db, 500)

    await asyncio.gather(*(look(billing_db, 1) for _ in range(4)))

    assert await levels(billing_db) == [1]


async def test_a_dealer_whose_terms_are_not_known_is_not_dunned(billing_db):
    """P-09: an account of an installation that was upgraded waits for the dealer's next state."""
    await a_dealer_who_owes(billing_db, 500)
    await billing_db.execute("UPDATE accounts SET credit_days = NULL")

    assert await look(billing_db, 90) == 0


@pytest.mark.parametrize(("role", "seen"), [(Role.FIN, 2), (Role.DLR, 1)])
async def test_overdue_dealers_are_listed_for_who_may_see_them(billing_db, role, seen):
    dealer, _ = await a_dealer_who_owes(billing_db, 500)
    await a_dealer_who_owes(billing_db, 700)
    await look(billing_db, 15)

    async with serving(SERVICE, billing_db) as api:
        actor = an_actor(role, dealer_id=dealer.dealer_id if role is Role.DLR else None)
        first = (await api(actor).get("/dunnings", params={"limit": 1})).json()
        query = {"limit": 5, "cursor": first["next_cursor"]}
        rest = first["next_cursor"] and (await api(actor).get("/dunnings", params=query)).json()

    found = first["items"] + (rest["items"] if rest else [])
    assert [(one["level"], one["days_overdue"]) for one in found] == [(2, 15)] * seen
