"""Goods that are expected: they come in by inbound notes, part by part, or never."""

from __future__ import annotations

from datetime import UTC, date, datetime

from chassis.db import Tx
from chassis.ids import uuid7
from services.inventory.commands import documents, stocking
from services.inventory.commands.documents import Ask
from services.inventory.domain import arriving
from services.inventory.domain.arriving import Received
from services.inventory.domain.stocking import stowage_refusal
from services.inventory.store import shelves, stowage


async def receive(tx: Tx, ask: Ask, received: Received) -> None:
    """What arrived lies on the shelves, by an inbound note of its own (F-67).

    Raises NotFound, StaleVersion, DocumentMovedOn, InvalidRequest.
    """
    now = datetime.now(UTC)
    await shelves.lock(tx)
    before = await documents.opened(tx, ask)
    await documents.save(tx, arriving.receive(before, received, now))
    inbound = arriving.arrival(before, uuid7(), received)
    keeping = await stowage.keeping(tx, inbound.warehouse_id, inbound.lines)
    if refusal := stowage_refusal(inbound.lines, keeping):
        raise refusal
    await stocking.bring_in(tx, inbound, now)


async def reschedule(tx: Tx, ask: Ask, expected_on: date) -> None:
    """It comes on another day. Raises NotFound, StaleVersion, DocumentMovedOn."""
    before = await documents.opened(tx, ask)
    await documents.save(tx, arriving.reschedule(before, expected_on))


async def close(tx: Tx, ask: Ask, reason: str) -> None:
    """Wait no more for what has not come. Raises NotFound, StaleVersion, DocumentMovedOn."""
    before = await documents.opened(tx, ask)
    now = datetime.now(UTC)
    await documents.save(tx, arriving.close(before, ask.actor.user_id, reason, now))
