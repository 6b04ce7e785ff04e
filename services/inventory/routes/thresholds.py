"""Thresholds below which stock is low; notify makes a to-do of what is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from chassis.auth import Actor, allowed
from chassis.errors import InvalidRequest
from chassis.http import RuntimeDep
from chassis.idempotency import IdempotencyKey, once
from chassis.pages import Page, PageQuery
from chassis.scope import acting, reading
from services.inventory.commands import alerting
from services.inventory.domain.alerting import Threshold
from services.inventory.queries import alerting as queries
from services.inventory.schemas.thresholds import (
    ThresholdFilter,
    ThresholdResponse,
    ThresholdsRequest,
    ThresholdsSet,
)

thresholds = APIRouter(prefix="/stock/thresholds", tags=["stock"])

Viewer = Annotated[Actor, Depends(allowed("thresholds.view"))]
Setter = Annotated[Actor, Depends(allowed("thresholds.set"))]


@thresholds.post("", response_model=ThresholdsSet)
async def set_thresholds(
    body: ThresholdsRequest, actor: Setter, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Say from when on a SKU is low in a warehouse, and from when on it is not any more."""
    asked = _asked(body)

    async def produce() -> ThresholdsSet:
        await alerting.set_thresholds(tx, actor, body.warehouse_id, asked)
        return ThresholdsSet(skus=[one.sku for one in asked])

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 200, produce)


@thresholds.get("", response_model=Page[ThresholdResponse])
async def list_thresholds(
    actor: Viewer,
    runtime: RuntimeDep,
    page: PageQuery,
    asked: Annotated[ThresholdFilter, Query()],
) -> Page[ThresholdResponse]:
    """Thresholds of the caller's warehouses, and what is low now."""
    async with reading(runtime, actor) as reader:
        return await queries.thresholds(reader, actor, asked, page)


def _asked(body: ThresholdsRequest) -> list[Threshold]:
    """One for each SKU, the last that is named. Raises InvalidRequest."""
    faults = [
        (f"/lines/{index}/recovered_from", "Not less than low_below.")
        for index, line in enumerate(body.lines)
        if line.recovers < line.low_below
    ]
    if faults:
        raise InvalidRequest(*faults)
    lines = {line.sku: line for line in body.lines}
    return [
        Threshold(body.warehouse_id, sku, line.low_below, line.recovers)
        for sku, line in lines.items()
    ]
