"""Holds of all kinds on a real PostgreSQL: who sees them, who ends them, and what time does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chassis.auth import Role
from chassis.db import transaction
from chassis.ids import uuid7
from contracts.billing import CreditRefused
from contracts.dealers import Shortage
from contracts.inventory import (
    LineCount,
    PartnerNotReady,
    ReservationFirmed,
    ReserveStock,
    StockReserved,
)
from contracts.orders import Hold
from services.orders import saga
from services.orders.commands.going_on import advance_orders, time_out_orders
from services.orders.domain import actions
from services.orders.domain.holds import Held, by_rule, holding
from services.orders.domain.order import Credit, changed
from services.orders.store import timers
from tests.builders.edge import an_actor
from tests.builders.orders import (
    ON_CREDIT,
    PREPAID,
    an_order,
    confirmed,
    confirming_itself,
    held,
    priced,
    reserved,
    waiting_for_confirmation,
)

FINANCE, MANAGER, WAREHOUSE = (an_actor(role) for role in (Role.FIN, Role.ADM, Role.WHS))
REASON = {"reason": "等客户回款"}
WITH_APPROVAL = ON_CREDIT.model_copy(update={"approval_min_minor": 100_000})


def slug(answer):
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def on_hold(order, kind):
    """The order with a hold that a rule put."""
    after = changed(order, holds=holding(order.holds, by_rule(kind)))
    return saga.go_on(order, after, datetime.now(UTC))[0]


@pytest.fixture
def ours(counter):
    """Makes an order one of the counter's dealer and salesperson."""

    def mine(order):
        return replace(order, dealer_id=counter.dealer_id, salesperson_id=counter.sales.user_id)

    return mine


async def release(counter, order, kind, actor):
    return await counter.post(f"/orders/{order.order_id}/release-hold", {"kind": kind}, actor)


async def take(counter, *replies):
    async with transaction(counter.db) as tx:
        await advance_orders(tx, replies)


async def pass_time(counter):
    """The timer looks, and the messages that it sends arrive."""
    async with transaction(counter.db) as tx:
        overdue = await timers.take_overdue(tx, limit=10)
    async with transaction(counter.db) as tx:
        await time_out_orders(tx, overdue)


async def test_a_hold_says_why_whose_since_when_by_whom_and_until_when(counter, ours):
    """P-20."""
    order = await counter.has(ours(waiting_for_confirmation()))
    until = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)

    answer = await counter.post(
        f"/orders/{order.order_id}/hold", REASON | {"until": until.isoformat()}, counter.sales
    )

    assert answer.status_code == 200, answer.text
    shown = (await counter.get(f"/orders/{order.order_id}", counter.sales)).json()
    (hold,) = shown["holds"]
    assert (shown["status"], shown["queue"]) == ("ON_HOLD", "SAL")
    assert (hold["kind"], hold["owner"], hold["reason"]) == ("MANUAL", "SAL", REASON["reason"])
    assert hold["by"] == str(counter.sales.user_id)
    assert datetime.fromisoformat(hold["until"]) == until
    assert datetime.now(UTC) - datetime.fromisoformat(hold["since"]) < timedelta(minutes=1)
    assert hold["allowed_actions"] == ["release-hold"]
    listed = (await counter.get("/orders", counter.sales, queue="SAL")).json()["items"]
    assert [row["order_id"] for row in listed] == [str(order.order_id)]


@pytest.mark.parametrize("kind", ["CREDIT", "APPROVAL", "PARTNER", "STOCK", "MANUAL"])
async def test_only_the_owner_of_a_hold_and_an_administrator_release_it(counter, ours, kind):
    """P-20."""
    people = {"SAL": counter.sales, "FIN": FINANCE, "WHS": WAREHOUSE, "ADM": MANAGER}
    orders = [
        await counter.has(ours(on_hold(waiting_for_confirmation(), Hold(kind)))) for _ in people
    ]
    owner = by_rule(Hold(kind)).owner

    answers = {
        role: (await release(counter, order, kind, actor)).status_code
        for (role, actor), order in zip(people.items(), orders, strict=True)
    }

    assert answers == {role: 200 if role in {owner, "ADM"} else 403 for role in people}


async def test_the_dealer_sees_why_his_order_waits_and_may_not_release_it(counter, ours):
    order = await counter.has(ours(on_hold(waiting_for_confirmation(), Hold.CREDIT)))

    shown = (await counter.get(f"/orders/{order.order_id}", counter.buyer)).json()

    assert [hold["kind"] for hold in shown["holds"]] == ["CREDIT"]
    assert shown["holds"][0]["allowed_actions"] == []
    assert "release-hold" not in shown["allowed_actions"]
    assert slug(await release(counter, order, "CREDIT", counter.buyer)) == (403, "forbidden")


async def test_the_holds_of_an_order_are_released_one_by_one(counter, ours):
    """P-20."""
    order = on_hold(on_hold(waiting_for_confirmation(), Hold.CREDIT), Hold.MANUAL)
    order = await counter.has(ours(order))

    refused = await release(counter, order, "PARTNER", WAREHOUSE)
    first = await release(counter, order, "MANUAL", counter.sales)

    assert slug(refused) == (409, "not-held")
    assert refused.json()["holds"] == ["CREDIT", "MANUAL"]
    assert (first.json()["status"], first.json()["queue"]) == ("ON_HOLD", "FIN")
    assert await counter.said(order) == ["order-hold-released"]


async def test_a_hold_of_which_the_time_has_come_is_released_by_the_timer(counter, ours):
    """P-20."""
    now = datetime.now(UTC)
    before = ours(waiting_for_confirmation())
    hold = Held(Hold.MANUAL, "月底再发", uuid7(), now, until=now + timedelta(hours=1))
    order = await counter.has(saga.go_on(before, actions.hold(before, hold, now), now)[0])
    await pass_time(counter)
    assert (await counter.load(order)).holds == (hold,)

    past = replace(hold, until=now - timedelta(seconds=1))
    order = await counter.has(changed(order, order_id=uuid7(), holds=(past,)))
    await pass_time(counter)

    ended = await counter.load(order)
    assert (ended.holds, ended.status) == ((), "PENDING_CONFIRMATION")
    assert await counter.said(order) == ["order-hold-released", "order-checks-passed"]


async def test_a_hold_until_a_time_that_has_passed_is_refused(counter, ours):
    order = await counter.has(ours(waiting_for_confirmation()))
    past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()

    answer = await counter.post(
        f"/orders/{order.order_id}/hold", REASON | {"until": past}, counter.sales
    )

    assert answer.status_code == 422
    assert answer.json()["faults"][0]["pointer"] == "/until"


async def test_an_order_above_the_amount_of_its_terms_waits_for_another_manager(counter, ours):
    """P-20: approval by somebody else than who placed the order."""
    order = ours(an_order(WITH_APPROVAL))
    order = changed(order, placed_by=MANAGER.user_id)
    order = await counter.has(saga.start(order, datetime.now(UTC))[0])
    for reply in (priced(order), held(order), reserved(order)):
        await take(counter, reply)
    waiting = await counter.load(order)
    assert ([one.kind for one in waiting.holds], saga.queue(waiting)) == (["APPROVAL"], "ADM")
    assert not waiting.confirmed

    own = await release(counter, order, "APPROVAL", MANAGER)
    approved = await release(counter, order, "APPROVAL", an_actor(Role.ADM))

    assert slug(own) == (403, "approved-by-placer")
    assert approved.json()["status"] == "PENDING_CONFIRMATION"


async def test_who_placed_an_order_on_behalf_does_not_let_it_exceed_the_limit(counter, ours):
    """P-20: four eyes on a CREDIT hold; the answer does not offer it either."""
    order = changed(ours(on_hold(waiting_for_confirmation(), Hold.CREDIT)), credit=Credit.REFUSED)
    order = await counter.has(changed(order, placed_by=MANAGER.user_id))

    own = await release(counter, order, "CREDIT", MANAGER)
    offered = (await counter.get(f"/orders/{order.order_id}", MANAGER)).json()
    other = await release(counter, order, "CREDIT", an_actor(Role.FIN))

    assert slug(own) == (403, "approved-by-placer")
    assert "release-hold" not in offered["allowed_actions"]
    assert other.status_code == 200


async def test_a_manager_rejects_what_asked_for_his_approval(counter, ours):
    order = await counter.has(ours(on_hold(waiting_for_confirmation(), Hold.APPROVAL)))

    answer = await counter.post(f"/orders/{order.order_id}/reject", REASON, MANAGER)

    assert answer.json()["status"] == "CANCELLING"
    assert await counter.said(order) == ["cancel-fulfilment"]


async def test_a_partner_who_cannot_be_told_is_asked_again_when_the_warehouse_says_so(
    counter, ours
):
    """P-20."""
    order = ours(confirmed(PREPAID))
    order = saga.take(order, ReservationFirmed(order_id=order.order_id), datetime.now(UTC))[0]
    order = changed(order, covered_minor=order.total)
    order = await counter.has(saga.go_on(order, changed(order, note="paid"), datetime.now(UTC))[0])
    not_ready = PartnerNotReady(order_id=order.order_id, reason="no-adapter")

    await take(counter, not_ready)
    waiting = await counter.load(order)
    again = await release(counter, order, "PARTNER", WAREHOUSE)

    assert (waiting.status, saga.queue(waiting)) == ("ON_HOLD", "WHS")
    assert again.json()["holds"] == []
    assert await counter.said(order) == [
        "order-held",
        "order-hold-released",
        "release-to-warehouse",
    ]


async def test_what_is_short_waits_for_the_salesperson_where_the_terms_ask_him(counter, ours):
    """P-20, P-03: he lets it go on as it is there, and the rest follows; it never began before."""
    asking = confirming_itself(ON_CREDIT).model_copy(update={"shortage": Shortage.ASK})
    order = await counter.has(saga.start(ours(an_order(asking)), datetime.now(UTC))[0])
    await take(counter, priced(order))
    await take(counter, held(order))
    short = (LineCount(line_no=1, quantity=4),)
    await take(counter, StockReserved(order_id=order.order_id, backordered=short))
    waiting = await counter.load(order)

    goes_on = await release(counter, order, "STOCK", counter.sales)

    assert ([one.kind for one in waiting.holds], saga.queue(waiting)) == (["STOCK"], "SAL")
    assert goes_on.json()["status"] == "CONFIRMED"
    body = await counter.db.fetchval(
        "SELECT body FROM outbox WHERE type = 'inventory.reserve-stock.v1'"
    )
    ask = ReserveStock.model_validate_json(body)
    assert (ask.firm, ask.release, ask.shortage) == (False, False, "SHIP_PARTIAL")
    assert (await counter.said(order))[-3:] == [
        "order-hold-released",
        "order-confirmed",
        "firm-reservation",
    ]


async def test_what_is_not_short_asks_nobody(counter, ours):
    asking = confirming_itself(ON_CREDIT).model_copy(update={"shortage": Shortage.ASK})
    order = await counter.has(saga.start(ours(an_order(asking)), datetime.now(UTC))[0])
    for reply in (priced(order), held(order), reserved(order)):
        await take(counter, reply)

    assert (await counter.load(order)).holds == ()
    assert (await counter.said(order))[-2:] == ["order-confirmed", "firm-reservation"]


async def test_holds_from_before_they_had_details_still_stop_their_order(counter, ours):
    order = await counter.has(ours(on_hold(waiting_for_confirmation(), Hold.CREDIT)))
    await counter.db.execute("UPDATE orders SET held = '[]'")

    loaded = await counter.load(order)

    assert loaded.holds == (by_rule(Hold.CREDIT),)
    assert (await release(counter, order, "CREDIT", FINANCE)).status_code == 200


async def test_over_the_limit_is_released_by_finance_and_the_credit_held_anew(counter, ours):
    """P-20, P-01."""
    order = await counter.has(saga.start(ours(an_order()), datetime.now(UTC))[0])
    await take(counter, priced(order))
    await take(counter, CreditRefused(order_id=order.order_id, reason="over-limit"))
    await take(counter, reserved(order))

    await release(counter, order, "CREDIT", FINANCE)
    await take(counter, held(order))

    assert await counter.said(order) == [
        "hold-credit",
        "order-held",
        "reserve-stock",
        "order-hold-released",
        "hold-credit",
        "order-checks-passed",
    ]
