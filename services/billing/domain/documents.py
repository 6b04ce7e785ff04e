"""Numbers and days of documents, by the clock of the business."""

from __future__ import annotations

from datetime import date, datetime

from chassis.clock import BUSINESS_TIME


def series(kind: str, at: datetime) -> str:
    """The series a document is numbered in, e.g. `FP-2611`: invoices of November 2026."""
    return f"{kind}-{at.astimezone(BUSINESS_TIME):%y%m}"


def business_day(at: datetime) -> date:
    return at.astimezone(BUSINESS_TIME).date()
