"""Products from sheets and back: a rehearsal first, bad rows by number, no formulas."""

import csv
import io
import zipfile

import pytest

from chassis import sheets
from chassis.auth import Role
from chassis.sheets import CSV, XLSX
from contracts.catalog import ProductState
from tests.builders.catalog import a_product_row
from tests.builders.edge import an_actor
from tests.builders.sheets import as_csv, as_xlsx

HEADING = ["sku", "name_zh", "category", "tax_rate_bp", "attribute:材质"]


async def send(shop, content, kind=CSV, actor=None, **params):
    return await shop.api(actor or shop.admin).post(
        "/products/import-sheet", content=content, headers={"Content-Type": kind}, params=params
    )


def counts(answer):
    body = answer.json()
    assert answer.status_code == 200, body
    return body["created"], body["changed"], body["unchanged"], len(body["faults"])


async def announced(db):
    return await db.fetchval("SELECT count(*) FROM outbox WHERE type = $1", ProductState.type)


@pytest.fixture
async def shelf(shop):
    await shop.products()
    category = {"code": "WJ", "name_zh": "五金"}
    await shop.api(shop.admin).post("/categories/import", json={"rows": [category]})
    return shop


async def test_ten_thousand_rows_with_twenty_bad_ones_store_the_others(shelf):
    """F-44: 9,980 of 10,000 rows are stored, 20 reasons come back; again, nothing changes."""
    rows = [[f"S-{n}", f"螺丝 {n}", "WJ", 1300, "钢"] for n in range(10_000)]
    for bad in range(0, 10_000, 500):
        rows[bad][bad % 3] = ["", "", "GHOST"][bad % 3]
    content = as_xlsx(HEADING, *rows)

    first = await send(shelf, content, XLSX)
    again = await send(shelf, content, XLSX)

    assert counts(first) == (9_980, 0, 0, 20)
    assert [fault["row"] for fault in first.json()["faults"]] == list(range(2, 10_002, 500))
    assert all(fault["fault"] for fault in first.json()["faults"])
    assert counts(again) == (0, 0, 9_980, 20)
    assert await announced(shelf.db) == 9_980


async def test_a_rehearsal_says_what_would_change_and_changes_nothing(shelf):
    await send(shelf, as_csv(HEADING, ["A", "螺丝", "WJ", 1300, "钢"]))
    wanted = as_csv(HEADING, ["A", "螺丝钉", "WJ", 900, ""], ["B", "螺母", "WJ", "", ""])

    rehearsed = await send(shelf, wanted, dry_run=True)
    before = (await shelf.api(shelf.admin).get("/products/A")).json()
    missing = await shelf.api(shelf.admin).get("/products/B")
    done = await send(shelf, wanted)

    assert counts(rehearsed) == counts(done) == (1, 1, 0, 0)
    assert (before["name_zh"], missing.status_code) == ("螺丝", 404)
    assert rehearsed.json()["differences"] == done.json()["differences"]
    first, second = done.json()["differences"]
    assert (first["row"], first["created"]) == (2, False)
    assert first["fields"] == {
        "attributes.材质": ["钢", None],
        "name_zh": ["螺丝", "螺丝钉"],
        "tax_rate_bp": ["1300", "900"],
    }
    assert (second["row"], second["created"]) == (3, True)
    assert second["fields"]["name_zh"] == [None, "螺母"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_chinese_headings_and_encodings_are_understood(shelf, encoding):
    content = as_csv(["商品编码", "名称", "分类"], ["A", "螺丝", "WJ"], encoding=encoding)

    answer = await send(shelf, content, "text/csv; charset=x")

    assert counts(answer) == (1, 0, 0, 0)
    assert (await shelf.api(shelf.admin).get("/products/A")).json()["name_zh"] == "螺丝"


async def test_an_export_imported_again_changes_nothing_and_holds_no_formula(shelf):
    names = ["=HYPERLINK(1)", "+86", "-1", "@SUM(A1)", "plain", "'quoted", 'a,b"c']
    rows = [
        a_product_row(f"S-{n}", name_zh=name, attributes={"产地": name}, barcode=f"69{n:04}")
        for n, name in enumerate(names)
    ]
    await shelf.products(*rows)
    await shelf.api(shelf.admin).post("/products/S-4/suspend")

    answer = await shelf.api(shelf.admin).get("/products/export")
    again = await send(shelf, answer.content)

    cells = [cell for line in csv.reader(io.StringIO(answer.text)) for cell in line]
    assert not [cell for cell in cells if cell.startswith(sheets.FORMULA_SIGNS)]
    assert counts(again) == (0, 0, len(names), 0)


def a_bomb():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (sheets.UNPACKED_BYTES_MAX + 1))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "kind", "slug"),
    [
        (b"", CSV, "unreadable-sheet"),
        (b"sku\x00\n", CSV, "unreadable-sheet"),
        (b"\xff\xff\xff", CSV, "unreadable-sheet"),
        (b"no zip", XLSX, "unreadable-sheet"),
        (b"sku,colour\nA,red\n", CSV, "unknown-columns"),
        (b"sku,sku\nA,A\n", CSV, "unknown-columns"),
        (b"sku\n" + b"A\n" * (sheets.ROWS_MAX + 1), CSV, "sheet-too-large"),
        (b"sku\n" + b"A" * (sheets.CELL_LENGTH_MAX + 1), CSV, "sheet-too-large"),
    ],
)
async def test_what_is_no_sheet_is_refused(shelf, content, kind, slug):
    answer = await send(shelf, content, kind)

    assert answer.status_code == 422
    assert answer.json()["type"].endswith(f"/{slug}")


async def test_a_bomb_is_not_unpacked(shelf):
    answer = await send(shelf, a_bomb(), XLSX)

    assert answer.json()["type"].endswith("/sheet-too-large")


async def test_dealers_neither_import_nor_export(shelf):
    buyer = an_actor(Role.DLR)

    answers = [
        await send(shelf, as_csv(HEADING), actor=buyer),
        await send(shelf, as_csv(HEADING), actor=shelf.sales),
        await shelf.api(buyer).get("/products/export"),
    ]

    assert {answer.status_code for answer in answers} == {403}


async def test_whose_stock_is_kept_by_lot_is_entered_told_and_taken_back(shelf):
    """P-24: lots are kept of those products whose state says so."""
    await send(
        shelf, as_csv(["商品编码", "名称", "分类", "批次管理"], ["MILK", "牛奶", "WJ", "是"])
    )
    admin = shelf.api(shelf.admin)
    listed = (await admin.get("/products/MILK")).json()
    taken_back = await admin.patch("/products/MILK", json={"lot_tracked": False})

    rows = await shelf.db.fetch(
        "SELECT body FROM outbox WHERE type = $1 ORDER BY position", ProductState.type
    )
    told = [ProductState.model_validate_json(row["body"]).lot_tracked for row in rows]
    assert (listed["lot_tracked"], taken_back.json()["lot_tracked"]) == (True, False)
    assert told == [True, False]
