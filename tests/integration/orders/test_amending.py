"""Amendments and closing over HTTP, on a real PostgreSQL."""

from uuid import UUID

import pytest

from chassis.auth import Role
from chassis.db import transaction
from chassis.ids import uuid7
from contracts.billing import CreditAdjusted
from contracts.catalog import PriceOrder
from contracts.inventory import RemainderNotClosed, ReservationAmended, ReserveStock, ShipmentStatus
from services.orders import saga
from services.orders.commands.going_on import advance_orders
from services.orders.store import orders as store
from tests.builders.edge import a_key, an_actor
from tests.builders.orders import NOON, advanced, as_asked, held, invoiced, priced, reserved


class Desk:
    """One order of ten A, ¥1,000, which waits for its salesperson."""

    def __init__(self, counter, order_id):
        self.counter, self.order_id = counter, order_id

    @property
    def path(self):
        return f"/orders/{self.order_id}"

    async def load(self):
        async with transaction(self.counter.db) as tx:
            return (await store.lock_orders(tx, [self.order_id]))[self.order_id]

    async def take(self, *replies):
        for reply in replies:
            async with transaction(self.counter.db) as tx:
                await advance_orders(tx, [reply])

    async def amend(self, *lines, actor=None, version=None, key=None):
        """Lines are (SKU, quantity, number)."""
        asked = [
            {"sku": sku, "quantity": quantity} | ({"line_no": line_no} if line_no else {})
            for sku, quantity, line_no in lines
        ]
        body = {
            "lines": asked,
            "expected_version": version or (await self.load()).version,
            "reason": "改数量",
        }
        return await self.counter.post(f"{self.path}/amend", body, actor, key)

    async def agree(self):
        """Catalog, billing and inventory agree to the amendment."""
        order = await self.load()
        if order.amending.total_minor is None:
            (ask,) = [row for row in await self.asked(PriceOrder) if row.amendment]
            await self.take(as_asked(ask))
        order = await self.load()
        if order.progress.at == "adjust_credit":
            await self.take(CreditAdjusted(order_id=self.order_id, revision=order.adjustment))
        number = order.amending.number
        await self.take(ReservationAmended(order_id=self.order_id, amendment=number))

    async def asked(self, kind):
        rows = await self.counter.db.fetch(
            "SELECT body FROM outbox WHERE type = $1 ORDER BY position", kind.type
        )
        return [kind.model_validate_json(row["body"]) for row in rows]

    async def ship(self, quantity, revision, **more):
        order = await self.load()
        shipment = uuid7()
        left = advanced(
            order,
            revision=revision,
            picked=quantity,
            shipped=quantity,
            shipment_id=shipment,
            **more,
        )
        await self.take(left, invoiced(order, shipment))


@pytest.fixture
async def desk(counter):
    body = {"lines": [{"sku": "A", "quantity": 10}], "shortage": "SHIP_PARTIAL"}
    accepted = (await counter.post("/orders", body)).json()
    desk = Desk(counter, UUID(accepted["order_id"]))
    order = await desk.load()
    await desk.take(priced(order), held(order), reserved(order))
    return desk


async def test_an_order_is_amended_and_shows_what_became_of_it(desk):
    """F-54, P-23."""
    asked = await desk.amend(("A", 12, 1), ("B", 3, None))
    assert asked.status_code == 200, asked.text
    assert asked.json()["amendment"]["state"] == "PENDING"
    assert asked.json()["allowed_actions"] == ["cancel"]

    await desk.agree()

    shown = (await desk.counter.get(desk.path)).json()
    assert (shown["total_minor"], shown["status"]) == (150_000, "PENDING_CONFIRMATION")
    assert [(line["sku"], line["quantity"]) for line in shown["lines"]] == [("A", 12), ("B", 3)]
    assert (shown["amendment"]["state"], shown["amendment"]["total_minor"]) == ("APPLIED", 150_000)


async def test_an_amendment_is_stored_as_it_was_decided(desk):
    await desk.amend(("A", 12, 1), ("B", 3, None))
    (ask,) = [row for row in await desk.asked(PriceOrder) if row.amendment]
    before = await desk.load()
    expected, _ = saga.take(before, as_asked(ask), NOON)

    await desk.take(as_asked(ask))

    stored = await desk.load()
    assert stored.amendment == expected.amendment
    assert (stored.adjustment, stored.adjusted) == (1, 0)


async def test_up_and_back_down_without_payment_returns_nothing(desk):
    """E-12."""
    before = await desk.load()
    for quantity in (15, 10):
        assert (await desk.amend(("A", quantity, 1))).status_code == 200
        await desk.agree() if quantity == 15 else await _down(desk)

    after = await desk.load()
    assert (after.lines, after.total_minor) == (before.lines, before.total_minor)
    assert (after.covered_minor, after.returned_minor) == (0, 0)
    assert after.adjusted == after.adjustment == 2


async def _down(desk):
    asks = [row for row in await desk.asked(PriceOrder) if row.amendment]
    await desk.take(as_asked(asks[-1]), ReservationAmended(order_id=desk.order_id, amendment=2))
    order = await desk.load()
    await desk.take(CreditAdjusted(order_id=desk.order_id, revision=order.adjustment))


async def test_the_same_key_amends_once_and_another_waits_for_the_first(desk):
    key, version = a_key(), (await desk.load()).version

    first = await desk.amend(("A", 12, 1), key=key, version=version)
    again = await desk.amend(("A", 12, 1), key=key, version=version)
    other = await desk.amend(("A", 13, 1))

    assert (first.status_code, again.json()) == (200, first.json())
    assert (other.status_code, other.json()["type"].split("/")[-1]) == (409, "amendment-pending")
    assert len([row for row in await desk.asked(PriceOrder) if row.amendment]) == 1


async def test_what_cannot_be_amended_says_why(desk):
    """S-4: against the version that the caller saw; foreign orders are not found."""
    stale = await desk.amend(("A", 12, 1), version=99)
    unknown = await desk.amend(("NO-SUCH", 1, None))
    missing = await desk.amend(("A", 1, 7))
    foreign = await desk.amend(("A", 12, 1), actor=desk.counter.stranger)
    picker = await desk.amend(("A", 12, 1), actor=an_actor(Role.PCK))

    answers = (stale, unknown, missing, foreign, picker)
    assert [answer.status_code for answer in answers] == [412, 422, 422, 404, 403]
    assert unknown.json()["faults"][0]["pointer"] == "/lines/0/sku"
    assert missing.json()["faults"][0]["pointer"] == "/lines/0/line_no"


async def test_when_picking_has_begun_only_staff_may_ask(desk):
    order = await desk.load()
    await _confirm(desk)
    await desk.take(advanced(order, revision=1, picked=4))

    dealer = await desk.amend(("A", 12, 1))
    shown = (await desk.counter.get(desk.path)).json()
    sales = await desk.amend(("A", 12, 1), actor=desk.counter.sales)

    assert (dealer.status_code, dealer.json()["type"].split("/")[-1]) == (409, "started-already")
    assert "amend" not in shown["allowed_actions"]
    assert sales.status_code == 200


async def _confirm(desk):
    confirmed = await desk.counter.post(f"{desk.path}/confirm", actor=desk.counter.sales)
    assert confirmed.status_code == 200, confirmed.text


async def test_the_rest_is_given_up_and_the_order_ends_closed_short(desk):
    """P-03: what left is kept, to the cent; the rest waits for the picker, then it is closed."""
    await _confirm(desk)
    early = await _close(desk)
    await desk.ship(4, 1, backordered=6)
    owed = (await desk.counter.get(desk.path)).json()
    asked = await _close(desk)
    await desk.take(RemainderNotClosed(order_id=desk.order_id))

    assert (early.status_code, early.json()["type"].split("/")[-1]) == (409, "nothing-shipped")
    assert (owed["backordered"], owed["lines"][0]["backordered"]) == (6, 6)
    assert asked.status_code == 200, asked.text
    order = await desk.load()
    assert order.closing.waits
    shipment = order.shipments[0].shipment_id
    left = {"picked": 4, "shipped": 4, "shipment_id": shipment, "status": ShipmentStatus.RECEIVED}
    await desk.take(advanced(order, revision=2, closed=6, **left))
    order = await desk.load()
    await desk.take(CreditAdjusted(order_id=desk.order_id, revision=order.adjustment))

    shown = (await desk.counter.get(desk.path)).json()
    assert (shown["status"], shown["total_minor"]) == ("CLOSED_SHORT", 40_000)
    assert (shown["lines"][0]["closed"], shown["lines"][0]["kept_gross_minor"]) == (6, 40_000)
    stored = await desk.counter.db.fetchrow("SELECT backordered, closed FROM order_lines")
    assert tuple(stored) == (0, 6)


async def _close(desk):
    path = f"{desk.path}/close-remainder"
    return await desk.counter.post(path, {"reason": "不再补货"}, desk.counter.sales)


async def test_an_order_says_itself_what_becomes_of_shortages(desk):
    """P-03: else as the dealer's terms say."""
    (ask,) = await desk.asked(ReserveStock)

    assert ask.shortage == "SHIP_PARTIAL"
    assert (await desk.load()).terms.shortage == "SHIP_PARTIAL"


async def test_a_dealer_closes_nothing(desk):
    answer = await desk.counter.post(f"{desk.path}/close-remainder", {"reason": "不要了"})

    assert answer.status_code == 403
