"""Price orders and quotes: the same engine, from messages and from HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chassis import outbox
from chassis.db import Reader, Tx
from chassis.errors import DomainError
from chassis.ids import uuid7
from contracts.catalog import OrderPriced, PriceOrder, PricingRefused
from contracts.message import OrderReply
from contracts.quotes import Quote
from services.catalog.domain import assortments
from services.catalog.domain import pricing as domain
from services.catalog.domain.discounts import discounts_resolver
from services.catalog.domain.order_rules import OrderRuleBroken, limits_resolver
from services.catalog.domain.pricing import Knowledge, Priced, PricingAsk
from services.catalog.domain.units import Wanted, base_lines
from services.catalog.store import pricing as store
from services.catalog.store.held_rules import held_rules
from services.catalog.store.products import units_of


async def price_orders(tx: Tx, asks: Sequence[PriceOrder]) -> None:
    """Price a batch of orders or of their amendments, each as of the time it was asked for."""
    outcomes = await price(
        tx,
        [
            PricingAsk(
                ask.dealer_id, ask.at, ask.lines, partial=ask.amendment > 0, beside=ask.beside
            )
            for ask in asks
        ],
    )
    await outbox.add(tx, [_reply(ask, out) for ask, out in zip(asks, outcomes, strict=True)])


async def price(reader: Reader, asks: Sequence[PricingAsk]) -> list[Priced | DomainError]:
    """Per ask its priced lines, or why it has none, as `domain.price` says."""
    dealer_ids = {ask.dealer_id for ask in asks}
    buyers = await store.buyers(reader, dealer_ids)
    lines = (line for ask in asks for line in (*ask.lines, *ask.beside))
    articles = await store.articles(reader, {line.sku for line in lines})
    times = [ask.at for ask in asks]
    since, until = min(times), max(times)
    rules = await held_rules(reader, dealer_ids, since=since, until=until)
    lists_at = domain.resolver(
        await store.published_lists(reader, dealer_ids, since=since, until=until)
    )
    places = domain.wanted_entries(asks, buyers, lists_at)
    entries = await store.published_entries.breaks(reader, places)
    known = Knowledge(
        buyers,
        articles,
        lists_at,
        entries,
        assortments.resolver(rules.assortment),
        limits_resolver(rules.limits),
        discounts_resolver(rules.discounts),
    )
    return domain.price(asks, known)


async def quote(
    reader: Reader, dealer_id: UUID, wanted: Sequence[Wanted], *, at: datetime, lifetime: timedelta
) -> Quote:
    """Promise these prices to a dealer for a while, and not beyond a change of their tax.

    Raises UnknownUnit, BrokenQuantity, and what `price` returns.
    """
    in_units = {line.sku for line in wanted if line.unit}
    lines = base_lines(wanted, await units_of(reader, in_units) if in_units else {})
    [outcome] = await price(reader, [PricingAsk(dealer_id, at, lines)])
    if isinstance(outcome, DomainError):
        raise outcome
    return Quote(
        quote_id=uuid7(),
        dealer_id=dealer_id,
        priced_at=at,
        expires_at=min(at + lifetime, outcome.taxed_until or at + lifetime),
        currency=outcome.currency,
        lines=outcome.lines,
        total_minor=outcome.total_minor,
    )


def _reply(ask: PriceOrder, outcome: Priced | DomainError) -> OrderReply:
    if isinstance(outcome, Priced):
        return OrderPriced(
            order_id=ask.order_id,
            lines=outcome.lines,
            currency=outcome.currency,
            total_minor=outcome.total_minor,
            amendment=ask.amendment,
        )
    return PricingRefused(
        order_id=ask.order_id,
        reason=outcome.slug,
        skus=outcome.facts.get("skus", ()),
        faults=outcome.faults if isinstance(outcome, OrderRuleBroken) else (),
        amendment=ask.amendment,
    )
