"""Price lists over HTTP: drafted by one, published by another, fixed from then on."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chassis.auth import Role
from contracts.catalog import PriceListPublished
from tests.builders.edge import a_key, an_actor


async def test_a_list_is_published_by_a_second_person(shop):
    await shop.products("A")
    created = (await shop.draft("CITY", [("A", 1, "10")])).json()
    path = f"/price-lists/{created['price_list_id']}"

    same = await shop.api(shop.admin).post(f"{path}/publish")
    second = await shop.api(shop.second).post(f"{path}/publish")

    assert same.json()["type"].endswith("/same-person")
    assert second.json()["versions"][0]["status"] == "PUBLISHED"
    [row] = await shop.db.fetch("SELECT body FROM outbox WHERE type = $1", PriceListPublished.type)
    published = PriceListPublished.model_validate_json(row["body"])
    assert (published.version, published.tier) == (1, "CITY")


async def test_a_published_version_takes_no_more_prices(shop):
    await shop.products("A", "B")
    listed = await shop.publish("CITY", ("A", 1, "10"))
    path = f"/price-lists/{listed['price_list_id']}"

    refused = await shop.api(shop.admin).post(
        f"{path}/entries", json={"entries": [{"sku": "B", "unit_price": "1"}]}
    )

    assert refused.json()["type"].endswith("/no-draft")


async def test_the_next_version_starts_from_the_last_and_replaces_it_when_published(shop):
    await shop.products("A", "B", "C")
    listed = await shop.publish("CITY", ("A", 1, "10"), ("A", 10, "9"), ("B", 1, "5"))
    path = f"/price-lists/{listed['price_list_id']}"
    admin, buyer = shop.api(shop.admin), shop.api(await shop.a_dealer("CITY"))
    window = {"valid_from": "2026-02-01T00:00:00Z"}

    await admin.post(f"{path}/draft", json=window)
    entries = {"entries": [{"sku": "A", "unit_price": "8"}, {"sku": "C", "unit_price": "2"}]}
    await admin.post(f"{path}/entries", json=entries)
    await admin.post(f"{path}/drop-entries", json={"skus": ["B"]})
    before = (await buyer.get("/products/A")).json()["price"]["unit_price"]
    await shop.api(shop.second).post(f"{path}/publish")
    after = {
        one["sku"]: one["price"] and [step["unit_price"] for step in one["price"]["breaks"]]
        for one in (await buyer.get("/products")).json()["items"]
    }

    assert before == "10"
    assert after == {"A": ["8"], "B": None, "C": ["2"]}
    versions = (await admin.get(path)).json()["versions"]
    assert [(one["version"], one["entries"]) for one in versions] == [(2, 2), (1, 3)]
    old = await admin.get(f"{path}/entries", params={"version": 1, "limit": 2})
    assert [(e["sku"], e["min_quantity"]) for e in old.json()["items"]] == [("A", 1), ("A", 10)]


async def test_parallel_publications_are_one(shop):
    await shop.products("A")
    created = (await shop.draft("CITY", [("A", 1, "10")])).json()
    path = f"/price-lists/{created['price_list_id']}"
    others = [an_actor(Role.ADM) for _ in range(5)]

    answers = await asyncio.gather(*(shop.api(one).post(f"{path}/publish") for one in others))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]


async def test_a_list_for_later_does_not_price_before_its_time(shop):
    await shop.products("A")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    await shop.publish("CITY", ("A", 1, "10"))
    await shop.publish("CITY", ("A", 1, "8"), valid_from=tomorrow)
    buyer = shop.api(await shop.a_dealer("CITY"))

    price = (await buyer.get("/products/A")).json()["price"]

    assert [step["unit_price"] for step in price["breaks"]] == ["10"]


async def test_a_retired_list_prices_nothing_more(shop):
    await shop.products("A")
    listed = await shop.publish("CITY", ("A", 1, "10"))
    buyer = shop.api(await shop.a_dealer("CITY"))

    retired = await shop.api(shop.admin).post(f"/price-lists/{listed['price_list_id']}/retire")

    assert retired.json()["versions"][0]["status"] == "RETIRED"
    assert (await buyer.get("/products/A")).json()["price"] is None


@pytest.mark.parametrize(
    ("facts", "slug"),
    [
        ({"entries": []}, "empty-price-list"),
        ({"valid_to": "2026-02-01T00:00:00Z"}, "window-over"),
    ],
)
async def test_what_cannot_hold_is_not_published(shop, facts, slug):
    await shop.products("A")
    created = (await shop.draft("CITY", [("A", 1, "10")], **facts)).json()

    refused = await shop.api(shop.second).post(f"/price-lists/{created['price_list_id']}/publish")

    assert refused.json()["type"].endswith(f"/{slug}")


@pytest.mark.parametrize(
    ("facts", "slug"),
    [
        ({"entries": [{"sku": "GHOST", "unit_price": "1"}]}, "unknown-sku"),
        ({"entries": [{"sku": "A", "unit_price": "1"}] * 2}, "repeated-break"),
        ({"entries": [{"sku": "A", "unit_price": "1.0000001"}]}, "invalid-request"),
        ({"entries": [{"sku": "A", "unit_price": "-1"}]}, "invalid-request"),
        ({"valid_to": "2025-01-01T00:00:00Z"}, "invalid-request"),
        ({"valid_from": "0001-01-01T00:00:00+14:00"}, "invalid-request"),
        ({"name": "a\x00b"}, "invalid-request"),
        ({"tier": "GALAXY"}, "invalid-request"),
        ({"dealer_id": str(uuid4())}, "invalid-request"),
        ({"tier": None, "province": "浙江省"}, "invalid-request"),
    ],
)
async def test_bad_lists_are_refused_by_name(shop, facts, slug):
    await shop.products("A")

    refused = await shop.draft("CITY", [], **facts)

    assert refused.status_code == 422
    assert refused.json()["type"].endswith(f"/{slug}")


async def test_a_repeated_request_makes_one_list(shop):
    body = {"code": "L", "name": "价", "tier": "CITY", "valid_from": "2026-01-01T00:00:00Z"}
    key = a_key()

    first = await shop.api(shop.admin).post("/price-lists", json=body, headers=key)
    again = await shop.api(shop.admin).post("/price-lists", json=body, headers=key)
    other = await shop.api(shop.admin).post("/price-lists", json=body, headers=a_key())

    assert first.json() == again.json()
    assert other.json()["type"].endswith("/price-list-code-taken")


async def test_a_salesperson_sees_published_lists_of_his_dealers_tiers(shop):
    await shop.products("A")
    city = await shop.publish("CITY", ("A", 1, "10"))
    await shop.publish("COUNTY", ("A", 1, "11"))
    draft = (await shop.draft("CITY", [("A", 1, "1")])).json()
    await shop.a_dealer("CITY", shop.sales)
    client = shop.api(shop.sales)

    listed = [one["price_list_id"] for one in (await client.get("/price-lists")).json()["items"]]
    entries = await client.get(
        f"/price-lists/{draft['price_list_id']}/entries", params={"version": 1}
    )

    assert listed == [city["price_list_id"]]
    assert entries.json()["items"] == []


async def test_a_list_for_a_stranger_is_refused(shop):
    await shop.products("A")

    refused = await shop.draft(None, [("A", 1, "1")], dealer_id=str(uuid4()))

    assert refused.status_code == 404
    assert refused.json()["type"].endswith("/unknown-dealer")


async def test_a_missing_list_is_not_found(shop):
    path = f"/price-lists/{uuid4()}"

    answers = [
        await shop.api(shop.admin).get(path),
        await shop.api(shop.admin).post(f"{path}/publish"),
    ]

    assert {answer.status_code for answer in answers} == {404}


async def test_the_nearest_list_prices_and_nobody_else_sees_it(shop):
    """F-45: dealer before tier in his province before tier before everybody; E-27: no leak."""
    await shop.products("A", "B", "C", "D")
    his, other = await shop.a_dealer("CITY"), await shop.a_dealer("CITY", shop.sales)
    far = await shop.a_dealer("CITY", province="江苏省")
    every = ("A", "B", "C", "D")
    await shop.publish(None, *((sku, 1, "9") for sku in every))
    await shop.publish("CITY", *((sku, 1, "8") for sku in every[:3]))
    await shop.publish("CITY", *((sku, 1, "7") for sku in every[:2]), province="浙江省")
    mine = await shop.publish(None, ("A", 1, "6"), dealer_id=str(his.dealer_id))

    seen = [
        [
            one["price"]["unit_price"]
            for one in (await shop.api(buyer).get("/products")).json()["items"]
        ]
        for buyer in (his, other, far)
    ]
    listed = (await shop.api(shop.sales).get("/price-lists")).json()["items"]
    hidden = await shop.api(shop.sales).get(f"/price-lists/{mine['price_list_id']}")

    assert seen == [["6", "7", "8", "9"], ["7", "7", "8", "9"], ["8", "8", "8", "9"]]
    assert len(listed) == 3
    assert hidden.status_code == 404


async def test_a_dealers_own_list_prices_his_order_as_his_quote(shop):
    await shop.products("A")
    his = await shop.a_dealer("CITY")
    await shop.publish("CITY", ("A", 1, "8"))
    mine = await shop.publish(None, ("A", 10, "6"), dealer_id=str(his.dealer_id))

    answer = await shop.api(his).post(
        "/quotes", json={"lines": [{"sku": "A", "quantity": 10}, {"sku": "A", "quantity": 9}]}
    )

    lines = answer.json()["lines"]
    assert [line["unit_price"] for line in lines] == ["6", "8"]
    assert lines[0]["price_list_id"] == mine["price_list_id"]
    assert "（经销商专用）" in lines[0]["rule"]


async def test_what_a_dealer_saw_can_be_shown_later(shop):
    await shop.products("A")
    listed = await shop.publish("CITY", ("A", 1, "10"))
    path = f"/price-lists/{listed['price_list_id']}"
    buyer = shop.api(await shop.a_dealer("CITY"))
    seen_at = datetime.now(UTC).isoformat()
    await shop.api(shop.admin).post(f"{path}/draft", json={"valid_from": "2026-02-01T00:00:00Z"})
    new = {"entries": [{"sku": "A", "unit_price": "12"}]}
    await shop.api(shop.admin).post(f"{path}/entries", json=new)
    await shop.api(shop.second).post(f"{path}/publish")

    prices = [
        (await buyer.get("/products/A", params=query)).json()["price"]
        for query in ({}, {"as_of": seen_at}, {"as_of": "2026-01-15T00:00:00Z"})
    ]

    assert [price and price["unit_price"] for price in prices] == ["12", "10", None]
