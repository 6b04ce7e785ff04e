"""Carts over HTTP on a real PostgreSQL: whose they are, what goes in, what they become."""

import asyncio
from datetime import timedelta

import pytest

from chassis.auth import Role
from services.orders.carts.domain import LINES_MAX
from tests.builders.edge import a_key, an_actor


def slug(answer):
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


async def orders_of(counter):
    return await counter.db.fetchval("SELECT count(*) FROM orders")


async def test_a_line_is_set_by_its_sku_and_zero_takes_it_out(counter):
    path = await counter.a_cart(("A", 3), ("B", 5))
    body = {"lines": [{"sku": "A", "quantity": 7}, {"sku": "B", "quantity": 0}]}

    changed = await counter.api(counter.buyer).patch(f"{path}/lines", json=body)

    assert changed.json()["lines"] == [
        {"sku": "A", "name": "螺丝刀 A", "unit": "件", "quantity": 7, "for_sale": True}
    ]
    assert changed.headers["etag"] == '"3"'
    assert await counter.lines(path) == [("A", 7)]


async def test_one_bad_line_leaves_the_cart_as_it_was_and_is_pointed_at(counter):
    path = await counter.a_cart(("A", 3))
    lines = [
        {"sku": "B", "quantity": 1},
        {"sku": "GHOST", "quantity": 1},
        {"sku": "C", "quantity": 1, "unit": "吨"},
        {"sku": "C", "quantity": 1, "unit": "两"},
        {"sku": "GONE", "quantity": 0},
    ]

    refused = await counter.api(counter.buyer).patch(f"{path}/lines", json={"lines": lines})

    assert slug(refused) == (422, "invalid-request")
    assert [fault["pointer"] for fault in refused.json()["faults"]] == [
        "/lines/1/sku",
        "/lines/2/unit",
        "/lines/3/quantity",
    ]
    assert await counter.lines(path) == [("A", 3)]


async def test_a_quantity_in_another_unit_is_kept_in_base_units(counter):
    """P-07: one 箱 is twelve 件, twenty 两 are one."""
    path = await counter.a_cart()
    lines = [
        {"sku": "A", "quantity": 3, "unit": "箱"},
        {"sku": "B", "quantity": 40, "unit": "两"},
        {"sku": "C", "quantity": 5, "unit": "件"},
    ]

    await counter.api(counter.buyer).patch(f"{path}/lines", json={"lines": lines})

    assert await counter.lines(path) == [("A", 36), ("B", 2), ("C", 5)]


async def test_a_change_of_another_version_than_the_current_one_is_refused(counter):
    path = await counter.a_cart(("A", 3))

    refused = await counter.api(counter.buyer).patch(
        f"{path}/lines", json={"lines": [{"sku": "A", "quantity": 1}]}, headers={"If-Match": '"1"'}
    )

    assert slug(refused) == (412, "stale-version")


async def test_a_cart_is_its_owners_alone_and_foreign_is_no_other_than_missing(counter):
    path = await counter.a_cart(("A", 1))
    change = {"lines": [{"sku": "A", "quantity": 9}]}

    for other in (counter.colleague, counter.stranger, counter.sales, an_actor(Role.ADM)):
        seen = await counter.get(path, other)
        changed = await counter.api(other).patch(f"{path}/lines", json=change)
        ordered = await counter.post(f"{path}/submit", actor=other)
        deleted = await counter.api(other).delete(path)

        assert {slug(one) for one in (seen, changed, ordered, deleted)} == {(404, "not-found")}
        assert (await counter.get("/carts", other)).json()["items"] == []
    assert await counter.lines(path) == [("A", 1)]


async def test_who_ships_goods_has_no_carts(counter):
    assert slug(await counter.get("/carts", an_actor(Role.WHS))) == (403, "forbidden")


async def test_a_salesperson_gathers_for_his_own_dealers_only(counter):
    path = await counter.a_cart(("A", 2), actor=counter.sales)
    other = an_actor(Role.SAL)

    answer = await counter.post(f"{path}/submit", actor=counter.sales)
    refused = await counter.post(
        "/carts", {"name": "x", "dealer_id": str(counter.dealer_id)}, other
    )

    [order] = answer.json()["orders"]
    stored = await counter.db.fetchrow(
        "SELECT dealer_id, placed_by, on_behalf FROM orders WHERE order_id = $1", order["order_id"]
    )
    assert tuple(stored) == (counter.dealer_id, counter.sales.user_id, True)
    assert slug(refused) == (422, "unknown-dealer")


async def test_a_double_click_makes_one_order_whether_or_not_the_key_is_the_same(counter):
    path, key = await counter.a_cart(("A", 2), ("B", 1)), a_key()

    both = await asyncio.gather(*(counter.post(f"{path}/submit", key=key) for _ in range(2)))
    later = await counter.post(f"{path}/submit")

    answers = [answer.json() for answer in (*both, later)]
    assert [answer.status_code for answer in (*both, later)] == [201, 201, 201]
    assert answers[0] == answers[1] == answers[2]
    assert await orders_of(counter) == 1
    assert (await counter.get(path)).json()["order_ids"] == [answers[0]["orders"][0]["order_id"]]


async def test_an_ordered_cart_takes_no_more_lines_and_an_empty_one_is_no_order(counter):
    path, empty = await counter.a_cart(("A", 2)), await counter.a_cart()
    await counter.post(f"{path}/submit")

    changed = await counter.api(counter.buyer).patch(
        f"{path}/lines", json={"lines": [{"sku": "A", "quantity": 1}]}
    )
    filled = await counter.post(f"{path}/quick-order", {"lines": [{"sku": "A", "quantity": 1}]})

    assert slug(changed) == slug(filled) == (409, "cart-ordered-already")
    assert slug(await counter.post(f"{empty}/submit")) == (409, "empty-cart")


async def test_a_price_that_rose_since_it_was_seen_is_told_line_by_line_and_orders_nothing(counter):
    """F-35: a changed total gives PRICE_CHANGED with the differences."""
    path = await counter.a_cart(("A", 2), ("B", 1))
    seen = counter.quote(("A", 2, 2_000), ("B", 1, 500), lives=timedelta(seconds=-1))
    now = counter.quote(("A", 2, 2_400), ("B", 1, 500))
    body = {"quote": now, "seen_quote": seen}

    refused = await counter.post(f"{path}/submit", body | {"expected_total_minor": 2_500})
    nothing = await orders_of(counter)
    taken = await counter.post(f"{path}/submit", body | {"expected_total_minor": 2_900})

    problem = refused.json()
    assert slug(refused) == (409, "price-changed")
    assert (problem["expected_total_minor"], problem["total_minor"]) == (2_500, 2_900)
    assert problem["differences"] == [
        {
            "line_no": 1,
            "sku": "A",
            "unit_price_before": "10.0",
            "unit_price": "12.0",
            "gross_minor_before": 2_000,
            "gross_minor": 2_400,
        }
    ]
    assert nothing == 0
    assert taken.json()["orders"][0]["total_minor"] == 2_900


@pytest.mark.parametrize(
    ("lines", "lives", "refusal"),
    [
        ([("A", 2, 2_000)], -1, (409, "quote-expired")),
        ([("A", 3, 3_000)], 60, (422, "invalid-request")),
        ([("B", 2, 2_000)], 60, (422, "invalid-request")),
    ],
)
async def test_only_a_valid_quote_for_just_this_cart_sets_its_prices(
    counter, lines, lives, refusal
):
    path = await counter.a_cart(("A", 2))
    quote = counter.quote(*lines, lives=timedelta(seconds=lives))

    refused = await counter.post(f"{path}/submit", {"quote": quote})

    assert slug(refused) == refusal
    assert await orders_of(counter) == 0


async def test_what_is_not_for_sale_any_more_keeps_the_cart_from_being_ordered(counter):
    path = await counter.a_cart(("A", 2), ("B", 1))
    await counter.products("B", version=2, status="SUSPENDED")

    refused = await counter.post(f"{path}/submit")

    assert slug(refused) == (422, "unknown-sku")
    assert await orders_of(counter) == 0
    assert [line["for_sale"] for line in (await counter.get(path)).json()["lines"]] == [True, False]


async def test_a_cart_longer_than_an_order_may_be_becomes_several_orders_at_once(counter):
    skus = [f"S-{place}" for place in range(LINES_MAX)]
    await counter.products(*skus)
    path = await counter.a_cart(*((sku, 1) for sku in skus))

    priced = await counter.post(f"{path}/submit", {"expected_total_minor": 1})
    answer = await counter.post(f"{path}/submit")

    assert slug(priced) == (409, "too-long-for-one-price")
    assert len(answer.json()["orders"]) == 4
    rows = await counter.db.fetch("SELECT sku FROM order_lines ORDER BY order_id, line_no")
    assert [row["sku"] for row in rows] == skus


async def test_a_cart_holds_two_thousand_lines_and_no_more(counter):
    skus = [f"S-{place}" for place in range(LINES_MAX)]
    await counter.products(*skus)
    path = await counter.a_cart(*((sku, 1) for sku in skus))

    set_one = await counter.api(counter.buyer).patch(
        f"{path}/lines", json={"lines": [{"sku": "A", "quantity": 1}]}
    )
    typed = await counter.post(f"{path}/quick-order", {"lines": [{"sku": "A", "quantity": 1}]})

    assert slug(set_one) == (409, "cart-full")
    assert typed.json()["results"][0]["result"] == "CART_FULL"


async def test_a_cart_thrown_away_is_gone_and_its_orders_stay(counter):
    path = await counter.a_cart(("A", 2))
    await counter.post(f"{path}/submit")

    deleted = await counter.api(counter.buyer).delete(path)

    assert deleted.status_code == 204
    assert slug(await counter.get(path)) == (404, "not-found")
    assert await orders_of(counter) == 1


async def test_open_and_ordered_carts_are_listed_apart_newest_first(counter):
    first, second, third = [await counter.a_cart(("A", 1)) for _ in range(3)]
    await counter.post(f"{second}/submit")

    opened = (await counter.get("/carts", ordered=False)).json()["items"]
    ordered = (await counter.get("/carts", ordered=True)).json()["items"]

    assert [f"/carts/{cart['cart_id']}" for cart in opened] == [third, first]
    assert [f"/carts/{cart['cart_id']}" for cart in ordered] == [second]
    assert (opened[0]["lines"], opened[0]["dealer_name"]) == (1, "广州五金")
