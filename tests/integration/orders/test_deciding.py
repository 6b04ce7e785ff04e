"""What people decide about an order at the same moment, and a cancel at each state."""

import asyncio
from dataclasses import replace

import pytest

from chassis.db import transaction
from chassis.ids import uuid7
from contracts.billing import ReleaseCredit
from contracts.inventory import CancelFulfilment, FulfilmentCancelled, PutBackAwaited
from services.orders import saga
from services.orders.commands.going_on import advance_orders
from services.orders.domain.order import Status
from services.orders.store import orders as store
from tests.builders.locks import until_one_waits
from tests.builders.orders import (
    NOON,
    advanced,
    confirmed,
    credit_released,
    held,
    priced,
    submitted,
    waiting_for_confirmation,
)


@pytest.fixture
def ours(counter):
    """Stores an order as one of the counter's dealer and salesperson."""

    async def mine(order):
        facts = {"dealer_id": counter.dealer_id, "salesperson_id": counter.sales.user_id}
        return await counter.has(replace(order, **facts))

    return mine


def slug(answer):
    return answer.status_code, answer.json().get("type", "").rpartition("/")[2]


async def test_of_two_who_confirm_at_once_one_does_and_the_other_is_told(counter, ours):
    """The second one waits for the first, and sees what that one did."""
    order = await ours(waiting_for_confirmation())
    confirm = f"/orders/{order.order_id}/confirm"

    async with transaction(counter.db) as tx:
        await store.lock_orders(tx, [order.order_id])
        both = [asyncio.create_task(counter.post(confirm, actor=counter.sales)) for _ in range(2)]
        await until_one_waits(counter.db)
    answers = await asyncio.gather(*both)

    assert sorted(slug(one) for one in answers) == [(200, ""), (409, "wrong-state")]
    refusal = next(one.json() for one in answers if one.status_code == 409)
    assert refusal["current_status"] == "CONFIRMED"
    assert await counter.said(order) == ["order-confirmed", "firm-reservation"]


async def test_one_who_confirms_and_one_who_cancels_at_once_leave_one_of_both(counter, ours):
    order = await ours(waiting_for_confirmation())
    path = f"/orders/{order.order_id}"

    answers = await asyncio.gather(
        counter.post(f"{path}/confirm", actor=counter.sales),
        counter.post(f"{path}/reject", {"reason": "缺资料"}, counter.sales),
    )

    said = await counter.said(order)
    assert sorted(one.status_code for one in answers) == [200, 409]
    assert said in (["order-confirmed", "firm-reservation"], ["cancel-fulfilment"])


async def test_a_confirm_that_is_sent_twice_is_answered_alike(counter, ours):
    """E-25."""
    order = await ours(waiting_for_confirmation())
    key = {"Idempotency-Key": str(uuid7())}

    answers = [
        await counter.post(f"/orders/{order.order_id}/confirm", actor=counter.sales, key=key)
        for _ in range(2)
    ]

    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert await counter.said(order) == ["order-confirmed", "firm-reservation"]


def before_its_price():
    return submitted()


def before_its_credit():
    order = submitted()
    return saga.take(order, priced(order), NOON)[0]


def before_its_stock():
    order = before_its_credit()
    return saga.take(order, held(order), NOON)[0]


def in_the_warehouse():
    order = confirmed()
    return saga.take(order, advanced(order, revision=1), NOON)[0]


def picked():
    order = confirmed()
    return saga.take(order, advanced(order, revision=1, picked=10), NOON)[0]


RELEASES = {
    before_its_price: [],
    before_its_credit: [ReleaseCredit],
    before_its_stock: [CancelFulfilment, ReleaseCredit],
    waiting_for_confirmation: [CancelFulfilment, ReleaseCredit],
    confirmed: [CancelFulfilment, ReleaseCredit],
    in_the_warehouse: [CancelFulfilment, ReleaseCredit],
    picked: [CancelFulfilment, ReleaseCredit],
}
"""What a cancel gives back, latest first, by how far the order is."""


async def take(counter, *replies):
    for reply in replies:
        async with transaction(counter.db) as tx:
            await advance_orders(tx, [reply])


@pytest.mark.parametrize("state", RELEASES, ids=lambda state: state.__name__)
async def test_a_cancel_gives_back_what_the_order_may_hold_and_nothing_else(counter, ours, state):
    """S-3, E-08."""
    order = await ours(state())

    answer = await counter.post(
        f"/orders/{order.order_id}/cancel", {"reason": "改主意了"}, counter.sales
    )
    if state is picked:
        await take(counter, PutBackAwaited(order_id=order.order_id))
        assert (await counter.load(order)).status is Status.CANCELLING
    if CancelFulfilment in RELEASES[state]:
        await take(counter, FulfilmentCancelled(order_id=order.order_id))
    if ReleaseCredit in RELEASES[state]:
        await take(counter, credit_released(order))

    assert answer.status_code == 200, answer.text
    assert (await counter.load(order)).status is Status.CANCELLED
    asked = [one.type.split(".")[1] for one in RELEASES[state]]
    assert await counter.said(order) == ["order-cancel-requested", *asked, "order-cancelled"]


async def test_what_has_left_is_not_cancelled_and_what_is_cancelled_not_once_more(counter, ours):
    """S-3, E-08."""
    order = picked()
    sent = await ours(saga.take(order, advanced(order, revision=2, picked=10, shipped=10), NOON)[0])
    cancelled = await ours(waiting_for_confirmation())
    reason = {"reason": "改主意了"}

    too_late = await counter.post(f"/orders/{sent.order_id}/cancel", reason, counter.sales)
    await counter.post(f"/orders/{cancelled.order_id}/cancel", reason, counter.sales)
    twice = await counter.post(f"/orders/{cancelled.order_id}/cancel", reason, counter.sales)

    assert slug(too_late) == (409, "already-shipped")
    assert slug(twice) == (409, "wrong-state")
    assert await counter.said(cancelled) == ["order-cancel-requested", "cancel-fulfilment"]
