"""Make tax classes, set their rates, and let products have a rate when its time has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from chassis.errors import NotFound
from services.catalog.commands.products import save
from services.catalog.domain import tax as domain
from services.catalog.domain.tax import EVER, TaxClass, TaxClassExists, TaxRate
from services.catalog.store import products as products_store
from services.catalog.store import tax as store

APPLIED_MAX = 500
"""Products that get another rate in one transaction."""


async def add_tax_class(  # noqa: PLR0913  (what a class is made of)
    tx: Tx, code: str, *, name_zh: str, name_en: str, rate_bp: int, by: UUID, now: datetime
) -> TaxClass:
    """Raises TaxClassExists."""
    await products_store.lock_product_changes(tx)
    fresh = TaxClass(code, name_zh, name_en, (TaxRate(EVER, rate_bp),))
    if not await store.insert_tax_class(tx, fresh, by=by, now=now):
        raise TaxClassExists(code=code)
    return fresh


async def set_tax_rate(tx: Tx, code: str, rate: TaxRate, *, by: UUID, now: datetime) -> TaxClass:
    """Let another rate hold from now or from a later time on; raises NotFound, TaxRateInThePast."""
    await products_store.lock_product_changes(tx)
    known = (await store.tax_classes(tx, [code])).get(code)
    if known is None:
        raise NotFound
    changed = domain.with_rate(known, rate, now)
    await store.put_tax_rate(tx, code, rate, by=by)
    return changed


async def apply_due_rates(tx: Tx, now: datetime) -> int:
    """Give products the rate of their class whose time has come, and tell the other services; the
    number of products, `APPLIED_MAX` at most.
    """
    due = await store.due_tax_classes(tx, now)
    if not due:
        return 0
    await products_store.lock_product_changes(tx)
    code = due[0]
    rates = (await store.tax_classes(tx, [code]))[code].rates
    rate_bp = domain.rate_at(rates, now, own=0)
    behind = await products_store.products_taxed_otherwise(tx, code, rate_bp, limit=APPLIED_MAX)
    await save(tx, [replace(one, tax_rate_bp=rate_bp, version=one.version + 1) for one in behind])
    if len(behind) < APPLIED_MAX:
        await store.mark_applied(tx, code, now)
    return max(len(behind), len(due) - 1)
