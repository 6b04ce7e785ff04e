"""What catalog can be asked to show; row-level security leaves what the caller may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.catalog.domain import assortments, pricing
from services.catalog.domain.assortments import Assortment, Range, Rule
from services.catalog.domain.audience import Audience
from services.catalog.domain.pricing import Step
from services.catalog.domain.products import Product
from services.catalog.schemas import (
    CategoryResponse,
    DealerPrice,
    EntryResponse,
    PriceListResponse,
    PriceListSummary,
    PriceListVersionResponse,
    PriceStep,
)
from services.catalog.store import pricing as store
from services.catalog.store.assortments import held_rules, rule_of
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
               attributes::text AS attributes, status, version
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
               attributes::text AS attributes, status, version
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


async def eyes_of(reader: Reader, dealer_id: UUID, at: datetime) -> Eyes | None:
    """Those of a dealer; None for one that the caller may not see."""
    buyer = (await store.buyers(reader, [dealer_id])).get(dealer_id)
    if buyer is None:
        return None
    rules = await held_rules(reader, [dealer_id], since=at, until=at)
    nearest = buyer.audiences_at(at)
    return Eyes(dealer_id, at, nearest, assortments.resolver(rules)(nearest, at))


async def prices(reader: Reader, eyes: Eyes, shown: Sequence[Product]) -> dict[str, DealerPrice]:
    """What a dealer pays, by SKU; nothing for what he may not buy."""
    shown = [one for one in shown if eyes.assortment.sells(one.sku, one.category)]
    published = await store.published_lists(reader, [eyes.dealer_id], since=eyes.at, until=eyes.at)
    lists = pricing.resolver(published)(eyes.audiences, eyes.at)
    places = {
        pricing.EntryKey(one.price_list_id, one.version, product.sku)
        for one in lists
        for product in shown
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


async def price_lists(
    reader: Reader, page: PageRequest, *, tier: str | None, dealer_id: UUID | None
) -> Page[PriceListSummary]:
    """Lists by code, each with the newest version that the caller may see."""
    (after,) = page.key(str)
    rows = await reader.fetch(
        """
        SELECT l.price_list_id, l.code, l.name, l.tier, l.province, l.dealer_id, l.currency,
               l.revision, v.version, v.status, v.valid_from, v.valid_to
        FROM price_lists l
        CROSS JOIN LATERAL (
            SELECT version, status, valid_from, valid_to
            FROM price_list_versions
            WHERE price_list_id = l.price_list_id
            ORDER BY version DESC
            LIMIT 1
        ) v
        WHERE ($1::text IS NULL OR l.code > $1) AND ($2::text IS NULL OR l.tier = $2)
          AND ($3::uuid IS NULL OR l.dealer_id = $3)
        ORDER BY l.code
        LIMIT $4
        """,
        after,
        tier,
        dealer_id,
        page.fetch,
    )
    found = [PriceListSummary(**row) for row in rows]
    return Page[PriceListSummary].of(found, page, key=lambda one: (one.code,))


async def price_list(reader: Reader, price_list_id: UUID) -> PriceListResponse:
    """A list with its versions, newest first, and no allowed actions yet. Raises NotFound."""
    head = await reader.fetchrow(
        """
        SELECT price_list_id, code, name, tier, province, dealer_id, currency, revision
        FROM price_lists
        WHERE price_list_id = $1
        """,
        price_list_id,
    )
    if head is None:
        raise NotFound
    rows = await reader.fetch(
        """
        SELECT v.version, v.status, v.tax_inclusive, v.valid_from, v.valid_to, v.published_at,
               v.retired_at,
               (SELECT count(*) FROM price_entries e
                 WHERE e.price_list_id = v.price_list_id AND e.version = v.version) AS entries
        FROM price_list_versions v
        WHERE v.price_list_id = $1
        ORDER BY v.version DESC
        """,
        price_list_id,
    )
    versions = [PriceListVersionResponse(**row) for row in rows]
    return PriceListResponse(**head, versions=versions, allowed_actions=[])


async def entries_after(
    reader: Reader,
    price_list_id: UUID,
    version: int,
    place: tuple[str | None, int | None],
    *,
    limit: int = 1_000,
) -> list[EntryResponse]:
    """The next prices of a version, by SKU and quantity."""
    sku, min_quantity = place
    rows = await reader.fetch(
        """
        SELECT e.sku, p.name_zh, e.min_quantity, trim_scale(e.unit_price)::text AS unit_price
        FROM price_entries e JOIN products p USING (sku)
        WHERE e.price_list_id = $1 AND e.version = $2
          AND ($3::text IS NULL OR (e.sku, e.min_quantity) > ($3, $4::bigint))
        ORDER BY e.sku, e.min_quantity
        LIMIT $5
        """,
        price_list_id,
        version,
        sku,
        min_quantity,
        limit,
    )
    return [EntryResponse(**row) for row in rows]


async def assortment_rules(
    reader: Reader,
    page: PageRequest,
    *,
    dealer_id: UUID | None,
    sku: str | None,
    category: str | None,
    ended: bool,
) -> list[Rule]:
    """Rules, newest first, one more than the page; those that have ended only with `ended`."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT rule_id, effect, tier, province, dealer_id, category, sku, reason, since, created_by,
               ended_at, ended_by
        FROM assortment_rules
        WHERE ($1::uuid IS NULL OR rule_id < $1)
          AND ($2::uuid IS NULL OR dealer_id = $2)
          AND ($3::text IS NULL OR sku = $3)
          AND ($4::text IS NULL OR category = $4)
          AND ($5::boolean OR ended_at IS NULL)
        ORDER BY rule_id DESC
        LIMIT $6
        """,
        before,
        dealer_id,
        sku,
        category,
        ended,
        page.fetch,
    )
    return [rule_of(row) for row in rows]


async def entries(
    reader: Reader, page: PageRequest, price_list_id: UUID, version: int
) -> Page[EntryResponse]:
    """The prices of one version, by SKU and quantity."""
    place = page.key(str, int)
    found = await entries_after(reader, price_list_id, version, place, limit=page.fetch)
    return Page[EntryResponse].of(found, page, key=lambda one: (one.sku, one.min_quantity))


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
