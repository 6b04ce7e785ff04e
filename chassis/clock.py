"""The clock on the wall of the business."""

from __future__ import annotations

from datetime import timedelta, timezone

BUSINESS_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has one zone and no summer time."""
