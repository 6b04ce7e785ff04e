"""Reports as CSV for spreadsheets: which columns, how they are called, how a value is written."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from chassis.clock import BUSINESS_TIME
from chassis.texts import Text
from services.reports.schemas import Language, OwedBy, SalesBy

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it, Excel takes UTF-8 for the code page of the office."""
PIECE_CHARACTERS = 32_768
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
"""How a text begins that a spreadsheet may take for a formula, and run."""


class Column(NamedTuple):
    """`by`: only in a sheet that is parted by one of these; none: always."""

    name: Text
    cell: Callable[[Any], object]
    by: frozenset[str] = frozenset()


def yuan(minor: int) -> str:
    """Two decimals and nothing else, so that a spreadsheet reads a number."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02}"


def text(value: str | None) -> str:
    """A text that stays one: what looks like a formula gets an apostrophe in front."""
    if value is None:
        return ""
    return f"'{value}" if value.startswith(FORMULA) else value


def local(at: datetime) -> str:
    """A moment as the clock on the wall of the business shows it."""
    return f"{at.astimezone(BUSINESS_TIME):%Y-%m-%d %H:%M:%S}"


def parted(columns: Iterable[Column], by: Iterable[str]) -> list[Column]:
    """The columns of a sheet that is parted so."""
    asked = frozenset(by)
    return [column for column in columns if not column.by or column.by & asked]


async def csv_of(
    rows: AsyncIterable[object], columns: Sequence[Column], language: Language
) -> AsyncGenerator[bytes]:
    """The sheet in pieces, as the rows come; the first piece with the names of the columns."""
    page = io.StringIO()
    page.write(BOM)
    sheet = csv.writer(page)
    sheet.writerow(column.name.in_(language) for column in columns)
    async for row in rows:
        sheet.writerow(column.cell(row) for column in columns)
        if page.tell() >= PIECE_CHARACTERS:
            yield page.getvalue().encode()
            page.seek(0)
            page.truncate()
    yield page.getvalue().encode()


_BY_DEALER = frozenset({SalesBy.DEALER})
_BY_SKU = frozenset({SalesBy.SKU})
_BY_SALESPERSON = frozenset({SalesBy.SALESPERSON})
_BY_TERRITORY = frozenset({SalesBy.TERRITORY})

SALES = (
    Column(Text("日期", "Day"), lambda row: row.day),
    Column(Text("经销商编号", "Dealer code"), lambda row: text(row.dealer_code), _BY_DEALER),
    Column(Text("经销商", "Dealer"), lambda row: text(row.dealer), _BY_DEALER),
    Column(Text("商品编码", "SKU"), lambda row: text(row.sku), _BY_SKU),
    Column(Text("商品", "Product"), lambda row: text(row.product), _BY_SKU),
    Column(Text("业务员", "Salesperson"), lambda row: text(row.salesperson), _BY_SALESPERSON),
    Column(Text("省份", "Province"), lambda row: text(row.province), _BY_TERRITORY),
    Column(Text("城市", "City"), lambda row: text(row.city), _BY_TERRITORY),
    Column(Text("发票数", "Invoices"), lambda row: row.invoices),
    Column(Text("红字发票数", "Credit notes"), lambda row: row.credit_notes),
    Column(Text("数量", "Quantity"), lambda row: row.quantity),
    Column(Text("未税金额", "Net"), lambda row: yuan(row.net_minor)),
    Column(Text("税额", "Tax"), lambda row: yuan(row.tax_minor)),
    Column(Text("含税金额", "Gross"), lambda row: yuan(row.gross_minor)),
)

_OF_ORDER = frozenset({OwedBy.ORDER})
_OF_DEALER = frozenset({OwedBy.ORDER, OwedBy.DEALER})
_OF_SKU = frozenset({OwedBy.SKU})
_OF_WAREHOUSE = frozenset({OwedBy.WAREHOUSE})

OWED = (
    Column(Text("订单号", "Order"), lambda row: text(row.number), _OF_ORDER),
    Column(Text("经销商编号", "Dealer code"), lambda row: text(row.dealer_code), _OF_DEALER),
    Column(Text("经销商", "Dealer"), lambda row: text(row.dealer), _OF_DEALER),
    Column(Text("商品编码", "SKU"), lambda row: text(row.sku), _OF_SKU),
    Column(Text("商品", "Product"), lambda row: text(row.product), _OF_SKU),
    Column(Text("仓库", "Warehouse"), lambda row: row.warehouse_id or "", _OF_WAREHOUSE),
    Column(Text("订单数", "Orders"), lambda row: row.orders),
    Column(Text("最早下单时间", "Oldest order"), lambda row: local(row.oldest_at)),
    Column(Text("订购数量", "Ordered"), lambda row: row.ordered),
    Column(Text("已出库数量", "Shipped"), lambda row: row.shipped),
    Column(Text("欠货数量", "Owed"), lambda row: row.owed),
)


def funnel(language: Language) -> tuple[Column, ...]:
    """The columns of the funnel; its steps are called as the reader calls them."""
    return (
        Column(Text("步骤", "Step"), lambda row: getattr(row, f"label_{language}")),
        Column(Text("订单数", "Orders"), lambda row: row.orders),
        Column(
            Text("自提交起中位秒数", "Median seconds since submission"), _shown("median_seconds")
        ),
        Column(Text("自提交起95分位秒数", "95 % seconds since submission"), _shown("p95_seconds")),
        Column(Text("本步等待中位秒数", "Median seconds waited"), _shown("waited_median_seconds")),
        Column(Text("本步等待95分位秒数", "95 % seconds waited"), _shown("waited_p95_seconds")),
        Column(Text("停在本步的订单数", "Orders standing"), lambda row: row.standing_orders),
        Column(Text("停留中位秒数", "Median seconds standing"), _shown("standing_median_seconds")),
    )


def _shown(name: str) -> Callable[[Any], object]:
    def cell(row: Any) -> object:
        value = getattr(row, name)
        return "" if value is None else value

    return cell
