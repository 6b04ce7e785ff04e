"""What pricing reads: dealers, articles, published lists and their entries. Takes no locks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from chassis import money
from chassis.db import Reader
from contracts.catalog import ProductStatus
from services.catalog.domain.offers import (
    Article,
    Break,
    Breaks,
    Buyer,
    Entries,
    EntryKey,
    PublishedList,
    Standing,
)
from services.catalog.domain.tax import TaxRate

REMEMBERED_MAX = 200_000


class PublishedEntries:
    """Entries of published versions, remembered by this process.

    A published version never changes (a trigger sees to that), so what was read once stays right,
    also that a version has no entry for a SKU. Whose prices they are is decided before, by the
    lists that are asked for.
    """

    def __init__(self, entries_max: int = REMEMBERED_MAX) -> None:
        self._found: dict[EntryKey, Breaks] = {}
        self._entries_max = entries_max

    async def breaks(self, reader: Reader, keys: Collection[EntryKey]) -> Entries:
        """The breaks at these places; at most one statement, none when all are remembered."""
        known = {key: self._found[key] for key in keys if key in self._found}
        if missing := [key for key in keys if key not in known]:
            read = await _read_breaks(reader, missing)
            if len(self._found) + len(read) > self._entries_max:
                self._found.clear()
            self._found.update(read)
            known.update(read)
        return known


published_entries = PublishedEntries()
"""The one of this process: commands and queries share it."""


async def buyers(reader: Reader, dealer_ids: Collection[UUID]) -> dict[UUID, Buyer]:
    rows = await reader.fetch(
        """
        SELECT dealer_id, tiers, tiers_since, provinces
        FROM dealers
        WHERE dealer_id = ANY($1::uuid[])
        """,
        list(dealer_ids),
    )
    return {
        row["dealer_id"]: Buyer(
            row["dealer_id"],
            tuple(map(Standing, row["tiers_since"], row["tiers"], row["provinces"])),
        )
        for row in rows
    }


async def articles(reader: Reader, skus: Collection[str]) -> dict[str, Article]:
    rows = await reader.fetch(
        """
        SELECT sku, name_zh, unit, tax_rate_bp, status, category, rates, since
        FROM products
        LEFT JOIN (
            SELECT code, array_agg(rate_bp) AS rates, array_agg(valid_from) AS since
            FROM tax_rates
            GROUP BY code
        ) by_class ON code = tax_class
        WHERE sku = ANY($1::text[])
        """,
        list(skus),
    )
    return {
        row["sku"]: Article(
            row["name_zh"],
            row["unit"],
            row["tax_rate_bp"],
            row["status"] == ProductStatus.ACTIVE,
            row["category"],
            tuple(map(TaxRate, row["since"], row["rates"])) if row["rates"] else (),
        )
        for row in rows
    }


async def published_lists(
    reader: Reader, dealer_ids: Collection[UUID], *, since: datetime, until: datetime
) -> list[PublishedList]:
    """Versions that may hold for these dealers at some time between the two, both included.

    Left out are those that a newer version of the same list covers all that time.
    """
    rows = await reader.fetch(
        """
        SELECT price_list_id, v.version, l.code, l.tier, l.province, l.dealer_id, l.currency,
               v.tax_inclusive, v.published_at, v.valid_from, v.valid_to, v.retired_at
        FROM price_list_versions v JOIN price_lists l USING (price_list_id)
        WHERE v.status <> 'DRAFT'
          AND (l.dealer_id IS NULL OR l.dealer_id = ANY($3::uuid[]))
          AND greatest(v.published_at, v.valid_from) <= $2
          AND least(v.valid_to, v.retired_at, 'infinity') > $1
          AND NOT EXISTS (
              SELECT FROM price_list_versions newer
              WHERE newer.price_list_id = v.price_list_id
                AND newer.version > v.version
                AND newer.status <> 'DRAFT'
                AND greatest(newer.published_at, newer.valid_from) <= $1
                AND least(newer.valid_to, newer.retired_at, 'infinity') > $2
          )
        """,
        since,
        until,
        list(dealer_ids),
    )
    return [PublishedList(**row) for row in rows]


async def _read_breaks(reader: Reader, keys: Sequence[EntryKey]) -> dict[EntryKey, Breaks]:
    """The breaks at every one of these places, none where nothing stands."""
    rows = await reader.fetch(
        """
        SELECT price_list_id, version, sku,
               array_agg(min_quantity ORDER BY min_quantity) AS quantities,
               array_agg(unit_price ORDER BY min_quantity) AS prices
        FROM unnest($1::uuid[], $2::int[], $3::text[]) AS asked(price_list_id, version, sku)
        JOIN price_entries USING (price_list_id, version, sku)
        GROUP BY price_list_id, version, sku
        """,
        [key.price_list_id for key in keys],
        [key.version for key in keys],
        [key.sku for key in keys],
    )
    read: dict[EntryKey, Breaks] = dict.fromkeys(keys, ())
    for row in rows:
        key = EntryKey(row["price_list_id"], row["version"], row["sku"])
        read[key] = tuple(map(_break, row["quantities"], row["prices"]))
    return read


def _break(min_quantity: int, unit_price: Decimal) -> Break:
    return Break(min_quantity, f"{unit_price.normalize():f}", money.micros(unit_price))
