"""Products, price lists and asks of catalog; a test states only what it is about."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from chassis import money
from chassis.ids import uuid7
from contracts.catalog import LineAsk, PriceOrder, ProductStatus
from services.catalog.domain import assortments
from services.catalog.domain.assortments import HeldRule
from services.catalog.domain.audience import EVERYBODY, Audience
from services.catalog.domain.discounts import HeldDiscount, discounts_resolver
from services.catalog.domain.offers import (
    Article,
    Break,
    Buyer,
    EntryKey,
    PublishedList,
    Standing,
)
from services.catalog.domain.order_rules import HeldLimits, Limits, limits_resolver
from services.catalog.domain.price_lists import (
    Entry,
    ListVersion,
    PriceList,
    VersionStatus,
    Window,
)
from services.catalog.domain.pricing import Knowledge, PricingAsk, resolver
from services.catalog.domain.products import Product

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def a_product(sku="SKU-1", **facts):
    given = {
        "name_zh": "不锈钢螺丝",
        "name_en": "Steel screw",
        "category": "WJ",
        "unit": "件",
        "tax_rate_bp": 1_300,
        "barcode": None,
        "attributes": {},
        "status": ProductStatus.ACTIVE,
    }
    return Product(sku=sku, **given | facts)


def a_product_row(sku="SKU-1", **facts):
    return {"sku": sku, "name_zh": "不锈钢螺丝", "category": "WJ"} | facts


def an_article(**facts):
    given = {"name": "螺丝", "unit": "件", "tax_rate_bp": 1_300, "for_sale": True}
    return Article(**given | facts)


def a_published_list(tier="CITY", **facts):
    given = {
        "price_list_id": uuid7(),
        "version": 1,
        "code": "CITY-2026",
        "currency": "CNY",
        "tax_inclusive": True,
        "published_at": NOON - DAY,
        "valid_from": NOON - DAY,
        "valid_to": None,
        "retired_at": None,
    }
    return PublishedList(tier=tier, **given | facts)


def breaks(**prices):
    """`breaks(from_1="10", from_12="9.5")`."""
    return tuple(
        Break(int(name.removeprefix("from_")), price, money.micros(Decimal(price)))
        for name, price in prices.items()
    )


def knowledge(  # noqa: PLR0913  (what pricing must know)
    dealer_id,
    *lists,
    entries,
    articles=None,
    tiers=((NOON - 9 * DAY, "CITY"),),
    rules=(),
    limits=(),
    discounts=(),
):
    """`entries`: breaks by list and SKU."""
    found = {
        EntryKey(one.price_list_id, one.version, sku): steps
        for one, skus in entries
        for sku, steps in skus.items()
    }
    skus = {key.sku for key in found}
    return Knowledge(
        {dealer_id: Buyer(dealer_id, tuple(Standing(*tier) for tier in tiers))},
        articles if articles is not None else {sku: an_article() for sku in skus},
        resolver(lists),
        found,
        assortments.resolver(rules),
        limits_resolver(limits),
        discounts_resolver(discounts),
    )


def a_held_rule(effect, audience=EVERYBODY, **facts):
    given = {"sku": None, "categories": frozenset(), "since": NOON - DAY, "ended_at": None}
    given |= facts
    return HeldRule(effect, audience, **given | {"categories": frozenset(given["categories"])})


def held_limits(audience=EVERYBODY, **facts):
    """`held_limits(sku="A", minimum=12)`: what is no limit says what the rule is about."""
    about = {"sku": None, "categories": frozenset(), "since": NOON - DAY, "ended_at": None}
    given = {name: facts.pop(name, usual) for name, usual in about.items()}
    return HeldLimits(audience, limits=Limits(**facts), **given)


def a_held_discount(audience=EVERYBODY, **facts):
    """10 % from 300.00 on."""
    given = {"since": NOON - DAY, "ended_at": None, "threshold_minor": 300_00, "percent_bp": 1_000}
    return HeldDiscount(audience, **given | facts)


def line_asks(quantities):
    return tuple(
        LineAsk(line_no=place, sku=sku, quantity=quantity)
        for place, (sku, quantity) in enumerate(quantities.items(), start=1)
    )


def an_ask(dealer_id, at=NOON, **quantities):
    """`an_ask(dealer, A=5)`."""
    return PricingAsk(dealer_id, at, line_asks(quantities))


def a_price_order(dealer_id, at=NOON, **quantities):
    return PriceOrder(order_id=uuid7(), dealer_id=dealer_id, at=at, lines=line_asks(quantities))


def a_price_list(tier="CITY", **facts):
    """A new list with a draft that holds from yesterday on."""
    window = Window(facts.pop("valid_from", datetime.now(UTC) - DAY), facts.pop("valid_to", None))
    draft = ListVersion(
        1,
        VersionStatus.DRAFT,
        facts.pop("tax_inclusive", True),
        window,
        facts.pop("drafted_by", uuid4()),
    )
    given = {"code": f"L-{uuid4().hex[:8]}", "name": "地市代理价目表"}
    audience = Audience(tier, facts.pop("province", None), facts.pop("dealer_id", None))
    return PriceList(uuid7(), audience=audience, revision=1, newest=draft, **given | facts)


def entries(**prices):
    """`entries(A="10", B="2.5")`: from one piece on."""
    return [Entry(sku, 1, Decimal(price)) for sku, price in prices.items()]
