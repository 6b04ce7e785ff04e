"""Orders served on a real database, with dealers and products that it knows."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.auth import Role
from chassis.db import transaction
from chassis.ids import uuid7
from contracts.catalog import PricedLine, ProductState, ProductUnit
from contracts.quotes import Quote, read_keys, seal
from services.orders import saga
from services.orders.app import SERVICE
from services.orders.commands.projecting import keep_dealers, keep_products
from services.orders.domain.order import changed
from services.orders.store import orders as store
from tests.builders.edge import a_key, an_actor, serving
from tests.builders.orders import a_dealer_state

QUOTE_KEY = "k" * 32
UNITS = (
    ProductUnit(unit="箱", numerator=12, denominator=1),
    ProductUnit(unit="两", numerator=1, denominator=20),
)


class Counter:
    """The order desk of one dealer: two users of his, and his salesperson."""

    def __init__(self, api, db, dealer):
        self.api, self.db, self.dealer_id = api, db, dealer.dealer_id
        self.buyer = an_actor(Role.DLR, dealer_id=dealer.dealer_id)
        self.colleague = an_actor(Role.DLR, dealer_id=dealer.dealer_id)
        self.stranger = an_actor(Role.DLR, dealer_id=uuid7())
        self.sales = an_actor(Role.SAL, user_id=dealer.salesperson_id)

    async def products(self, *skus, version=1, status="ACTIVE"):
        states = [
            ProductState(
                sku=sku,
                version=version,
                name=f"螺丝刀 {sku}",
                category="WJ",
                unit="件",
                tax_rate_bp=1300,
                status=status,
                units=UNITS,
            )
            for sku in skus
        ]
        async with transaction(self.db) as tx:
            await keep_products(tx, states)

    async def has(self, order):
        """Store an order as it stands; the dealer's, unless it is somebody else's."""
        order = changed(order, number=f"XS-{order.order_id}")
        async with transaction(self.db) as tx:
            await store.insert_orders(tx, [order], [saga.queue(order)])
            nothing = {order.order_id: changed(order, lines=(), shipments=())}
            await store.save_orders(tx, nothing, [order], [saga.queue(order)])
        return order

    async def load(self, order):
        async with transaction(self.db) as tx:
            return (await store.lock_orders(tx, [order.order_id]))[order.order_id]

    async def said(self, order):
        """Names of what was announced of an order, and asked for it."""
        rows = await self.db.fetch(
            "SELECT type FROM outbox WHERE key = $1 ORDER BY position", order.order_id.bytes
        )
        return [row["type"].rsplit(".", 2)[1] for row in rows]

    async def post(self, path, body=None, actor=None, key=None, **more):
        headers = (key or a_key()) | more.pop("headers", {})
        content = {"json": body or {}} if "content" not in more else {}
        return await self.api(actor or self.buyer).post(path, headers=headers, **content, **more)

    async def get(self, path, actor=None, **params):
        return await self.api(actor or self.buyer).get(path, params=params)

    async def a_cart(self, *lines, actor=None):
        """An open cart with these (SKU, quantity) lines; its path."""
        body = {"name": "周一补货"} | ({"dealer_id": str(self.dealer_id)} if actor else {})
        opened = await self.post("/carts", body, actor)
        assert opened.status_code == 201, opened.text
        path = f"/carts/{opened.json()['cart_id']}"
        if lines:
            body = {"lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines]}
            changed = await self.api(actor or self.buyer).patch(f"{path}/lines", json=body)
            assert changed.status_code == 200, changed.text
        return path

    async def lines(self, path, actor=None):
        cart = (await self.get(path, actor)).json()
        return [(line["sku"], line["quantity"]) for line in cart["lines"]]

    def quote(self, *lines, lives=timedelta(minutes=15)):
        """What catalog would sign: (SKU, quantity, gross of the line)."""
        now = datetime.now(UTC)
        priced = [_priced(place, *line) for place, line in enumerate(lines, 1)]
        quote = Quote(
            quote_id=uuid7(),
            dealer_id=self.dealer_id,
            priced_at=now,
            expires_at=now + lives,
            currency="CNY",
            lines=tuple(priced),
            total_minor=sum(line.gross_minor for line in priced),
        )
        return seal(quote, read_keys(QUOTE_KEY))


def _priced(line_no, sku, quantity, gross_minor):
    return PricedLine(
        line_no=line_no,
        sku=sku,
        name="螺丝刀",
        unit="件",
        quantity=quantity,
        unit_price=str(gross_minor / quantity / 100),
        tax_rate_bp=0,
        net_minor=gross_minor,
        tax_minor=0,
        gross_minor=gross_minor,
        price_list_id=uuid7(),
        price_list_version=1,
        rule="list CITY v1, from 1",
    )


@pytest.fixture
async def counter(orders_db, tmp_path):
    dealer = a_dealer_state()
    key_path = tmp_path / "quote.keys"
    key_path.write_text(QUOTE_KEY)
    async with transaction(orders_db) as tx:
        await keep_dealers(tx, [dealer])
    async with serving(SERVICE, orders_db, quote_key_path=key_path) as api:
        counter = Counter(api, orders_db, dealer)
        await counter.products("A", "B", "C")
        yield counter
