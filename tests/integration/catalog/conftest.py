"""Catalog served on a real database, with dealers it knows and lists it has published."""

import pytest

from chassis.auth import Role
from chassis.consumer import Delivery, Dispatch
from chassis.ids import uuid7
from services.catalog.app import SERVICE
from services.catalog.consumers import SUBSCRIPTIONS
from tests.builders.catalog import a_product_row
from tests.builders.dealers import a_dealer_state
from tests.builders.edge import a_key, an_actor, serving

QUOTE_KEY = "k" * 32


class Shop:
    """Two administrators, a salesperson, and what they have set up."""

    def __init__(self, api, db):
        self.api, self.db = api, db
        self.admin, self.second = an_actor(Role.ADM), an_actor(Role.ADM)
        self.sales = an_actor(Role.SAL)

    async def deliver(self, *messages):
        await Dispatch(self.db, SUBSCRIPTIONS).deliver(
            [
                Delivery(uuid7(), one.type, one.key, one.model_dump_json().encode())
                for one in messages
            ]
        )

    async def a_dealer(self, tier="CITY", salesperson=None, **facts):
        """A dealer and somebody who buys for him."""
        state = a_dealer_state(
            tier=tier, salesperson_id=salesperson and salesperson.user_id, **facts
        )
        await self.deliver(state)
        return an_actor(Role.DLR, dealer_id=state.dealer_id)

    async def products(self, *rows):
        category = {"code": "WJ", "name_zh": "五金"}
        await self.api(self.admin).post("/categories/import", json={"rows": [category]})
        body = {"rows": [a_product_row(row) if isinstance(row, str) else row for row in rows]}
        return (await self.api(self.admin).post("/products/import", json=body)).json()

    async def draft(self, tier="CITY", entries=(), /, **facts):
        body = {
            "code": f"{tier}-{uuid7().hex[-6:]}",
            "name": "价目表",
            "tier": tier,
            "valid_from": "2026-01-01T00:00:00+08:00",
            "entries": [
                {"sku": sku, "min_quantity": quantity, "unit_price": price}
                for sku, quantity, price in entries
            ],
        }
        return await self.api(self.admin).post("/price-lists", json=body | facts, headers=a_key())

    async def publish(self, tier="CITY", *entries, **facts):
        created = (await self.draft(tier, entries, **facts)).json()
        path = f"/price-lists/{created['price_list_id']}"
        answer = await self.api(self.second).post(f"{path}/publish")
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def shop(catalog_db, tmp_path):
    key = tmp_path / "quote.key"
    key.write_text(QUOTE_KEY)
    async with serving(SERVICE, catalog_db, quote_key_path=key) as api:
        yield Shop(api, catalog_db)
