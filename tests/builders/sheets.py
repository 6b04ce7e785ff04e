"""Sheets as people send them."""

import csv
import io

from openpyxl import Workbook


def as_csv(*rows, encoding="utf-8"):
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode(encoding)


def as_xlsx(*rows):
    book, buffer = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(buffer)
    return buffer.getvalue()
