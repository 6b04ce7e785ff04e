"""Quick order, reorder and templates on a real PostgreSQL: a result for every line."""

from uuid import UUID

import pytest

from chassis.db import Tx
from chassis.sheets import CSV, XLSX
from services.orders.carts import commands
from services.orders.carts.domain import LINES_MAX, QUANTITY_MAX, WantedLine
from tests.builders.edge import a_key
from tests.builders.sheets import as_csv, as_xlsx
from tests.integration.orders.test_carts import slug


def results(answer):
    assert answer.status_code == 200, answer.text
    return [(one["line"], one["sku"], one["result"]) for one in answer.json()["results"]]


async def an_order(counter, *lines):
    path = await counter.a_cart(*lines)
    answer = await counter.post(f"{path}/submit")
    return f"/orders/{answer.json()['orders'][0]['order_id']}"


async def test_every_line_of_a_quick_order_has_its_result_and_none_spoils_the_others(counter):
    await counter.products("OLD", status="RETIRED")
    path = await counter.a_cart(("A", 1))
    typed = [
        {"sku": " B ", "quantity": "1,200"},
        {"sku": "A", "quantity": 2},
        {"sku": "B", "quantity": 3, "unit": "件"},
        {"sku": "GHOST", "quantity": 1},
        {"sku": "OLD", "quantity": 1},
        {"sku": "C", "quantity": 0},
        {"sku": "C", "quantity": "1.5"},
        {"sku": "C"},
        {"sku": "C", "quantity": QUANTITY_MAX + 1},
        {"sku": "A", "quantity": QUANTITY_MAX},
        {"sku": "C", "quantity": 1, "unit": "吨"},
        {"sku": "C", "quantity": 21, "unit": "两"},
        {"sku": "C", "quantity": "2", "unit": "箱"},
    ]

    answer = await counter.post(f"{path}/quick-order", {"lines": typed})

    assert results(answer) == [
        (1, "B", "ADDED"),
        (2, "A", "MERGED"),
        (3, "B", "MERGED"),
        (4, "GHOST", "UNKNOWN_SKU"),
        (5, "OLD", "NOT_FOR_SALE"),
        (6, "C", "BAD_QUANTITY"),
        (7, "C", "BAD_QUANTITY"),
        (8, "C", "BAD_QUANTITY"),
        (9, "C", "BAD_QUANTITY"),
        (10, "A", "BAD_QUANTITY"),
        (11, "C", "UNKNOWN_UNIT"),
        (12, "C", "BAD_QUANTITY"),
        (13, "C", "ADDED"),
    ]
    assert (answer.json()["taken"], answer.json()["left_out"]) == (4, 9)
    assert answer.json()["results"][3]["text_zh"] == "商品编码不存在"
    assert await counter.lines(path) == [("A", 3), ("B", 1203), ("C", 24)]


@pytest.mark.parametrize("kind", [CSV, XLSX])
async def test_a_sheet_is_answered_by_the_numbers_of_its_rows(counter, kind):
    path = await counter.a_cart()
    rows = [["商品编码", "数量", "单位"], ["A", 2, ""], [], ["B", 1, "箱"], ["GHOST", 1, ""]]
    content = (as_csv if kind == CSV else as_xlsx)(*rows)

    answer = await counter.post(
        f"{path}/quick-order-sheet", content=content, headers={"Content-Type": kind}
    )

    assert results(answer) == [(2, "A", "ADDED"), (4, "B", "ADDED"), (5, "GHOST", "UNKNOWN_SKU")]
    assert await counter.lines(path) == [("A", 2), ("B", 12)]


async def test_a_sheet_of_more_rows_than_a_cart_has_or_of_other_columns_is_refused(counter):
    path = await counter.a_cart()
    headers = {"Content-Type": CSV}

    long = as_csv(["sku", "quantity"], *(["A", 1] for _ in range(LINES_MAX + 1)))
    refused = [
        await counter.post(f"{path}/quick-order-sheet", content=content, headers=headers)
        for content in (long, as_csv(["sku", "price"], ["A", 1]), b"\xff\xfe\x00")
    ]

    assert [slug(one) for one in refused] == [
        (422, "sheet-too-large"),
        (422, "unknown-columns"),
        (422, "unreadable-sheet"),
    ]
    assert await counter.lines(path) == []


async def test_the_sample_sheet_is_one_that_is_read(counter):
    path = await counter.a_cart()

    sample = await counter.get("/carts/quick-order-sample")
    answer = await counter.post(
        f"{path}/quick-order-sheet", content=sample.content, headers={"Content-Type": CSV}
    )

    assert [(line, result) for line, _, result in results(answer)] == [
        (2, "UNKNOWN_SKU"),
        (3, "UNKNOWN_SKU"),
    ]


async def test_a_quick_order_sent_twice_with_its_key_adds_once(counter):
    path, key = await counter.a_cart(), a_key()
    body = {"lines": [{"sku": "A", "quantity": 5}]}

    first = await counter.post(f"{path}/quick-order", body, key=key)
    again = await counter.post(f"{path}/quick-order", body, key=key)

    assert again.json() == first.json()
    assert await counter.lines(path) == [("A", 5)]


async def test_two_thousand_lines_are_one_request_and_one_more_is_refused(counter):
    """P-13: 2,000 lines, a result for each."""
    await counter.products(*(f"S-{place}" for place in range(990)))
    path = await counter.a_cart()
    typed = [{"sku": f"S-{place % 1_000}", "quantity": 1} for place in range(LINES_MAX)]

    answer = await counter.post(f"{path}/quick-order", {"lines": typed})
    refused = await counter.post(
        f"{path}/quick-order", {"lines": [*typed, {"sku": "A", "quantity": 1}]}
    )

    found = [result for _, _, result in results(answer)]
    assert {one: found.count(one) for one in set(found)} == {
        "ADDED": 990,
        "MERGED": 990,
        "UNKNOWN_SKU": 20,
    }
    assert slug(refused) == (422, "invalid-request")
    assert len(await counter.lines(path)) == 990


async def test_the_statements_of_a_quick_order_do_not_grow_with_its_lines(counter):
    """2,000 lines cost as many statements as one."""
    await counter.products(*(f"S-{place}" for place in range(LINES_MAX)))
    path = await counter.a_cart()

    async def statements(lines):
        counted = 0

        def count(_):
            nonlocal counted
            counted += 1

        async with counter.db.acquire() as connection:
            connection.add_query_logger(count)
            await commands.fill_cart(Tx(connection), counter.buyer, UUID(path[7:]), lines)
            connection.remove_query_logger(count)
        return counted

    one = await statements([WantedLine("A", "1")])
    many = await statements([WantedLine(f"S-{place}", "1") for place in range(LINES_MAX - 1)])

    assert one == many > 0


async def test_a_reorder_takes_what_is_still_sold_and_tells_why_the_rest_is_not(counter):
    """P-14."""
    order = await an_order(counter, ("A", 2), ("B", 1))
    await counter.products("B", version=2, status="SUSPENDED")

    answer = await counter.post(f"{order}/reorder", actor=counter.colleague)

    cart = answer.json()["cart"]
    assert results(answer) == [(1, "A", "ADDED"), (2, "B", "NOT_FOR_SALE")]
    assert cart["name"].startswith("XS")
    assert await counter.lines(f"/carts/{cart['cart_id']}", counter.colleague) == [("A", 2)]


async def test_a_reorder_may_go_into_an_open_cart_of_the_callers_own_only(counter):
    order, mine = await an_order(counter, ("A", 2)), await counter.a_cart(("A", 1), ("C", 1))

    answer = await counter.post(f"{order}/reorder", {"cart_id": mine[7:]})
    foreign = await counter.post(f"{order}/reorder", {"cart_id": mine[7:]}, counter.colleague)

    assert results(answer) == [(1, "A", "MERGED")]
    assert await counter.lines(mine) == [("A", 3), ("C", 1)]
    assert slug(foreign) == (404, "not-found")


async def test_a_foreign_order_cannot_be_reordered_nor_saved_as_a_template(counter):
    order = await an_order(counter, ("A", 2))
    body = {"name": "周订", "order_id": order[8:]}

    reordered = await counter.post(f"{order}/reorder", actor=counter.stranger)
    saved = await counter.post("/cart-templates", body, counter.stranger)

    assert slug(reordered) == slug(saved) == (404, "not-found")


@pytest.mark.parametrize("source", ["cart_id", "order_id"])
async def test_a_template_of_a_cart_or_an_order_is_for_all_users_of_the_dealer(counter, source):
    order, cart = await an_order(counter, ("A", 2)), await counter.a_cart(("A", 2))
    body = {"name": "周订", source: order[8:] if source == "order_id" else cart[7:]}

    saved = await counter.post("/cart-templates", body)
    path = f"/cart-templates/{saved.json()['template_id']}"
    used = await counter.post(f"{path}/use", actor=counter.colleague)

    assert saved.status_code == 201
    assert results(used) == [(1, "A", "ADDED")]
    assert used.json()["cart"]["name"] == "周订"
    [listed] = (await counter.get("/cart-templates", counter.sales)).json()["items"]
    assert (listed["name"], listed["lines"]) == ("周订", 1)


async def test_a_template_is_no_business_of_another_dealer(counter):
    cart = await counter.a_cart(("A", 2))
    saved = await counter.post("/cart-templates", {"name": "周订", "cart_id": cart[7:]})
    path = f"/cart-templates/{saved.json()['template_id']}"

    seen = await counter.get(path, counter.stranger)
    used = await counter.post(f"{path}/use", actor=counter.stranger)
    deleted = await counter.api(counter.stranger).delete(path)

    assert slug(seen) == slug(used) == slug(deleted) == (404, "not-found")
    assert (await counter.get("/cart-templates", counter.stranger)).json()["items"] == []
    assert (await counter.get(path)).status_code == 200


async def test_a_template_has_a_name_of_its_own_lines_and_one_source(counter):
    cart, empty = await counter.a_cart(("A", 2)), await counter.a_cart()
    body = {"name": "周订", "cart_id": cart[7:]}
    saved = await counter.post("/cart-templates", body)

    again = await counter.post("/cart-templates", body)
    nothing = await counter.post("/cart-templates", {"name": "空", "cart_id": empty[7:]})
    neither = await counter.post("/cart-templates", {"name": "月订"})
    await counter.api(counter.colleague).delete(f"/cart-templates/{saved.json()['template_id']}")
    after = await counter.post("/cart-templates", body)

    assert slug(again) == (409, "template-exists")
    assert slug(nothing) == (409, "empty-cart")
    assert slug(neither) == (422, "invalid-request")
    assert after.status_code == 201
