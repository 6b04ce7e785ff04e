"""Sheets: rows of CSV and XLSX files, read with limits and written without formulas."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any
from zipfile import BadZipFile, ZipFile

from fastapi import Header, Request
from fastapi.responses import StreamingResponse
from openpyxl import load_workbook

from chassis.errors import DomainError

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_MAX = 20_000
COLUMNS_MAX = 100
CELL_LENGTH_MAX = 1_000
UNPACKED_BYTES_MAX = 128 << 20
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""
SHEET_BYTES_MAX = 8 << 20
FIRST_ROW = 2
"""The first line of a sheet holds the names of the columns."""
FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in (CSV, XLSX)
        },
    }
}
"""What the OpenAPI says of a body that is a sheet."""
ContentType = Annotated[str, Header(max_length=200)]


class UnreadableSheet(DomainError):
    """The file is no sheet that can be read.

    zh: 无法读取文件。
    请上传 UTF-8 或 GB18030 编码的 CSV，或 XLSX；首行为列名。

    Send CSV in UTF-8 or GB18030, or XLSX, with the names of the columns in the first line.
    """

    status = 422


class SheetTooLarge(DomainError):
    """The file has more rows, columns or content than is read at once.

    zh: 文件过大。
    请拆分后分次导入。

    Split it, and import the parts one by one.
    """

    status = 422


class UnknownColumns(DomainError):
    """The file has columns that mean nothing here, or one of them twice.

    zh: 文件中有无法识别或重复的列。
    """

    status = 422


async def uploaded(
    request: Request, content_type: str, names: Mapping[str, str], *, prefix: str | None = None
) -> list[dict[str, str]]:
    """The rows of the sheet that a request carries; raises as `read_sheet` does."""
    content = await request.body()
    media_type = content_type.partition(";")[0].strip().lower()
    return await asyncio.to_thread(read_sheet, content, media_type, names, prefix=prefix)


def download(file_name: str, lines: AsyncIterator[str]) -> StreamingResponse:
    """A CSV file that a browser saves."""
    return StreamingResponse(
        lines,
        media_type=f"{CSV}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )


def headings(columns: Mapping[str, str]) -> dict[str, str]:
    """A column by its name, and by its Chinese name."""
    return {name: name for name in columns} | {zh: name for name, zh in columns.items()}


def read_sheet(
    content: bytes, media_type: str, names: Mapping[str, str], *, prefix: str | None = None
) -> list[dict[str, str]]:
    """The rows by column; empty cells are left out.

    `names`: column by heading. Headings with the `prefix` keep their name. Raises UnreadableSheet,
    SheetTooLarge, UnknownColumns.
    """
    lines = _xlsx(content) if media_type == XLSX else _csv(content)
    heading = next(lines, None)
    if not heading:
        raise UnreadableSheet
    columns = _columns(heading, names, prefix)
    rows: list[dict[str, str]] = []
    for line in lines:
        if len(rows) >= ROWS_MAX:
            raise SheetTooLarge(rows_max=ROWS_MAX)
        rows.append({column: cell for column, cell in zip(columns, line, strict=False) if cell})
    while rows and not rows[-1]:
        rows.pop()
    return rows


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """Lines of a CSV file, in which no cell is a formula."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([_harmless(str(cell)) for cell in row] for row in rows)
    return buffer.getvalue()


def _columns(heading: Sequence[str], names: Mapping[str, str], prefix: str | None) -> list[str]:
    columns = [
        name if prefix and name.startswith(prefix) else names.get(name, "") for name in heading
    ]
    strange = [name for name, column in zip(heading, columns, strict=True) if not column]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if strange or twice:
        raise UnknownColumns(columns=[*strange, *twice], known=sorted(names))
    return columns


def _csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    if "\x00" in text:
        raise UnreadableSheet
    try:
        for line in csv.reader(io.StringIO(text, newline="")):
            yield _cells(line)
    except csv.Error:
        raise UnreadableSheet from None


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")  # what Excel writes in China
    except UnicodeDecodeError:
        raise UnreadableSheet from None


def _xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED_BYTES_MAX:
                raise SheetTooLarge(unpacked_bytes_max=UNPACKED_BYTES_MAX)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        lines = sheet.iter_rows(values_only=True, max_row=ROWS_MAX + 2, max_col=COLUMNS_MAX + 1)
        for line in lines:
            cells = ["" if cell is None else _text(cell) for cell in line]
            while cells and not cells[-1]:
                cells.pop()
            yield _cells(cells)
    except (BadZipFile, KeyError, IndexError, ValueError, SyntaxError, OSError):
        raise UnreadableSheet from None


def _text(cell: object) -> str:
    """A whole number is written as one, however the sheet keeps it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _cells(line: Sequence[str]) -> list[str]:
    if len(line) > COLUMNS_MAX or any(len(cell) > CELL_LENGTH_MAX for cell in line):
        raise SheetTooLarge(columns_max=COLUMNS_MAX, cell_length_max=CELL_LENGTH_MAX)
    return [_plain(cell.strip()) for cell in line]


def _plain(cell: str) -> str:
    """As it was before it was made harmless."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_SIGNS) else cell


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell
