"""Start and end the rules of who may buy what."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from chassis.errors import NotFound
from services.catalog.domain import assortments as domain
from services.catalog.domain.assortments import Rule
from services.catalog.domain.audience import Audience
from services.catalog.domain.pricing import UnknownDealer, UnknownSku
from services.catalog.domain.products import UnknownCategory
from services.catalog.store import assortments as store
from services.catalog.store.pricing import buyers
from services.catalog.store.products import categories, known_skus


async def start_rule(tx: Tx, rule: Rule, now: datetime) -> Rule:
    """Raises RuleInThePast, UnknownDealer, UnknownSku, UnknownCategory."""
    started = domain.start(rule, now)
    await check_named(tx, rule.audience, rule.sku, rule.category)
    await store.insert_rule(tx, started)
    return started


async def end_rule(tx: Tx, rule_id: UUID, *, by: UUID, now: datetime) -> Rule:
    """Raises NotFound."""
    known = await store.locked_rule(tx, rule_id)
    if known is None:
        raise NotFound
    ended = domain.end(known, by=by, now=now)
    if ended != known:
        await store.end_rule(tx, ended)
    return ended


async def check_named(tx: Tx, audience: Audience, sku: str | None, category: str | None) -> None:
    """Whether what a rule names is there; raises UnknownDealer, UnknownSku, UnknownCategory."""
    dealer_id = audience.dealer_id
    if dealer_id and dealer_id not in await buyers(tx, [dealer_id]):
        raise UnknownDealer
    if sku and not await known_skus(tx, [sku]):
        raise UnknownSku(skus=[sku])
    if category and category not in await categories(tx):
        raise UnknownCategory(category=category)
