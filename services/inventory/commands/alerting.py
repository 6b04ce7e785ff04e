"""Alerts of low stock: thresholds are set by people, and crossed by what is available."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis import outbox
from chassis.auth import Actor
from chassis.db import Tx
from services.inventory.commands import documents
from services.inventory.domain import alerting
from services.inventory.domain.alerting import Threshold
from services.inventory.store import alerting as store


async def set_thresholds(
    tx: Tx, actor: Actor, warehouse_id: UUID, thresholds: Sequence[Threshold]
) -> None:
    """For SKUs of one warehouse. Raises NotFound, UnknownWarehouse, InvalidRequest."""
    await documents.check(tx, actor, [warehouse_id], [one.sku for one in thresholds])
    await store.upsert(tx, thresholds)


async def raise_alerts(tx: Tx, count_max: int) -> int:
    """Tell what ran low or recovered since the last look; how many there were."""
    crossings = await store.lock_crossings(tx, count_max)
    if crossings:
        await store.turn(tx, [crossing.threshold_id for crossing in crossings])
        await outbox.add(tx, [alerting.told(crossing) for crossing in crossings])
    return len(crossings)
