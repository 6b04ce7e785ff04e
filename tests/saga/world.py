"""All services of an order's life in one process on real PostgreSQL; the broker is this class.

It keeps the order of a key inside a topic and nothing else: topics overtake one another, messages
come twice, handlers fail after their work and before its commit, deadlines strike at any moment.
"""

import random
from dataclasses import replace
from datetime import UTC, datetime

from chassis import outbox
from chassis.consumer import Delivery, Dispatch
from chassis.db import transaction
from chassis.envelope import decoded, encoded, headers_of
from chassis.ids import uuid7
from contracts.catalog import ProductState
from contracts.orders import TimeOutOrder
from contracts.topics import TOPICS
from services.billing.consumers import SUBSCRIPTIONS as BILLING
from services.catalog.consumers import SUBSCRIPTIONS as CATALOG
from services.inventory.consumers import SUBSCRIPTIONS as INVENTORY
from services.orders.commands.going_on import carry_out, time_out_orders
from services.orders.commands.submitting import submit_orders
from services.orders.consumers import SUBSCRIPTIONS as ORDERS
from services.orders.saga import go_on
from services.orders.store import orders as order_store
from tests.builders.orders import a_dealer_state, a_submission, confirming_itself

SUBSCRIPTIONS = {"catalog": CATALOG, "orders": ORDERS, "inventory": INVENTORY, "billing": BILLING}


class World:
    """Databases by service, and the messages that wait between them."""

    def __init__(self, databases, seed, *, faults=0.0, impatience=0.0):
        self.db, self.chance = databases, random.Random(seed)
        self.faults, self.impatience = faults, impatience
        self.dispatch = {
            name: Dispatch(db, [self._unreliable(one) for one in SUBSCRIPTIONS[name]])
            for name, db in databases.items()
        }
        self.read = dict.fromkeys(databases, 0)
        self.lanes = {}  # (consumer, topic, key) -> deliveries, oldest first

    def _unreliable(self, subscription):
        async def handle(tx, messages):
            await subscription.handler(tx, messages)
            if self.chance.random() < self.faults:
                raise ConnectionError("the connection is lost before the commit")

        return replace(subscription, handler=handle)

    async def tell(self, *states):
        """Publish states of dealers and products, as their owners would."""
        async with transaction(self.db["orders"]) as tx:  # any outbox will do as a start
            await outbox.add(tx, states)

    async def a_company(self, *, terms, limit_minor, mode="DIRECT", **stock):
        """One dealer with the list price ¥100 for every SKU, one warehouse with that stock."""
        dealer = a_dealer_state(
            terms, credit_limit_minor=limit_minor, warehouse_id=uuid7(), salesperson_id=uuid7()
        )
        await self._stock_up(dealer.warehouse_id, mode, stock)
        await self._set_prices(stock)
        await self.tell(dealer, *(a_product(sku) for sku in stock))
        await self.pump()
        return dealer

    async def _stock_up(self, warehouse_id, mode, stock):
        await self.db["inventory"].execute(
            "INSERT INTO warehouses (warehouse_id, code, name, mode, one_person)"
            " VALUES ($1, 'GZ', '广州仓', $2, true)",
            warehouse_id,
            mode,
        )
        await self.db["inventory"].execute(
            "INSERT INTO stock (warehouse_id, sku, on_hand)"
            " SELECT $1, sku, quantity FROM unnest($2::text[], $3::bigint[]) AS s(sku, quantity)",
            warehouse_id,
            list(stock),
            list(stock.values()),
        )

    async def _set_prices(self, stock):
        db, list_id = self.db["catalog"], uuid7()
        await db.execute("INSERT INTO categories VALUES ('TOOLS', '工具', 'Tools', NULL, 1)")
        await db.execute(
            "INSERT INTO products (sku, name_zh, name_en, category, unit, tax_rate_bp, attributes,"
            " status, version) SELECT unnest($1::text[]), '螺丝刀', 'Screwdriver', 'TOOLS', '件',"
            " 1300, '{}', 'ACTIVE', 1",
            list(stock),
        )
        await db.execute(
            "INSERT INTO price_lists (price_list_id, code, name, tier, currency, revision)"
            " VALUES ($1, 'CITY', '市代价', 'CITY', 'CNY', 1)",
            list_id,
        )
        await db.execute(
            "INSERT INTO price_list_versions (price_list_id, version, status, tax_inclusive,"
            " valid_from, drafted_by) VALUES ($1, 1, 'DRAFT', true, '2020-01-01', $1)",
            list_id,
        )
        await db.execute(
            "INSERT INTO price_entries (price_list_id, version, sku, min_quantity, unit_price)"
            " SELECT $1, 1, unnest($2::text[]), 1, 100",
            list_id,
            list(stock),
        )
        await db.execute(
            "UPDATE price_list_versions SET status = 'PUBLISHED', published_at = now(),"
            " published_by = $1",
            uuid7(),
        )

    async def submit(self, dealer, *lines, count=1):
        """Orders of these (SKU, quantity) lines; they confirm themselves if the terms say so."""
        asks = [a_submission(dealer.dealer_id, *lines, submitted_at=now()) for _ in range(count)]
        async with transaction(self.db["orders"]) as tx:
            return await submit_orders(tx, asks)

    async def decide(self, order_id, change):
        """A person's decision about an order; a refusal changes nothing."""
        async with transaction(self.db["orders"]) as tx:
            orders = await order_store.lock_orders(tx, [order_id])
            outcome = change(orders[order_id])
            if not isinstance(outcome, Exception):
                moved = go_on(orders[order_id], outcome, now())
                await carry_out(tx, orders, {order_id: moved})
            return outcome

    async def pump(self, *, between=None):
        """Deliver until nothing waits; `between` runs after each round."""
        while await self._collect() or self.lanes:
            chosen = self.chance.sample(sorted(self.lanes), self.chance.randint(1, len(self.lanes)))
            for consumer in sorted({lane[0] for lane in chosen}):
                await self._deliver(consumer, [lane for lane in chosen if lane[0] == consumer])
            if self.chance.random() < self.impatience:
                await self._strike_deadlines()
            if between:
                await between(self)

    async def _collect(self):
        found = 0
        for name, db in self.db.items():
            rows = await db.fetch(
                "SELECT * FROM outbox WHERE position > $1 ORDER BY position", self.read[name]
            )
            for row in rows:
                self.read[name] = row["position"]
                for consumer in TOPICS[row["topic"]].consumers:
                    if consumer in self.db:
                        lane = (consumer, row["topic"], row["key"])
                        self.lanes.setdefault(lane, []).append(delivery_of(row, name))
                        found += 1
        return found

    async def _deliver(self, consumer, lanes):
        waiting = [delivery for lane in lanes for delivery in self.lanes.pop(lane)]
        batch = [copy for one in waiting for copy in [one] * self.chance.choice([1, 1, 2])]
        while True:
            try:
                return await self.dispatch[consumer].deliver(batch)
            except ConnectionError:
                continue

    async def _strike_deadlines(self):
        rows = await self.db["orders"].fetch(
            "SELECT order_id, at, attempt FROM orders WHERE deadline IS NOT NULL ORDER BY order_id"
        )
        late = self.chance.sample(rows, min(3, len(rows)))
        async with transaction(self.db["orders"]) as tx:
            await time_out_orders(
                tx,
                [
                    TimeOutOrder(order_id=row["order_id"], step=row["at"], attempt=row["attempt"])
                    for row in late
                ],
            )

    async def statuses(self):
        """Number of orders by status."""
        rows = await self.db["orders"].fetch(
            "SELECT status, count(*) AS orders FROM orders GROUP BY status"
        )
        return {row["status"]: row["orders"] for row in rows}

    async def parked(self):
        """Keys that some service could not handle."""
        return [
            (name, row["error"])
            for name, db in self.db.items()
            for row in await db.fetch("SELECT error FROM parked_keys")
        ]


def a_product(sku):
    return ProductState(
        sku=sku,
        version=1,
        name="螺丝刀",
        category="TOOLS",
        unit="件",
        tax_rate_bp=1300,
        status="ACTIVE",
    )


def delivery_of(row, service):
    headers = decoded(encoded(headers_of(row, f"test/{service}")))
    return Delivery(row["message_id"], row["type"], row["key"], row["body"], headers, row["topic"])


def now():
    return datetime.now(UTC)


__all__ = ["World", "confirming_itself"]
