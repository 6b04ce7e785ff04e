"""Tax classes: what is taxed alike, and at which rate from when on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from chassis.auth import Actor, allowed, allowed_actions
from chassis.http import RuntimeDep
from chassis.idempotency import IdempotencyKey, once
from chassis.scope import acting, reading
from services.catalog.access import ACCESS
from services.catalog.commands import tax as commands
from services.catalog.domain.tax import TaxClass, TaxRate, rate_at
from services.catalog.schemas.tax import (
    TaxClassRequest,
    TaxClassResponse,
    TaxRateRequest,
    TaxRateResponse,
)
from services.catalog.store import tax as store

router = APIRouter(prefix="/tax-classes", tags=["catalog"])
Viewer = Annotated[Actor, Depends(allowed("tax-classes.view"))]
Changer = Annotated[Actor, Depends(allowed("tax-classes.change"))]


@router.get("", response_model=list[TaxClassResponse])
async def list_tax_classes(actor: Viewer, runtime: RuntimeDep) -> list[TaxClassResponse]:
    """All of them, by code."""
    async with reading(runtime, actor) as reader:
        found = await store.tax_classes(reader)
    return [_shown(actor, one) for one in found.values()]


@router.post("", status_code=201, response_model=TaxClassResponse)
async def add_tax_class(
    body: TaxClassRequest, actor: Changer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """A new class; its first rate holds since ever."""
    async with acting(runtime, actor) as tx:

        async def add() -> TaxClassResponse:
            fresh = await commands.add_tax_class(
                tx, **body.model_dump(), by=actor.user_id, now=datetime.now(UTC)
            )
            return _shown(actor, fresh)

        return await once(tx, key, 201, add)


@router.post("/{code}/rates", status_code=201, response_model=TaxClassResponse)
async def set_tax_rate(
    code: str, body: TaxRateRequest, actor: Changer, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    """Another rate from now or from a later time on, in place of one that was to begin just then.

    What is submitted from then on is priced with it; what was submitted before keeps its rate.
    """
    now = datetime.now(UTC)
    rate = TaxRate(body.valid_from or now, body.rate_bp)
    async with acting(runtime, actor) as tx:

        async def set_rate() -> TaxClassResponse:
            changed = await commands.set_tax_rate(tx, code, rate, by=actor.user_id, now=now)
            return _shown(actor, changed)

        return await once(tx, key, 201, set_rate)


def _shown(actor: Actor, one: TaxClass) -> TaxClassResponse:
    return TaxClassResponse(
        code=one.code,
        name_zh=one.name_zh,
        name_en=one.name_en,
        rate_bp=rate_at(one.rates, datetime.now(UTC), own=0),
        rates=[TaxRateResponse(valid_from=rate.since, rate_bp=rate.rate_bp) for rate in one.rates],
        allowed_actions=allowed_actions(ACCESS, actor, ["tax-classes.change"]),
    )
