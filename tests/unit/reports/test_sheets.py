"""CSV for spreadsheets: read back by a CSV reader, harmless in Excel."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from services.reports import sheets
from services.reports.schemas import Language, OwedBy, SalesBy, SalesRow


def a_row(**others):
    facts = dict.fromkeys(SalesRow.model_fields) | {
        "day": date(2026, 11, 3),
        "invoices": 1,
        "credit_notes": 0,
        "quantity": 5,
        "net_minor": 88_496,
        "tax_minor": 11_504,
        "gross_minor": 100_000,
        "key": "",
    }
    return SalesRow(**(facts | others))


async def written(rows, columns, language=Language.ZH):
    async def each():
        for row in rows:
            yield row

    return [piece async for piece in sheets.csv_of(each(), columns, language)]


def read(pieces):
    return list(csv.reader(io.StringIO(b"".join(pieces).decode("utf-8-sig"), newline="")))


async def test_a_sheet_begins_with_a_mark_and_its_columns_in_the_language_asked_for():
    columns = sheets.parted(sheets.SALES, {SalesBy.DAY})

    (chinese,) = await written([a_row()], columns)
    (english,) = await written([a_row()], columns, Language.EN)

    names = "日期,发票数,红字发票数,数量,未税金额,税额,含税金额"
    assert chinese.startswith(f"\ufeff{names}\r\n".encode())
    assert read([english]) == [
        ["Day", "Invoices", "Credit notes", "Quantity", "Net", "Tax", "Gross"],
        ["2026-11-03", "1", "0", "5", "884.96", "115.04", "1000.00"],
    ]


@pytest.mark.parametrize(
    "evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\N{FULLWIDTH EQUALS SIGN}1"]
)
async def test_no_text_becomes_a_formula(evil):
    columns = sheets.parted(sheets.SALES, {SalesBy.DEALER})

    _, row = read(await written([a_row(dealer=evil)], columns))

    assert row[2] == f"'{evil}"


async def test_a_text_with_commas_quotes_and_breaks_comes_back_as_it_was():
    columns = sheets.parted(sheets.SALES, {SalesBy.SKU})

    _, row = read(await written([a_row(product='云锁 "A",\n大')], columns))

    assert row[2] == '云锁 "A",\n大'


async def test_a_long_sheet_comes_in_pieces_and_loses_nothing():
    columns = sheets.parted(sheets.SALES, SalesBy)
    rows = [a_row(sku=f"S{number}", dealer="经销商" * 10) for number in range(2_000)]

    pieces = await written(rows, columns)

    assert len(pieces) > 3
    assert [row[3] for row in read(pieces)[1:]] == [row.sku for row in rows]


def test_amounts_are_plain_numbers_and_moments_those_of_the_business():
    assert [sheets.yuan(minor) for minor in (0, 5, 1_234_567, -150)] == [
        "0.00",
        "0.05",
        "12345.67",
        "-1.50",
    ]
    assert sheets.local(datetime(2026, 11, 3, 16, 0, tzinfo=UTC)) == "2026-11-04 00:00:00"


def test_every_part_that_can_be_asked_for_has_its_columns():
    def shown(columns):
        return set().union(*(column.by for column in columns))

    assert shown(sheets.SALES) == set(SalesBy) - {SalesBy.DAY}
    assert shown(sheets.OWED) == set(OwedBy)
    for column in (*sheets.SALES, *sheets.OWED, *sheets.funnel(Language.ZH)):
        assert column.name.zh != column.name.en
