"""The warehouse takes up orders: each gets the documents that its mode asks for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from chassis.db import Tx
from chassis.ids import uuid7
from chassis.numbers import take_numbers
from services.inventory.domain import releasing
from services.inventory.domain.fulfilment import Change, State, then
from services.inventory.domain.stocking import series


async def start(tx: Tx, released: releasing.Released) -> list[Change]:
    """What becomes of held orders: people get a pick task; a virtual one has done all at once."""
    now = datetime.now(UTC)
    return releasing.release(
        released,
        await _documents(tx, series("CK", now), len(released.direct)),
        await _documents(tx, series("PH", now), len(released.manual)),
        now,
    )


async def go_on(tx: Tx, changes: Sequence[Change]) -> list[Change]:
    """The changes, with what the warehouse makes of those whose lines are others now."""
    moved = [
        change.after
        for change in changes
        if change.after.state is State.IN_WAREHOUSE and change.after.lines != change.before.lines
    ]
    started = {change.after.part_id: change for change in await start(tx, releasing.go_on(moved))}
    return [
        then(change, started[change.after.part_id]) if change.after.part_id in started else change
        for change in changes
    ]


async def _documents(tx: Tx, name: str, count: int) -> list[tuple[UUID, str]]:
    """An id and a number for each new document."""
    numbers = await take_numbers(tx, name, count) if count else []
    return [(uuid7(), number) for number in numbers]
