"""The saga desk (U-16) on a real PostgreSQL: what it shows, foretells, does; who must agree."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chassis import parking
from chassis.auth import Role
from chassis.db import transaction
from chassis.saga import ATTEMPTS_MAX
from services.orders import saga
from services.orders.domain import actions
from services.orders.domain.order import changed
from services.orders.store import orders as store
from tests.builders.edge import an_actor
from tests.builders.orders import (
    advanced,
    an_order,
    confirmed,
    credit_released,
    submitted,
    waiting_for_confirmation,
)

ANNA, BOB = an_actor(Role.ADM), an_actor(Role.FIN)
REASON = {"reason": "仓库系统无法恢复"}


def slug(answer):
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def silent(order):
    """The service that the order waits for was asked in vain, often enough."""
    return changed(order, progress=order.progress.on_the_desk())


def undoing(order):
    """Cancelled; the first release is awaited."""
    now = datetime.now(UTC)
    return saga.go_on(order, actions.cancel(order, "客户要求"), now)[0]


class Desk:
    def __init__(self, counter):
        self.counter, self.db = counter, counter.db

    async def has(self, order):
        return await self.counter.has(order)

    async def kinds(self, **params):
        answer = await self.counter.get("/sagas", ANNA, **params)
        assert answer.status_code == 200, answer.text
        return {row["order_id"]: row["kind"] for row in answer.json()["items"]}

    async def show(self, order, actor=ANNA):
        return await self.counter.get(f"/sagas/{order.order_id}", actor)

    async def dry_run(self, order, action):
        return await self.counter.get(f"/sagas/{order.order_id}/dry-run/{action}", ANNA)

    async def propose(self, order, action, actor=ANNA):
        body = REASON | {"action": action}
        return await self.counter.post(f"/sagas/{order.order_id}/proposals", body, actor)

    async def approve(self, proposal, actor):
        path = f"/sagas/proposals/{proposal.json()['proposal_id']}/approve"
        return await self.counter.post(path, actor=actor)

    async def said(self):
        rows = await self.db.fetch("SELECT type FROM outbox ORDER BY message_id")
        return [row["type"].rsplit(".", 2)[1] for row in rows]

    async def status(self, order):
        return await self.db.fetchval(
            "SELECT status FROM orders WHERE order_id = $1", order.order_id
        )


@pytest.fixture
async def desk(counter):
    return Desk(counter)


async def test_the_desk_shows_what_does_not_go_on_by_itself_and_nothing_else(desk):
    stuck = await desk.has(silent(submitted()))
    long_ago = datetime.now(UTC) - timedelta(days=4)
    waiting = await desk.has(replace(waiting_for_confirmation(), submitted_at=long_ago))
    today = datetime.now(UTC)
    await desk.has(replace(waiting_for_confirmation(), submitted_at=today))
    parked = await desk.has(replace(submitted(), submitted_at=today))
    await park(desk, parked)

    shown = await desk.kinds()

    assert shown == {
        str(stuck.order_id): "STUCK",
        str(waiting.order_id): "WAITING",
        str(parked.order_id): "PARKED",
    }
    assert list(await desk.kinds(kind="STUCK")) == [str(stuck.order_id)]


async def park(desk, order):
    """A reply for this order could not be handled."""
    async with transaction(desk.db) as tx:
        await tx.execute(
            """
            INSERT INTO parked_keys (key, error, attempts, next_try)
            VALUES ($1, E'Traceback\\nKeyError: 7', $2, NULL)
            """,
            order.order_id.bytes,
            len(parking.BACK_OFF) + 1,
        )


async def test_an_order_on_the_desk_tells_what_it_holds_and_what_nobody_knows(desk):
    order = await desk.has(silent(confirmed()))

    shown = (await desk.show(order)).json()

    effects = shown["effects"]
    assert (effects["credit_held_minor"], effects["reserved"]) == (100_000, {"SKU-1": 10})
    assert [(one["step"], one["state"]) for one in effects["steps"]] == [
        ("price", "done"),
        ("hold_credit", "done"),
        ("reserve_stock", "done"),
        ("firm_up", "unknown"),
    ]
    assert shown["allowed_actions"] == ["retry", "compensate"]
    assert (await desk.show(order, BOB)).json()["allowed_actions"] == ["compensate"]


async def test_retry_asks_the_silent_service_again_and_leaves_the_desk(desk):
    order = await desk.has(silent(submitted()))
    foretold = (await desk.dry_run(order, "retry")).json()

    done = await desk.counter.post(f"/sagas/{order.order_id}/retry", actor=ANNA)

    assert [one["type"] for one in foretold["said"]] == ["catalog.price-order.v1"]
    assert await desk.said() == ["price-order"]
    assert done.json()["attempt"] == 0
    assert str(order.order_id) not in await desk.kinds(kind="STUCK")


async def test_retry_has_parked_messages_tried_at_once_although_they_were_given_up(desk):
    order = await desk.has(waiting_for_confirmation())
    await park(desk, order)

    done = await desk.counter.post(f"/sagas/{order.order_id}/retry", actor=ANNA)

    assert done.json()["parked"] == "KeyError: 7"
    assert await parking.due(desk.db, 10) == [order.order_id.bytes]


async def test_nothing_is_retried_where_no_answer_is_awaited(desk):
    order = await desk.has(waiting_for_confirmation())

    refused = await desk.counter.post(f"/sagas/{order.order_id}/retry", actor=ANNA)

    assert slug(refused) == (409, "nothing-awaited")


async def test_a_dry_run_foretells_the_whole_way_back_and_changes_nothing(desk):
    order = await desk.has(silent(confirmed()))

    foretold = (await desk.dry_run(order, "compensate")).json()

    assert [(one["type"].split(".")[1], one["at_once"]) for one in foretold["said"]] == [
        ("order-cancel-requested", True),
        ("cancel-fulfilment", True),
        ("release-credit", False),
        ("order-cancelled", False),
    ]
    assert (foretold["status_after"], foretold["status_at_the_end"]) == ("CANCELLING", "CANCELLED")
    assert (await desk.said(), await desk.status(order)) == ([], "CONFIRMED")


async def test_compensation_is_proposed_by_one_and_done_when_another_approves(desk):
    order = await desk.has(silent(confirmed()))

    proposal = await desk.propose(order, "compensate")
    alone = await desk.approve(proposal, ANNA)
    before = await desk.status(order)
    together = await desk.approve(proposal, BOB)

    assert (slug(alone), before) == ((403, "same-person"), "CONFIRMED")
    assert (together.status_code, together.json()["state"]) == (200, "APPROVED")
    assert await desk.status(order) == "CANCELLING"
    assert await desk.said() == ["order-cancel-requested", "cancel-fulfilment"]
    assert slug(await desk.approve(proposal, BOB)) == (409, "proposal-over")


async def test_a_proposal_that_nobody_approved_in_a_day_is_void_and_makes_room_for_another(desk):
    order = await desk.has(silent(confirmed()))
    proposal = await desk.propose(order, "compensate")
    again = await desk.propose(order, "compensate", BOB)
    await desk.db.execute("UPDATE desk_proposals SET expires_at = now() - interval '1 second'")

    late = await desk.approve(proposal, BOB)
    anew = await desk.propose(order, "compensate", BOB)

    assert slug(again) == (409, "proposed-already")
    assert (slug(late), anew.status_code) == ((409, "proposal-over"), 201)
    assert await desk.status(order) == "CONFIRMED"


async def test_what_was_proposed_for_an_order_that_has_moved_on_since_is_refused(desk):
    order = await desk.has(silent(confirmed()))
    proposal = await desk.propose(order, "compensate")
    await desk.db.execute("UPDATE orders SET version = version + 1")

    assert slug(await desk.approve(proposal, BOB)) == (409, "order-moved-on")


async def test_what_has_left_the_warehouse_cannot_be_compensated(desk):
    now = datetime.now(UTC)
    order = saga.take(confirmed(), advanced(an_order(), revision=1, picked=10, shipped=10), now)[0]
    await desk.has(silent(order))

    assert slug(await desk.dry_run(order, "compensate")) == (409, "already-shipped")
    assert slug(await desk.propose(order, "compensate")) == (409, "already-shipped")


async def test_giving_up_goes_on_with_the_next_release_and_ends_the_order(desk):
    order = await desk.has(silent(undoing(confirmed())))
    early = await desk.has(undoing(waiting_for_confirmation()))

    proposal = await desk.propose(order, "give-up")
    await desk.approve(proposal, BOB)

    assert await desk.said() == ["release-credit"]
    async with transaction(desk.db) as tx:
        [now_at] = (await store.lock_orders(tx, [order.order_id])).values()
    assert now_at.progress.at == "hold_credit"
    ended = saga.take(now_at, credit_released(now_at), datetime.now(UTC))[0]
    assert ended.progress.ended
    assert slug(await desk.propose(early, "give-up")) == (409, "nothing-to-give-up")


async def test_the_desk_is_for_administrators_and_finance_alone(desk):
    order = await desk.has(silent(submitted()))

    for role in (Role.SAL, Role.WHS, Role.PCK, Role.DLV):
        assert slug(await desk.show(order, an_actor(role))) == (403, "forbidden")
    assert slug(await desk.show(order, desk.counter.buyer)) == (403, "forbidden")
    assert slug(await desk.counter.post(f"/sagas/{order.order_id}/retry", actor=BOB)) == (
        403,
        "forbidden",
    )


def test_an_order_is_stuck_as_often_as_the_saga_says():
    assert silent(submitted()).progress.attempt == ATTEMPTS_MAX
