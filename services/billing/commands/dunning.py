"""Dunning of overdue dealers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from chassis import outbox
from chassis.db import Tx
from services.billing.domain import dunning
from services.billing.store import dunning as store


async def dun(tx: Tx, today: date, ladder: Sequence[int], count_max: int) -> int:
    """Tell dealers who reached a higher level, or who paid; say how many were looked at."""
    changed = await store.overdue_news(tx, today, count_max)
    if changed:
        levels = [(one, dunning.level_of(one.days_overdue, ladder)) for one in changed]
        await store.save_dunnings(tx, levels)
        await outbox.add(tx, [news for one in changed if (news := dunning.news(one, ladder))])
    return len(changed)
