"""Prices from sheets and back: a rehearsal first, bad rows by number, a SKU whole or not at all."""

import pytest

from chassis.auth import Role
from chassis.sheets import CSV, XLSX
from tests.builders.edge import an_actor
from tests.builders.sheets import as_csv, as_xlsx

HEADING = ["sku", "min_quantity", "unit_price"]


@pytest.fixture
async def drafted(shop):
    """A draft with prices for A and B; C and D have none."""
    await shop.products("A", "B", "C", "D")
    created = await shop.draft("CITY", [("A", 1, "10"), ("B", 1, "2")])
    shop.path = f"/price-lists/{created.json()['price_list_id']}"
    return shop


async def send(shop, content, kind=CSV, actor=None, **params):
    return await shop.api(actor or shop.admin).post(
        f"{shop.path}/import-sheet", content=content, headers={"Content-Type": kind}, params=params
    )


async def prices(shop):
    found = (await shop.api(shop.admin).get(f"{shop.path}/entries?version=1")).json()["items"]
    return [(one["sku"], one["min_quantity"], one["unit_price"]) for one in found]


def counts(answer):
    body = answer.json()
    assert answer.status_code == 200, body
    return body["created"], body["changed"], body["dropped"], body["unchanged"]


async def test_a_rehearsal_tells_each_price_that_would_change_and_changes_none(drafted):
    sheet = as_csv(HEADING, ["A", 1, "9.50"], ["A", 12, "9"], ["B", 1, "2.00"], ["C", "", "7"])

    rehearsed = await send(drafted, sheet, dry_run=True)
    before = await prices(drafted)
    done = await send(drafted, sheet)
    again = await send(drafted, sheet)

    assert before == [("A", 1, "10"), ("B", 1, "2")]
    assert (
        rehearsed.json()["differences"]
        == done.json()["differences"]
        == [
            {"sku": "A", "min_quantity": 1, "before": "10", "after": "9.5"},
            {"sku": "A", "min_quantity": 12, "before": None, "after": "9"},
            {"sku": "C", "min_quantity": 1, "before": None, "after": "7"},
        ]
    )
    assert counts(rehearsed) == counts(done) == (2, 1, 0, 1)
    assert counts(again) == (0, 0, 0, 4)
    assert await prices(drafted) == [("A", 1, "9.5"), ("A", 12, "9"), ("B", 1, "2"), ("C", 1, "7")]


async def test_a_sku_with_a_bad_row_keeps_what_it_has_and_the_others_are_stored(drafted):
    rows = [["A", 1, "9"], ["A", 12, "cheap"], ["GHOST", 1, "1"], ["C", 1, "7"], ["D", 1, "-1"]]

    answer = await send(drafted, as_xlsx(HEADING, *rows), XLSX)

    faults = [(one["row"], one["sku"], one["field"]) for one in answer.json()["faults"]]
    assert faults == [(3, "A", "unit_price"), (4, "GHOST", "sku"), (6, "D", "unit_price")]
    assert await prices(drafted) == [("A", 1, "10"), ("B", 1, "2"), ("C", 1, "7")]


async def test_a_quantity_twice_for_a_sku_is_a_bad_row(drafted):
    answer = await send(drafted, as_csv(HEADING, ["C", 1, "7"], ["C", 1, "8"]))

    [fault] = answer.json()["faults"]
    assert (fault["row"], fault["sku"], fault["field"]) == (3, "C", "min_quantity")
    assert await prices(drafted) == [("A", 1, "10"), ("B", 1, "2")]


async def test_replacing_all_drops_what_no_row_names_and_spares_what_a_bad_row_names(drafted):
    rows = [["A", 0, "9"], ["C", 1, "7"]]

    answer = await send(drafted, as_csv(HEADING, *rows), replace_all=True)

    assert counts(answer) == (1, 0, 1, 0)
    assert await prices(drafted) == [("A", 1, "10"), ("C", 1, "7")]


async def test_an_export_imported_again_changes_nothing(drafted):
    await send(drafted, as_csv(["商品编码", "起订量", "单价"], ["A", 5, "9.123456"], ["D", 1, "0"]))
    client = drafted.api(drafted.admin)

    answer = await client.get(f"{drafted.path}/export", params={"version": 1})
    again = await send(drafted, answer.content, replace_all=True)

    assert answer.text.splitlines()[1] == "A,不锈钢螺丝,5,9.123456"
    assert counts(again) == (0, 0, 0, 3)


async def test_a_published_version_and_a_stale_revision_are_refused(drafted):
    sheet, stale = as_csv(HEADING, ["C", 1, "7"]), {"If-Match": '"9"'}
    client = drafted.api(drafted.admin)
    late = await client.post(f"{drafted.path}/import-sheet", content=sheet, headers=stale)
    await drafted.api(drafted.second).post(f"{drafted.path}/publish")

    published = await send(drafted, sheet)

    assert (late.status_code, published.status_code) == (412, 409)
    assert published.json()["type"].endswith("/no-draft")


async def test_only_administrators_import_and_no_dealer_exports(drafted):
    buyer = an_actor(Role.DLR)
    export = f"{drafted.path}/export?version=1"

    refused = [
        await send(drafted, as_csv(HEADING), actor=buyer),
        await send(drafted, as_csv(HEADING), actor=drafted.sales),
        await drafted.api(buyer).get(export),
    ]
    foreign = await drafted.api(drafted.sales).get(export)

    assert {answer.status_code for answer in refused} == {403}
    assert foreign.status_code == 404
