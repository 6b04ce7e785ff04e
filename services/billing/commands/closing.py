"""Closing days."""

from __future__ import annotations

from chassis.db import Tx
from services.billing.domain import closing
from services.billing.domain.closing import CloseDay
from services.billing.store import closing as store


async def close_day(tx: Tx, ask: CloseDay) -> None:
    """Close a day and all before it. Raises InvalidRequest, DayClosed, ExceptionsOpen."""
    closed_through = await store.lock_to_close(tx)
    exceptions = await store.exceptions_until(tx, ask.day, closed_through)
    if refusal := closing.close(ask, closed_through, exceptions):
        raise refusal
    await store.insert_closed_day(tx, ask, exceptions)
