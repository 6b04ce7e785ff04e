"""Tell how many orders are open of dealers who leave (F-50)."""

from __future__ import annotations

from datetime import datetime, timedelta

from chassis import outbox
from chassis.db import Tx
from services.orders.store import projections

ACCEPTING = timedelta(minutes=1)
"""No order is being accepted for longer, by what was known of its dealer when that began."""


async def tell_open_orders(tx: Tx, now: datetime) -> int:
    """Of those for whom the number is news; how many dealers that were."""
    counted = await projections.count_open_orders(tx, now - ACCEPTING)
    await outbox.add(tx, counted)
    return len(counted)
