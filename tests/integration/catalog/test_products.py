"""Products over HTTP: imports with bad rows, searches, and to each his own prices."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from chassis.auth import Role
from chassis.db import transaction
from contracts.catalog import ProductState
from services.catalog.commands import products as commands
from services.catalog.domain.categories import Category
from tests.builders.catalog import a_product, a_product_row
from tests.builders.edge import an_actor
from tests.builders.locks import until_one_waits


async def told(db):
    rows = await db.fetch(
        "SELECT body FROM outbox WHERE type = $1 ORDER BY position", ProductState.type
    )
    return [ProductState.model_validate_json(row["body"]) for row in rows]


async def test_an_import_stores_good_rows_and_explains_bad_ones(shop):
    good = [a_product_row(f"SKU-{n:04}") for n in range(1_980)]
    bad = [
        a_product_row("BAD 1"),
        a_product_row("BAD-2", category="GHOST"),
        a_product_row("BAD-3", tax_rate_bp=20_000),
        a_product_row("BAD-4", colour="red", name_en="a\x00b"),
        a_product_row("SKU-0001", name_zh="重复"),
        {"name_zh": "没有编码"},
    ]

    result = await shop.products(*good, *bad)

    assert (result["created"], result["changed"], result["unchanged"]) == (1_980, 0, 0)
    assert {(fault["row"] - 1_980, fault["field"]) for fault in result["faults"]} == {
        (0, "sku"),
        (1, None),
        (2, "tax_rate_bp"),
        (3, "colour"),
        (3, "name_en"),
        (4, "sku"),
        (5, "sku"),
        (5, "category"),
    }
    assert len(await told(shop.db)) == 1_980


async def test_a_repeated_import_changes_nothing_and_a_changed_row_only_itself(shop):
    rows = [a_product_row(f"SKU-{n}") for n in range(10)]
    await shop.products(*rows)

    same = await shop.products(*rows)
    other = await shop.products(
        *rows[1:], rows[0] | {"name_zh": "改名", "barcode": "6901234567892"}
    )

    assert (same["created"], same["changed"], same["unchanged"]) == (0, 0, 10)
    assert (other["created"], other["changed"], other["unchanged"]) == (0, 1, 9)
    assert [(state.sku, state.version, state.name) for state in (await told(shop.db))[10:]] == [
        ("SKU-0", 2, "改名")
    ]


async def test_imports_of_the_same_rows_at_the_same_time_create_each_once(catalog_db):
    rows = [a_product("A"), a_product("B")]

    async def put():
        async with transaction(catalog_db) as tx:
            return await commands.put_products(tx, rows, datetime.now(UTC))

    async with transaction(catalog_db) as tx:
        await commands.put_categories(tx, [Category("WJ", "五金", "Hardware", None)])
    async with transaction(catalog_db) as tx:
        first = await commands.put_products(tx, rows, datetime.now(UTC))
        running = asyncio.create_task(put())
        await until_one_waits(catalog_db)
    second = await running

    assert (len(first.created), second.written) == (2, [])
    assert len(await told(catalog_db)) == 2


async def test_a_barcode_belongs_to_one_product(shop):
    result = await shop.products(
        a_product_row("A", barcode="6901234"), a_product_row("B", barcode="6901234")
    )

    assert result["created"] == 1
    assert [fault["sku"] for fault in result["faults"]] == ["B"]


async def test_a_product_moves_through_its_statuses_and_retires_for_good(shop):
    await shop.products("A")
    admin = shop.api(shop.admin)

    verbs = ("suspend", "activate", "retire", "activate")
    answers = [await admin.post(f"/products/A/{verb}") for verb in verbs]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 409]
    assert answers[2].json()["allowed_actions"] == ["products.change"]
    assert [state.status for state in await told(shop.db)] == [
        "ACTIVE",
        "SUSPENDED",
        "ACTIVE",
        "RETIRED",
    ]


async def test_a_change_of_what_somebody_else_has_changed_is_refused(shop):
    await shop.products("A")
    admin = shop.api(shop.admin)
    seen = (await admin.get("/products/A")).headers["etag"]
    await admin.patch("/products/A", json={"name_zh": "一"}, headers={"If-Match": seen})

    stale = await admin.patch("/products/A", json={"name_zh": "二"}, headers={"If-Match": seen})

    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)


async def test_products_are_found_by_code_name_and_category(shop):
    await shop.products(
        a_product_row("LS-1", name_zh="不锈钢螺丝"),
        a_product_row("LS-2", name_zh="铜螺丝", name_en="Brass screw"),
        a_product_row("CZ-1", name_zh="锤子", barcode="6900001"),
    )

    found = [
        [
            one["sku"]
            for one in (await shop.api(shop.admin).get("/products", params=query)).json()["items"]
        ]
        for query in (
            {"q": "ls"},
            {"q": "螺丝"},
            {"q": "BRASS"},
            {"q": "6900001"},
            {"category": "X"},
        )
    ]

    assert found == [["LS-1", "LS-2"], ["LS-1", "LS-2"], ["LS-2"], ["CZ-1"], []]


async def test_a_list_goes_on_behind_its_cursor(shop):
    await shop.products(*(f"S-{n}" for n in range(5)))
    skus, cursor = [], None

    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await shop.api(shop.admin).get("/products", params=params)).json()
        skus += [one["sku"] for one in page["items"]]
        if not (cursor := page["next_cursor"]):
            break

    assert skus == [f"S-{n}" for n in range(5)]


async def test_a_dealer_sees_his_own_price_and_the_next_break(shop):
    await shop.products("A", "B")
    await shop.publish("CITY", ("A", 1, "10"), ("A", 12, "9.5"), ("A", 100, "9"))
    buyer = await shop.a_dealer("CITY")

    [first, second] = (await shop.api(buyer).get("/products")).json()["items"]

    price = first["price"]
    assert (price["unit_price"], price["min_quantity"]) == ("10", 1)
    assert price["next_break"]["min_quantity"] == 12
    assert price["next_break"]["unit_price"] == "9.5"
    assert [step["min_quantity"] for step in price["breaks"]] == [1, 12, 100]
    assert second["price"] is None


async def test_no_dealer_ever_sees_the_price_of_another_tier(shop):
    await shop.products("A")
    await shop.publish("CITY", ("A", 1, "11.11"))
    await shop.publish("COUNTY", ("A", 1, "22.22"))
    city, county = await shop.a_dealer("CITY"), await shop.a_dealer("COUNTY")
    stranger = an_actor(Role.DLR, dealer_id=uuid4())
    paths = ["/products", "/products/A", "/categories", "/price-lists"]
    paths += [f"{path}?dealer_id={city.dealer_id}" for path in ("/products", "/products/A")]

    seen = {
        name: "".join([(await shop.api(actor).get(path)).text for path in paths])
        for name, actor in {"city": city, "county": county, "stranger": stranger}.items()
    }

    assert ("11.11" in seen["city"], "22.22" in seen["city"]) == (True, False)
    assert ("11.11" in seen["county"], "22.22" in seen["county"]) == (False, True)
    assert ("11.11" in seen["stranger"], "22.22" in seen["stranger"]) == (False, False)


@pytest.mark.parametrize("role", [Role.APPLICANT, Role.PCK, Role.WHS, Role.DLV])
async def test_who_does_not_trade_sees_products_without_prices(shop, role):
    await shop.products("A")
    await shop.publish("CITY", ("A", 1, "11.11"))
    buyer = await shop.a_dealer("CITY")
    client = shop.api(an_actor(role))

    shown = await client.get("/products", params={"dealer_id": str(buyer.dealer_id)})
    quote = await client.post("/quotes", json={"lines": [{"sku": "A", "quantity": 1}]})

    assert [one["price"] for one in shown.json()["items"]] == [None]
    assert (await client.get("/price-lists")).status_code == 403
    assert quote.status_code == 403


async def test_a_salesperson_sees_the_prices_of_his_dealers_only(shop):
    await shop.products("A")
    await shop.publish("CITY", ("A", 1, "11.11"))
    his = await shop.a_dealer("CITY", shop.sales)
    foreign = await shop.a_dealer("CITY")
    client = shop.api(shop.sales)

    prices = [
        (await client.get("/products/A", params={"dealer_id": str(one.dealer_id)})).json()["price"]
        for one in (his, foreign)
    ]

    assert prices[0]["unit_price"] == "11.11"
    assert prices[1] is None


async def test_a_draft_product_is_hidden_from_buyers(shop):
    await shop.products(a_product_row("A", status="DRAFT"))
    buyer = await shop.a_dealer()

    assert (await shop.api(buyer).get("/products")).json()["items"] == []
    assert (await shop.api(buyer).get("/products/A")).status_code == 404
    assert (await shop.api(shop.admin).get("/products/A")).status_code == 200


async def test_categories_make_a_tree_of_two_levels(shop):
    admin = shop.api(shop.admin)
    rows = [
        {"code": "LS", "name_zh": "螺丝", "parent_code": "WJ"},
        {"code": "WJ", "name_zh": "五金"},
    ]

    made = await admin.post("/categories/import", json={"rows": rows})
    again = await admin.post("/categories/import", json={"rows": rows})
    deep = await admin.post(
        "/categories/import", json={"rows": [{"code": "X", "name_zh": "深", "parent_code": "LS"}]}
    )

    assert made.json() == {"changed": 2, "unchanged": 0}
    assert again.json() == {"changed": 0, "unchanged": 2}
    assert (deep.status_code, deep.json()["categories"]) == (422, ["X"])
