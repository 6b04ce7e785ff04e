"""Territories, and users that are only just being made known."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from uuid import UUID

from chassis.db import Reader
from services.dealers.schemas.territories import TerritoryResponse
from services.dealers.store.people import known_users

POLL_SECONDS = 0.05


async def territories(reader: Reader) -> list[TerritoryResponse]:
    rows = await reader.fetch(
        """
        SELECT t.province, t.city, t.salesperson_id, u.name AS salesperson_name
        FROM territories t
        LEFT JOIN users u ON u.user_id = t.salesperson_id
        ORDER BY t.province, t.city
        """
    )
    return [TerritoryResponse(**row) for row in rows]


async def await_users(db: Reader, ids: Collection[UUID], *, seconds: float) -> None:
    """Wait until these users are known here: the gateway may have made them just before."""
    deadline = asyncio.get_running_loop().time() + seconds
    while ids and asyncio.get_running_loop().time() < deadline:
        if await known_users(db, ids) == set(ids):
            return
        await asyncio.sleep(POLL_SECONDS)
