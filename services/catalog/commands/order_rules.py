"""Start and end the rules of how much may be ordered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from chassis.errors import NotFound
from services.catalog.commands.assortments import check_named
from services.catalog.domain import order_rules as domain
from services.catalog.domain.order_rules import Rule
from services.catalog.store import order_rules as store


async def start_rule(tx: Tx, rule: Rule, now: datetime) -> Rule:
    """Raises OrderRuleInThePast, UnknownDealer, UnknownSku, UnknownCategory."""
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
