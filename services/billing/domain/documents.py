"""Numbers and days of documents, by the clock of the business."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

BUSINESS_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has one zone and no summer time."""


def series(kind: str, at: datetime) -> str:
    """The series a document is numbered in, e.g. `FP-2611`: invoices of November 2026."""
    return f"{kind}-{at.astimezone(BUSINESS_TIME):%y%m}"


def business_day(at: datetime) -> date:
    return at.astimezone(BUSINESS_TIME).date()
