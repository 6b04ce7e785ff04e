"""Price lists, their versions and prices."""

from __future__ import annotations

from uuid import UUID

from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.catalog.schemas.price_lists import (
    EntryResponse,
    PriceListResponse,
    PriceListSummary,
    PriceListVersionResponse,
)


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


async def entries(
    reader: Reader, page: PageRequest, price_list_id: UUID, version: int
) -> Page[EntryResponse]:
    """The prices of one version, by SKU and quantity."""
    place = page.key(str, int)
    found = await entries_after(reader, price_list_id, version, place, limit=page.fetch)
    return Page[EntryResponse].of(found, page, key=lambda one: (one.sku, one.min_quantity))
