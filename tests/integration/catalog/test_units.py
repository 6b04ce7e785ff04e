"""P-07 over HTTP: products with 箱 beside 件, quotes in either, sheets, and what others hear."""

import json

import pytest

from contracts.catalog import ProductState
from tests.builders.catalog import a_product_row
from tests.builders.edge import a_key
from tests.builders.sheets import as_csv

BOX = {"unit": "箱", "numerator": 12}
HALF = {"unit": "半箱", "numerator": 13, "denominator": 2}


@pytest.fixture
async def stocked(shop):
    await shop.products(a_product_row("A", units=[BOX, HALF]), a_product_row("B"))
    await shop.publish("CITY", ("A", 1, "10"), ("A", 12, "9.5"), ("B", 1, "1"))
    return shop


async def test_a_quote_in_boxes_is_a_promise_in_base_units(stocked):
    """E-15: two boxes of 12 are 24 pieces, converted once."""
    buyer = await stocked.a_dealer("CITY")
    lines = [{"sku": "A", "quantity": 2, "unit": "箱"}, {"sku": "B", "quantity": 3}]

    answer = (await stocked.api(buyer).post("/quotes", json={"lines": lines})).json()

    boxes, pieces = answer["lines"]
    assert (boxes["quantity"], boxes["unit"], boxes["unit_price"]) == (24, "件", "9.5")
    assert (boxes["asked_quantity"], boxes["asked_unit"]) == (2, "箱")
    assert (boxes["asked_unit_price"], boxes["gross_minor"]) == ("114", 22_800)
    assert (pieces["asked_quantity"], pieces["asked_unit"]) == (3, "件")


async def test_an_order_rule_counts_base_units_whatever_the_line_is_in(stocked):
    buyer = await stocked.a_dealer("CITY")
    rule = {"sku": "A", "minimum": 24, "multiple": 12, "reason": "整箱"}
    await stocked.api(stocked.admin).post("/order-rules", json=rule, headers=a_key())

    answers = [
        await stocked.api(buyer).post(
            "/quotes", json={"lines": [{"sku": "A", "quantity": boxes, "unit": "箱"}]}
        )
        for boxes in (1, 2)
    ]

    assert [answer.status_code for answer in answers] == [409, 201]
    assert answers[0].json()["faults"][0]["suggested"] == 24


@pytest.mark.parametrize(
    ("line", "slug", "pointer"),
    [
        ({"quantity": 1, "unit": "托"}, "unknown-unit", "/lines/0/unit"),
        ({"quantity": 1, "unit": "半箱"}, "broken-quantity", "/lines/0/quantity"),
    ],
)
async def test_a_line_in_a_wrong_unit_is_refused_where_it_stands(stocked, line, slug, pointer):
    buyer = await stocked.a_dealer("CITY")

    answer = await stocked.api(buyer).post("/quotes", json={"lines": [{"sku": "A"} | line]})

    assert answer.status_code == 422
    assert answer.json()["type"].endswith(f"/{slug}")
    assert answer.json()["faults"][0]["pointer"] == pointer


async def test_the_catalogue_shows_what_a_box_costs_the_dealer_and_others_hear_its_factor(stocked):
    buyer = await stocked.a_dealer("CITY")

    units = (await stocked.api(buyer).get("/products/A")).json()["units"]
    bodies = await stocked.db.fetch("SELECT body FROM outbox WHERE type = $1", ProductState.type)

    assert {one["unit"]: one["unit_price"] for one in units} == {"箱": "114", "半箱": "65"}
    told = {one["sku"]: one["units"] for one in (json.loads(row["body"]) for row in bodies)}
    assert told["A"] == [HALF, BOX | {"denominator": 1}]


async def test_units_go_through_a_sheet_and_come_back(stocked):
    client = stocked.api(stocked.admin)
    sheet = as_csv(
        ["sku", "name_zh", "category", "换算单位"],
        ["C", "螺丝", "WJ", "箱=24;两=1/20"],
        ["D", "螺丝", "WJ", "箱"],
        ["E", "螺丝", "WJ", "件=1"],
    )

    first = (await client.post("/products/import-sheet", content=sheet)).json()
    exported = await client.get("/products/export")
    again = (await client.post("/products/import-sheet", content=exported.content)).json()

    assert [(one["sku"], one["field"]) for one in first["faults"]] == [
        ("D", "units.0.numerator"),
        ("E", None),
    ]
    assert first["differences"][0]["fields"]["units.两"] == [None, "1/20"]
    assert (again["unchanged"], again["changed"], again["faults"]) == (3, 0, [])


async def test_a_change_replaces_the_units_and_never_names_one_twice(stocked):
    client = stocked.api(stocked.admin)

    changed = await client.patch("/products/A", json={"units": [BOX | {"numerator": 6}]})
    twice = await client.patch("/products/A", json={"units": [BOX, BOX]})
    base = await client.patch("/products/A", json={"unit": "箱"})

    assert [one["numerator"] for one in changed.json()["units"]] == [6]
    assert twice.json()["faults"][0]["pointer"] == "/units"
    assert base.json()["type"].endswith("/base-unit-repeated")
