"""Start and end the rules of an order: who may buy what, how much, and what goes off."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from chassis.db import Tx
from chassis.errors import NotFound
from services.catalog.domain import rules as domain
from services.catalog.domain.pricing import UnknownDealer, UnknownSku
from services.catalog.domain.products import UnknownCategory
from services.catalog.domain.rules import R
from services.catalog.store.pricing import buyers
from services.catalog.store.products import categories, known_skus


class RuleStore(Protocol[R]):
    """Where the rules of one kind are kept."""

    async def insert_rule(self, tx: Tx, rule: R, /) -> None: ...
    async def locked_rule(self, tx: Tx, rule_id: UUID, /) -> R | None: ...
    async def end_rule(self, tx: Tx, ended: R, /) -> None: ...


async def start_rule(tx: Tx, store: RuleStore[R], rule: R, now: datetime) -> R:
    """Raises RuleInThePast, UnknownDealer, UnknownSku, UnknownCategory."""
    started = domain.start(rule, now)
    dealer_id = rule.audience.dealer_id
    if dealer_id and dealer_id not in await buyers(tx, [dealer_id]):
        raise UnknownDealer
    if rule.sku and not await known_skus(tx, [rule.sku]):
        raise UnknownSku(skus=[rule.sku])
    if rule.category and rule.category not in await categories(tx):
        raise UnknownCategory(category=rule.category)
    await store.insert_rule(tx, started)
    return started


async def end_rule(tx: Tx, store: RuleStore[R], rule_id: UUID, *, by: UUID, now: datetime) -> R:
    """Raises NotFound."""
    known = await store.locked_rule(tx, rule_id)
    if known is None:
        raise NotFound
    ended = domain.end(known, by=by, now=now)
    if ended != known:
        await store.end_rule(tx, ended)
    return ended
