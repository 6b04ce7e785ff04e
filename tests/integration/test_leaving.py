"""F-50: a dealer leaves, on the databases of all who have a say; messages are carried by hand."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.auth import Role
from chassis.consumer import Delivery, Dispatch
from chassis.db import transaction
from chassis.ids import uuid7
from contracts.billing import BalanceTold
from contracts.dealers import DealerExited, DealerState
from contracts.orders import OpenOrdersCounted
from services.billing import consumers as billing_hears
from services.billing.app import SERVICE as BILLING
from services.billing.commands.credit import tell_balances
from services.dealers import consumers as dealers_hears
from services.dealers.app import SERVICE as DEALERS
from services.orders import consumers as orders_hears
from services.orders import saga
from services.orders.commands.leaving import ACCEPTING, tell_open_orders
from services.orders.domain.order import changed
from services.orders.store import orders as order_store
from tests.builders.dealers import a_dealer_body
from tests.builders.edge import a_key, an_actor, serving
from tests.builders.orders import waiting_for_confirmation

ADMIN, FINANCE, STAFF = (an_actor(role) for role in (Role.ADM, Role.FIN, Role.WHS))
NOW = datetime.now(UTC)
LATER = NOW + ACCEPTING + timedelta(hours=1)


class Exit:
    """The dealers, orders and billing services around one dealer."""

    def __init__(self, api, money, dbs):
        self.api, self.money = api, money
        self.dealers_db, self.orders_db, self.billing_db = dbs

    async def newest(self, db, kind):
        body = await db.fetchval(
            "SELECT body FROM outbox WHERE type = $1 ORDER BY position DESC LIMIT 1", kind.type
        )
        return body and kind.model_validate_json(body)

    async def carry(self, source, kind, db, subscriptions):
        told = await self.newest(source, kind)
        delivery = Delivery(uuid7(), told.type, told.key, told.model_dump_json().encode())
        await Dispatch(db, subscriptions).deliver([delivery])
        return told

    async def is_known(self):
        await self.carry(self.dealers_db, DealerState, self.orders_db, orders_hears.SUBSCRIPTIONS)
        return await self.carry(
            self.dealers_db, DealerState, self.billing_db, billing_hears.SUBSCRIPTIONS
        )

    async def added(self):
        body = a_dealer_body()
        answer = await self.api(ADMIN).post("/dealers", json=body, headers=a_key())
        self.path = f"/dealers/{answer.json()['dealer_id']}"
        self.dealer_id = UUID(answer.json()["dealer_id"])
        await self.is_known()

    async def begun(self):
        answer = await self.api(ADMIN).post(f"{self.path}/exit", json={"reason": "合同到期"})
        assert answer.status_code == 200, answer.text
        await self.is_known()
        return answer.json()

    async def orders(self, now):
        """How many dealers orders had news of at that time; dealers hears it."""
        async with transaction(self.orders_db) as tx:
            told = await tell_open_orders(tx, now)
        if told:
            hears = dealers_hears.SUBSCRIPTIONS
            await self.carry(self.orders_db, OpenOrdersCounted, self.dealers_db, hears)
            await self.is_known()
        return told

    async def balance(self):
        async with transaction(self.billing_db) as tx:
            told = await tell_balances(tx)
        if told:
            hears = dealers_hears.SUBSCRIPTIONS
            await self.carry(self.billing_db, BalanceTold, self.dealers_db, hears)
            await self.is_known()
        return told

    async def shown(self, who=ADMIN):
        return (await self.api(who).get(self.path)).json()

    async def has_an_order(self):
        order = changed(waiting_for_confirmation(), dealer_id=self.dealer_id)
        async with transaction(self.orders_db) as tx:
            await order_store.insert_orders(tx, [order], [saga.queue(order)])
            nothing = {order.order_id: changed(order, lines=(), shipments=())}
            await order_store.save_orders(tx, nothing, [order], [saga.queue(order)])
        return order

    async def end(self, order):
        await self.orders_db.execute(
            "UPDATE orders SET phase = 'UNDONE' WHERE order_id = $1", order.order_id
        )

    async def pays(self, amount_minor):
        body = {
            "dealer_id": str(self.dealer_id),
            "method": "BANK_TRANSFER",
            "amount_minor": amount_minor,
        }
        answer = await self.money(FINANCE).post("/payments", json=body, headers=a_key())
        assert answer.status_code == 201, answer.text
        return f"/payments/{answer.json()['payment_id']}"


@pytest.fixture
async def leaver(dealers_db, orders_db, billing_db):
    async with serving(DEALERS, dealers_db) as api, serving(BILLING, billing_db) as money:
        one = Exit(api, money, (dealers_db, orders_db, billing_db))
        await one.added()
        yield one


async def test_a_dealer_leaves_after_his_last_order_and_his_last_fen(leaver):
    """F-50: no new orders; open ones finish; his balance is settled; then he has left."""
    order, payment = await leaver.has_an_order(), await leaver.pays(100)

    begun = await leaver.begun()
    counted = await leaver.orders(NOW), await leaver.orders(NOW), await leaver.balance()
    waiting = await leaver.shown()
    await leaver.end(order)
    too_early = await leaver.orders(NOW)
    await leaver.orders(LATER)
    settling = await leaver.shown()
    told = await leaver.balance(), await leaver.balance()
    seen = [(await leaver.shown(who))["exit"]["balance"] for who in (FINANCE, STAFF)]
    reason = {"reason": "退回"}
    await leaver.money(FINANCE).post(f"{payment}/reverse", json=reason, headers=a_key())
    await leaver.balance()
    left = await leaver.shown()

    assert (begun["status"], begun["exit"]["open_orders"]) == ("EXITING", None)
    assert begun["allowed_actions"][0] == "dealers.reinstate"
    assert counted == (1, 0, 0)
    assert (waiting["exit"]["step"], waiting["exit"]["open_orders"]) == ("ORDERS", 1)
    assert too_early == 0
    assert settling["exit"]["step"] == "BALANCE"
    assert told == (1, 0)
    assert seen[0] | {"wallet_minor": 0} == dict.fromkeys(seen[0], 0)
    assert (seen[0]["wallet_minor"], seen[1]) == (100, None)
    assert (left["status"], left["exit"], left["allowed_actions"]) == ("EXITED", None, [])
    assert (await leaver.newest(leaver.dealers_db, DealerExited)).dealer_id == leaver.dealer_id


async def test_who_leaves_is_known_as_one_who_may_not_order(leaver):
    await leaver.begun()

    status = await leaver.orders_db.fetchval("SELECT status FROM dealers")

    assert status == "SUSPENDED"


async def test_money_that_is_on_its_way_back_keeps_him(leaver):
    """A refund left the wallet, but not the house."""
    await leaver.pays(100)
    where = {"bank": "中国银行", "account_name": "x", "account_number": "4301-0001"}
    body = {"dealer_id": str(leaver.dealer_id), "amount_minor": 100, "reason": "退出", **where}
    asked = await leaver.money(FINANCE).post("/refunds", json=body, headers=a_key())
    refund = f"/refunds/{asked.json()['refund_id']}"
    await leaver.begun()
    await leaver.orders(LATER)

    await leaver.balance()
    waiting = await leaver.shown()
    colleague = an_actor(Role.FIN)
    await leaver.money(colleague).post(f"{refund}/approve", headers=a_key())
    paid = {"bank_reference": "B-1"}
    answer = await leaver.money(colleague).post(f"{refund}/pay", json=paid, headers=a_key())
    await leaver.balance()

    assert answer.status_code == 200, answer.text
    assert waiting["exit"]["balance"]["refunds_minor"] == 100
    assert (await leaver.shown())["status"] == "EXITED"


async def test_who_stays_after_all_is_asked_about_no_more_and_may_leave_again(leaver):
    """F-50."""
    await leaver.begun()
    await leaver.api(ADMIN).post(f"{leaver.path}/reinstate")
    await leaver.is_known()

    quiet = await leaver.orders(LATER), await leaver.balance()
    stays = await leaver.shown()
    await leaver.begun()
    await leaver.orders(LATER)
    await leaver.balance()

    assert quiet == (0, 0)
    assert (stays["status"], stays["exit"]) == ("ACTIVE", None)
    assert (await leaver.shown())["status"] == "EXITED"


async def test_only_an_administrator_lets_a_dealer_leave(leaver):
    body = {"reason": "?"}

    tried = [
        (await leaver.api(an_actor(role)).post(f"{leaver.path}/exit", json=body)).status_code
        for role in (Role.FIN, Role.SAL, Role.WHS)
    ]

    assert tried == [403, 403, 403]
