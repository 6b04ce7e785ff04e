"""Assortments over HTTP and in the saga: what a dealer may not buy he neither sees nor orders."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from chassis.auth import Role
from contracts.catalog import OrderPriced, PricingRefused
from tests.builders.catalog import a_price_order, a_product_row
from tests.builders.edge import a_key, an_actor


@pytest.fixture
async def stocked(shop):
    await shop.products("A", "B")
    rows = [
        {"code": "GJ", "name_zh": "工具"},
        {"code": "SD", "name_zh": "手动工具", "parent_code": "GJ"},
    ]
    await shop.api(shop.admin).post("/categories/import", json={"rows": rows})
    await shop.products(a_product_row("C", category="SD"), a_product_row("D", category="GJ"))
    await shop.publish("CITY", *((sku, 1, "1") for sku in "ABCD"))
    return shop


async def rule(shop, effect, **facts):
    answer = await shop.api(shop.admin).post(
        "/assortments", json={"effect": effect, "reason": "区域独家"} | facts, headers=a_key()
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def seen(shop, buyer, **params):
    items = (await shop.api(buyer).get("/products", params=params)).json()["items"]
    return "".join(one["sku"] for one in items)


async def reasons(db):
    rows = await db.fetch(
        "SELECT type, body FROM outbox WHERE type = ANY($1::text[]) ORDER BY position",
        [OrderPriced.type, PricingRefused.type],
    )
    return [
        PricingRefused.model_validate_json(row["body"]).reason
        if row["type"] == PricingRefused.type
        else None
        for row in rows
    ]


async def test_a_dealer_sees_what_he_may_buy(stocked):
    buyer, other = await stocked.a_dealer("CITY"), await stocked.a_dealer("CITY")
    await rule(stocked, "DENY", tier="CITY", province="浙江省", sku="A")
    await rule(stocked, "ALLOW", dealer_id=str(other.dealer_id), category="GJ")
    await rule(stocked, "ALLOW", dealer_id=str(other.dealer_id), sku="A")

    answers = [await stocked.api(one).get("/products/B") for one in (buyer, other)]

    assert await seen(stocked, buyer) == "BCD"
    assert await seen(stocked, other) == "CD"
    assert await seen(stocked, stocked.admin) == "ABCD"
    assert await seen(stocked, stocked.admin, dealer_id=str(other.dealer_id)) == "CD"
    assert [answer.status_code for answer in answers] == [200, 404]


async def test_pages_of_an_assortment_are_full(stocked):
    buyer = await stocked.a_dealer("CITY")
    await rule(stocked, "DENY", sku="B")

    first = (await stocked.api(buyer).get("/products", params={"limit": 2})).json()
    rest = await stocked.api(buyer).get(
        "/products", params={"limit": 2, "cursor": first["next_cursor"]}
    )

    assert [one["sku"] for one in first["items"]] == ["A", "C"]
    assert [one["sku"] for one in rest.json()["items"]] == ["D"]


async def test_what_a_dealer_may_not_buy_is_refused_in_quotes_and_orders(stocked):
    """P-11."""
    buyer = await stocked.a_dealer("CITY")
    before = datetime.now(UTC)
    await rule(stocked, "DENY", tier="CITY", category="GJ")

    quote = await stocked.api(buyer).post(
        "/quotes", json={"lines": [{"sku": sku, "quantity": 1} for sku in "ABCD"]}
    )
    await stocked.deliver(
        a_price_order(buyer.dealer_id, datetime.now(UTC), C=1),
        a_price_order(buyer.dealer_id, datetime.now(UTC), A=1),
        a_price_order(buyer.dealer_id, before, C=1),
    )

    assert quote.status_code == 409
    assert quote.json()["type"].endswith("/not-in-assortment")
    assert quote.json()["skus"] == ["C", "D"]
    assert await reasons(stocked.db) == ["not-in-assortment", None, None]


async def test_a_rule_that_has_ended_means_nothing_more(stocked):
    buyer = await stocked.a_dealer("CITY")
    made = await rule(stocked, "DENY", sku="A")
    during = datetime.now(UTC)
    path = f"/assortments/{made['rule_id']}/end"

    ended = [(await stocked.api(stocked.admin).post(path)).json() for _ in range(2)]

    assert ended[0] == ended[1]
    assert ended[0]["allowed_actions"] == []
    assert await seen(stocked, buyer) == "ABCD"
    assert await seen(stocked, buyer, as_of=during.isoformat()) == "BCD"
    admin = stocked.api(stocked.admin)
    open_ones = (await admin.get("/assortments")).json()["items"]
    all_of_them = (await admin.get("/assortments", params={"ended": True})).json()["items"]
    assert (len(open_ones), len(all_of_them)) == (0, 1)


async def test_a_rule_for_later_holds_later(stocked):
    buyer = await stocked.a_dealer("CITY")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await rule(stocked, "DENY", sku="A", since=tomorrow.isoformat())

    assert await seen(stocked, buyer) == "ABCD"
    assert await seen(stocked, buyer, as_of=(tomorrow + timedelta(hours=1)).isoformat()) == "BCD"


@pytest.mark.parametrize(
    ("facts", "status", "slug"),
    [
        ({"sku": "GHOST"}, 422, "unknown-sku"),
        ({"category": "GHOST"}, 422, "unknown-category"),
        ({"sku": "A", "dealer_id": str(uuid4())}, 404, "unknown-dealer"),
        ({"sku": "A", "since": "2026-01-01T00:00:00Z"}, 422, "rule-in-the-past"),
        ({}, 422, "invalid-request"),
        ({"sku": "A", "category": "GJ"}, 422, "invalid-request"),
        ({"sku": "A", "dealer_id": str(uuid4()), "tier": "CITY"}, 422, "invalid-request"),
        ({"sku": "A", "effect": "MAYBE"}, 422, "invalid-request"),
    ],
)
async def test_rules_that_make_no_sense_are_refused(stocked, facts, status, slug):
    body = {"effect": "DENY", "reason": "停售"} | facts

    answer = await stocked.api(stocked.admin).post("/assortments", json=body, headers=a_key())

    assert answer.status_code == status
    assert answer.json()["type"].endswith(f"/{slug}")
    assert await stocked.db.fetchval("SELECT count(*) FROM assortment_rules") == 0


async def test_a_repeated_request_makes_one_rule(stocked):
    body, key = {"effect": "DENY", "reason": "停售", "sku": "A"}, a_key()

    answers = [
        await stocked.api(stocked.admin).post("/assortments", json=body, headers=key)
        for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert await stocked.db.fetchval("SELECT count(*) FROM assortment_rules") == 1


async def test_only_administrators_change_rules_and_only_those_concerned_see_them(stocked):
    his = await stocked.a_dealer("CITY", stocked.sales)
    foreign = await stocked.a_dealer("COUNTY")
    made = await rule(stocked, "DENY", dealer_id=str(his.dealer_id), sku="A")
    await rule(stocked, "DENY", dealer_id=str(foreign.dealer_id), sku="A")
    sales = stocked.api(stocked.sales)

    listed = (await sales.get("/assortments")).json()["items"]
    refused = [
        await sales.post(f"/assortments/{made['rule_id']}/end"),
        await stocked.api(his).get("/assortments"),
        await stocked.api(an_actor(Role.WHS)).get("/assortments"),
    ]
    missing = await stocked.api(stocked.admin).post(f"/assortments/{uuid4()}/end")

    assert [one["rule_id"] for one in listed] == [made["rule_id"]]
    assert listed[0]["allowed_actions"] == []
    assert {answer.status_code for answer in refused} == {403}
    assert missing.status_code == 404


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM assortment_rules",
        "UPDATE assortment_rules SET since = since - interval '1 day'",
        "UPDATE assortment_rules SET effect = 'ALLOW'",
    ],
)
async def test_no_statement_changes_a_rule(stocked, attack):
    await rule(stocked, "DENY", sku="A")

    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await stocked.db.execute(attack)
