"""Products and categories, seen with the eyes of a dealer or with all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import PageRequest
from services.catalog.domain import assortments, pricing
from services.catalog.domain.assortments import Assortment, Range
from services.catalog.domain.audience import Audience
from services.catalog.domain.offers import EntryKey
from services.catalog.domain.order_rules import OrderLimits, limits_resolver
from services.catalog.domain.pricing import Step
from services.catalog.domain.products import Product
from services.catalog.schemas.products import CategoryResponse, DealerPrice, PriceStep
from services.catalog.store import pricing as store
from services.catalog.store.held_rules import held_rules
from services.catalog.store.products import product_of, products


async def product(reader: Reader, sku: str) -> Product:
    """One product. Raises NotFound."""
    if found := (await products(reader, [sku])).get(sku):
        return found
    raise NotFound


async def search(
    reader: Reader,
    page: PageRequest,
    *,
    text: str | None,
    category: str | None,
    statuses: Sequence[str],
    assortment: Assortment,
) -> list[Product]:
    """Products of an assortment by SKU, one more than the page; `text` is the start of a SKU or
    barcode, or a part of a name; a category stands for those below it too.
    """
    denied, allowed = assortment.denied, assortment.allowed or Range()
    (after,) = page.key(str)
    rows = await reader.fetch(
        """
        SELECT sku, name_zh, name_en, category, unit, tax_rate_bp, barcode,
               attributes::text AS attributes, status, version, units::text AS units, lot_tracked,
               tax_class
        FROM products
        WHERE ($1::text IS NULL OR sku > $1)
          AND ($2::text IS NULL OR starts_with(upper(sku), upper($2)) OR barcode = $2
               OR strpos(lower(name_zh), lower($2)) > 0 OR strpos(lower(name_en), lower($2)) > 0)
          AND ($3::text IS NULL OR category = $3
               OR category IN (SELECT code FROM categories WHERE parent_code = $3))
          AND status = ANY($4::text[])
          AND NOT (sku = ANY($6::text[]) OR category = ANY($7::text[]))
          AND ($8::boolean OR sku = ANY($9::text[]) OR category = ANY($10::text[]))
        ORDER BY sku
        LIMIT $5
        """,
        after,
        text,
        category,
        list(statuses),
        page.fetch,
        list(denied.skus),
        list(denied.categories),
        assortment.allowed is None,
        list(allowed.skus),
        list(allowed.categories),
    )
    return [product_of(row) for row in rows]


async def products_after(reader: Reader, sku: str | None) -> list[Product]:
    """The next thousand products by SKU, whatever their status."""
    rows = await reader.fetch(
        """
        SELECT sku, name_zh, name_en, category, unit, tax_rate_bp, barcode,
               attributes::text AS attributes, status, version, units::text AS units, lot_tracked,
               tax_class
        FROM products
        WHERE $1::text IS NULL OR sku > $1
        ORDER BY sku
        LIMIT 1000
        """,
        sku,
    )
    return [product_of(row) for row in rows]


async def attribute_names(reader: Reader) -> list[str]:
    """All names of attributes that some product has."""
    rows = await reader.fetch(
        "SELECT DISTINCT jsonb_object_keys(attributes) AS name FROM products ORDER BY name"
    )
    return [row["name"] for row in rows]


@dataclass(frozen=True, slots=True)
class Eyes:
    """With whose eyes the catalogue is seen, and as of when."""

    dealer_id: UUID
    at: datetime
    audiences: tuple[Audience, ...]
    assortment: Assortment
    limits: OrderLimits


async def eyes_of(reader: Reader, dealer_id: UUID, at: datetime) -> Eyes | None:
    """Those of a dealer; None for one that the caller may not see."""
    buyer = (await store.buyers(reader, [dealer_id])).get(dealer_id)
    if buyer is None:
        return None
    rules = await held_rules(reader, [dealer_id], since=at, until=at)
    nearest = buyer.audiences_at(at)
    return Eyes(
        dealer_id,
        at,
        nearest,
        assortments.resolver(rules.assortment)(nearest, at),
        limits_resolver(rules.limits)(nearest, at),
    )


async def prices(reader: Reader, eyes: Eyes, shown: Sequence[Product]) -> dict[str, DealerPrice]:
    """What a dealer pays, by SKU; nothing for what he may not buy."""
    shown = [one for one in shown if eyes.assortment.sells(one.sku, one.category)]
    published = await store.published_lists(reader, [eyes.dealer_id], since=eyes.at, until=eyes.at)
    lists = pricing.resolver(published)(eyes.audiences, eyes.at)
    places = {
        EntryKey(one.price_list_id, one.version, product.sku) for one in lists for product in shown
    }
    breaks = await store.published_entries.breaks(reader, places)
    return {
        product.sku: _dealer_price(steps, product.unit)
        for product in shown
        if (steps := pricing.ladder(product.sku, lists, breaks))
    }


async def categories(reader: Reader) -> list[CategoryResponse]:
    rows = await reader.fetch(
        "SELECT code, name_zh, name_en, parent_code, version FROM categories ORDER BY code"
    )
    return [CategoryResponse(**row) for row in rows]


def _dealer_price(steps: Sequence[Step], unit: str) -> DealerPrice:
    first, *others = [_price_step(step, unit) for step in steps]
    return DealerPrice(
        currency=steps[0].found.currency,
        unit_price=first.unit_price,
        tax_inclusive=first.tax_inclusive,
        min_quantity=first.min_quantity,
        next_break=others[0] if others else None,
        breaks=[first, *others],
    )


def _price_step(step: Step, unit: str) -> PriceStep:
    return PriceStep(
        min_quantity=step.step.min_quantity,
        unit_price=step.step.unit_price,
        tax_inclusive=step.found.tax_inclusive,
        rule=pricing.derivation(step.found, step.step, unit),
    )
