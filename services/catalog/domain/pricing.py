"""The price engine: for each line of a batch the one list, version and quantity break that holds.

Of a price list the newest published version counts whose window covers the time asked about. A list
for the dealer himself goes before one for his tier in his province, that before one for his tier,
that before one for everybody. Among equally near ones that name a SKU, the list that was published
last wins: a short list for a season overrides the general one for what it names, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from chassis import money
from chassis.errors import DomainError
from contracts.catalog import LineAsk, PricedLine
from services.catalog.domain.assortments import (
    EVERYTHING,
    AssortmentAt,
    NotInAssortment,
    all_sold,
)
from services.catalog.domain.audience import Audience
from services.catalog.domain.discounts import (
    DiscountsAt,
    none_given,
    reached,
    reduced,
)
from services.catalog.domain.offers import (
    Article,
    Break,
    Buyer,
    Entries,
    EntryKey,
    PublishedList,
)
from services.catalog.domain.order_rules import (
    NO_LIMITS,
    LimitsAt,
    OrderLimits,
    OrderRuleBroken,
    broken,
    unlimited,
)
from services.catalog.domain.tax import next_change


class UnknownSku(DomainError):
    """There is no product with this SKU.

    zh: 商品编码不存在。
    请核对 skus 中的编码。

    Check the codes in `skus`.
    """

    status = 422


class NotForSale(DomainError):
    """A product is not for sale now.

    zh: 商品当前不可销售。
    请从订单中移除 skus 中的商品。

    Take the products in `skus` off the order.
    """


class NoPrice(DomainError):
    """A product has no price for this dealer and quantity.

    zh: 商品没有适用于该经销商及数量的价格。
    请检查起订量，或联系业务员维护价格。

    Mind the least quantity, or ask the salesperson for a price.
    """


class UnknownDealer(DomainError):
    """This dealer is not known.

    zh: 经销商不存在。
    """

    status = 404


@dataclass(frozen=True, slots=True)
class PricingAsk:
    """Price these lines for this dealer as of this time."""

    dealer_id: UUID
    at: datetime
    lines: Sequence[LineAsk]
    partial: bool = False
    beside: Sequence[LineAsk] = ()
    """Of the same order: they count towards its discount, and get no price here."""
    """The order has other lines, too: what an order must come to is no question of these."""


LINE_MINOR_MAX = 10**15
"""What a line may come to; beyond it is a slip of the finger, and no column to hold it."""

ListsAt = Callable[[tuple[Audience, ...], datetime], Sequence[PublishedList]]
"""The lists that may price something for these audiences at a time, the strongest first."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a batch of asks is priced from."""

    buyers: Mapping[UUID, Buyer]
    articles: Mapping[str, Article]
    lists_at: ListsAt
    entries: Entries
    assortment_at: AssortmentAt = all_sold
    limits_at: LimitsAt = unlimited
    discounts_at: DiscountsAt = none_given


@dataclass(frozen=True, slots=True)
class Priced:
    """Every line of an ask with its price."""

    lines: tuple[PricedLine, ...]
    currency: str
    taxed_until: datetime | None = None
    """When the tax of a line changes, as far as is known: what is ordered then is taxed anew."""

    @property
    def total_minor(self) -> int:
        return sum(line.gross_minor for line in self.lines)


def resolver(lists: Sequence[PublishedList]) -> ListsAt:
    """Look up lists by audiences and time; each pair is worked out once."""
    by_audience: dict[Audience, list[PublishedList]] = {}
    for one in lists:
        by_audience.setdefault(one.audience, []).append(one)
    return cache(
        lambda nearest, at: [
            one
            for audience in nearest
            if audience in by_audience
            for one in _lists_at(by_audience[audience], at)
        ]
    )


def wanted_entries(
    asks: Sequence[PricingAsk], buyers: Mapping[UUID, Buyer], lists_at: ListsAt
) -> set[EntryKey]:
    """All places where a price for one of these lines may stand."""
    return {
        EntryKey(one.price_list_id, one.version, line.sku)
        for ask in asks
        if (buyer := buyers.get(ask.dealer_id))
        for one in lists_at(buyer.audiences_at(ask.at), ask.at)
        for line in (*ask.lines, *ask.beside)
    }


def price(asks: Sequence[PricingAsk], known: Knowledge) -> list[Priced | DomainError]:
    """Per ask its priced lines, or the reason why it has none: one of those of `_price`."""
    return [_price(ask, known) for ask in asks]


def price_of(
    sku: str, quantity: int, lists: Sequence[PublishedList], entries: Entries
) -> tuple[PublishedList, Break] | None:
    """The list and the break that price a SKU: of the first list that sells so few of it."""
    for one in lists:
        breaks = entries.get(EntryKey(one.price_list_id, one.version, sku), ())
        reached = [step for step in breaks if step.min_quantity <= quantity]
        if reached and money.line_minor(reached[-1].unit_price_micros, quantity) <= LINE_MINOR_MAX:
            return one, reached[-1]
    return None


@dataclass(frozen=True, slots=True)
class Step:
    """One break of what a dealer pays, whichever list it comes from."""

    found: PublishedList
    step: Break

    @property
    def price(self) -> tuple[str, bool]:
        """The unit price, and whether it contains the tax."""
        return self.step.unit_price, self.found.tax_inclusive


def ladder(sku: str, lists: Sequence[PublishedList], entries: Entries) -> list[Step]:
    """Every quantity from which a dealer pays another price, ascending, as `price` would say."""
    quantities = {
        step.min_quantity
        for one in lists
        for step in entries.get(EntryKey(one.price_list_id, one.version, sku), ())
    }
    steps: list[Step] = []
    for quantity in sorted(quantities):
        hit = price_of(sku, quantity, lists, entries)
        if hit and (not steps or Step(*hit).price != steps[-1].price):
            steps.append(Step(*hit))
    return steps


def derivation(found: PublishedList, step: Break, unit: str) -> str:
    """Why this price, in words."""
    tax = "含税" if found.tax_inclusive else "未税"
    named = f"价目表 {found.code}{found.audience.words} 第 {found.version} 版"
    return f"{named}，{step.min_quantity} {unit}起，{tax}"


def _lists_at(lists: Sequence[PublishedList], at: datetime) -> list[PublishedList]:
    newest: dict[UUID, PublishedList] = {}
    for candidate in lists:
        if not candidate.covers(at):
            continue
        known = newest.get(candidate.price_list_id)
        if known is None or candidate.version > known.version:
            newest[candidate.price_list_id] = candidate
    return sorted(
        newest.values(), key=lambda one: (one.published_at, one.price_list_id), reverse=True
    )


def _price(ask: PricingAsk, known: Knowledge) -> Priced | DomainError:
    """The lines, or UnknownDealer, UnknownSku, NotForSale, NotInAssortment, NoPrice,
    OrderRuleBroken.
    """
    buyer = known.buyers.get(ask.dealer_id)
    if buyer is None:
        return UnknownDealer()
    nearest = buyer.audiences_at(ask.at)
    if fault := _unsaleable(ask, known, nearest):
        return fault
    lists = known.lists_at(nearest, ask.at)
    found = [price_of(line.sku, line.quantity, lists, known.entries) for line in ask.lines]
    if missing := {line.sku for line, hit in zip(ask.lines, found, strict=True) if hit is None}:
        return NoPrice(skus=sorted(missing))
    lines = tuple(
        _priced(line, known.articles[line.sku], ask.at, *hit)
        for line, hit in zip(ask.lines, found, strict=True)
        if hit
    )
    if discounts := known.discounts_at(nearest, ask.at):
        whole = sum(line.gross_minor for line in lines) + _beside_minor(ask, known, lists)
        if discount := reached(discounts, whole):
            lines = reduced(discount, lines, [hit[0].tax_inclusive for hit in found if hit])
    rates = (rate for line in lines for rate in known.articles[line.sku].rates)
    priced = Priced(lines, lists[0].currency, next_change(rates, ask.at))
    limits = known.limits_at(nearest, ask.at)
    return _outside_limits(priced, known, limits, partial=ask.partial) or priced


def _beside_minor(ask: PricingAsk, known: Knowledge, lists: Sequence[PublishedList]) -> int:
    """What the other lines of the order come to without its discount, where they have a price."""
    hits = [(line, price_of(line.sku, line.quantity, lists, known.entries)) for line in ask.beside]
    return sum(
        _priced(line, known.articles[line.sku], ask.at, *hit).gross_minor
        for line, hit in hits
        if hit
    )


def _unsaleable(
    ask: PricingAsk, known: Knowledge, nearest: tuple[Audience, ...]
) -> DomainError | None:
    articles = known.articles
    if unknown := {line.sku for line in ask.lines} - articles.keys():
        return UnknownSku(skus=sorted(unknown))
    if idle := {line.sku for line in ask.lines if not articles[line.sku].for_sale}:
        return NotForSale(skus=sorted(idle))
    assortment = known.assortment_at(nearest, ask.at)
    if assortment is EVERYTHING:
        return None
    skus = {line.sku for line in ask.lines}
    outside = [sku for sku in skus if not assortment.sells(sku, articles[sku].category)]
    return NotInAssortment(skus=sorted(outside)) if outside else None


def _outside_limits(
    priced: Priced, known: Knowledge, limits: OrderLimits, *, partial: bool
) -> OrderRuleBroken | None:
    if limits is NO_LIMITS:
        return None
    categories = {line.sku: known.articles[line.sku].category for line in priced.lines}
    faults = broken(limits, priced.lines, categories, partial=partial)
    return OrderRuleBroken(faults=faults) if faults else None


def _priced(
    line: LineAsk, article: Article, at: datetime, found: PublishedList, step: Break
) -> PricedLine:
    tax_rate_bp = article.tax_rate_at(at)
    amounts = money.amounts(
        money.line_minor(step.unit_price_micros, line.quantity),
        tax_rate_bp,
        tax_inclusive=found.tax_inclusive,
    )
    return PricedLine(
        line_no=line.line_no,
        sku=line.sku,
        name=article.name,
        unit=article.unit,
        quantity=line.quantity,
        unit_price=step.unit_price,
        tax_rate_bp=tax_rate_bp,
        net_minor=amounts.net_minor,
        tax_minor=amounts.tax_minor,
        gross_minor=amounts.gross_minor,
        price_list_id=found.price_list_id,
        price_list_version=found.version,
        rule=derivation(found, step, article.unit),
    )
