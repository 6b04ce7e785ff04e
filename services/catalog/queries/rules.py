"""Rules of who may buy what, and how much of it at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.db import Reader
from chassis.pages import PageRequest
from services.catalog.domain.assortments import Rule
from services.catalog.domain.discounts import Discount
from services.catalog.domain.order_rules import Rule as OrderRule
from services.catalog.store.assortments import rule_of
from services.catalog.store.discounts import rule_of as discount_of
from services.catalog.store.order_rules import rule_of as order_rule_of


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


async def order_rules(
    reader: Reader,
    page: PageRequest,
    *,
    dealer_id: UUID | None,
    sku: str | None,
    category: str | None,
    ended: bool,
) -> list[OrderRule]:
    """Rules, newest first, one more than the page; those that have ended only with `ended`."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT rule_id, tier, province, dealer_id, category, sku, minimum, multiple, maximum,
               order_minimum_minor, reason, since, created_by, ended_at, ended_by
        FROM order_rules
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
    return [order_rule_of(row) for row in rows]


async def discounts(
    reader: Reader, page: PageRequest, *, dealer_id: UUID | None, over_since: datetime | None
) -> list[Discount]:
    """Rules, newest first, one more than the page; without those that were over by `over_since`."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        SELECT rule_id, tier, province, dealer_id, threshold_minor, percent_bp, reason, since,
               created_by, ended_at, ended_by
        FROM order_discounts
        WHERE ($1::uuid IS NULL OR rule_id < $1)
          AND ($2::uuid IS NULL OR dealer_id = $2)
          AND ($3::timestamptz IS NULL OR ended_at IS NULL OR ended_at > $3)
        ORDER BY rule_id DESC
        LIMIT $4
        """,
        before,
        dealer_id,
        over_since,
        page.fetch,
    )
    return [discount_of(row) for row in rows]
