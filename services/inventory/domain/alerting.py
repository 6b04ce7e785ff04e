"""Alerts: too little of a SKU is there, until there is clearly enough again (F-26)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.inventory import StockRanLow, StockRecovered


@dataclass(frozen=True, slots=True)
class Threshold:
    """Low below the one, over from the other on: between the two an alert stays as it is."""

    warehouse_id: UUID
    sku: str
    low_below: int
    recovered_from: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """What is available of a SKU has left the band in which nothing is told."""

    threshold_id: UUID
    threshold: Threshold
    warehouse: str
    name: str
    available: int
    was_low: bool


def told(crossing: Crossing) -> StockRanLow | StockRecovered:
    """One alert when it runs low, one all-clear when it recovers, and nothing between."""
    threshold = crossing.threshold
    if crossing.was_low:
        return StockRecovered(
            threshold_id=crossing.threshold_id,
            warehouse_id=threshold.warehouse_id,
            sku=threshold.sku,
            available=crossing.available,
        )
    return StockRanLow(
        threshold_id=crossing.threshold_id,
        warehouse_id=threshold.warehouse_id,
        warehouse=crossing.warehouse,
        sku=threshold.sku,
        name=crossing.name,
        available=crossing.available,
        low_below=threshold.low_below,
    )
