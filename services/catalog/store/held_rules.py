"""The rules that an order is judged by: who may buy what, how much of it, and what goes off."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from chassis.db import Reader
from services.catalog.domain.assortments import Effect, HeldRule
from services.catalog.domain.audience import Audience
from services.catalog.domain.discounts import HeldDiscount
from services.catalog.domain.order_rules import HeldLimits, Limits


class HeldRules(NamedTuple):
    """Rules of all kinds."""

    assortment: list[HeldRule]
    limits: list[HeldLimits]
    discounts: list[HeldDiscount]


async def held_rules(
    reader: Reader, dealer_ids: Collection[UUID], *, since: datetime, until: datetime
) -> HeldRules:
    """The rules that may hold for these dealers at some time between the two, both included.

    One statement for all kinds: it stands on the way of every order.
    """
    rows = await reader.fetch(
        """
        SELECT effect, tier, province, dealer_id, sku,
               ARRAY(SELECT code FROM categories c WHERE r.category IN (c.code, c.parent_code))
                   AS categories,
               since, ended_at, minimum, multiple, maximum, order_minimum_minor, threshold_minor,
               percent_bp
        FROM (
            SELECT effect, tier, province, dealer_id, category, sku, since, ended_at,
                   NULL::bigint AS minimum, NULL::bigint AS multiple, NULL::bigint AS maximum,
                   NULL::bigint AS order_minimum_minor, NULL::bigint AS threshold_minor,
                   NULL::int AS percent_bp
            FROM assortment_rules
            UNION ALL
            SELECT NULL, tier, province, dealer_id, category, sku, since, ended_at,
                   minimum, multiple, maximum, order_minimum_minor, NULL, NULL
            FROM order_rules
            UNION ALL
            SELECT NULL, tier, province, dealer_id, NULL, NULL, since, ended_at,
                   NULL, NULL, NULL, NULL, threshold_minor, percent_bp
            FROM order_discounts
        ) r
        WHERE (dealer_id IS NULL OR dealer_id = ANY($1::uuid[]))
          AND since <= $3
          AND (ended_at IS NULL OR ended_at > $2)
        """,
        list(dealer_ids),
        since,
        until,
    )
    return HeldRules(
        [_assortment_rule(row) for row in rows if row["effect"]],
        [_limits(row) for row in rows if not row["effect"] and not row["percent_bp"]],
        [_discount(row) for row in rows if row["percent_bp"]],
    )


def _assortment_rule(row: Record) -> HeldRule:
    return HeldRule(
        Effect(row["effect"]),
        Audience(row["tier"], row["province"], row["dealer_id"]),
        row["sku"],
        frozenset(row["categories"]),
        row["since"],
        row["ended_at"],
    )


def _limits(row: Record) -> HeldLimits:
    return HeldLimits(
        Audience(row["tier"], row["province"], row["dealer_id"]),
        row["sku"],
        frozenset(row["categories"]),
        row["since"],
        row["ended_at"],
        Limits(row["minimum"], row["multiple"], row["maximum"], row["order_minimum_minor"]),
    )


def _discount(row: Record) -> HeldDiscount:
    return HeldDiscount(
        Audience(row["tier"], row["province"], row["dealer_id"]),
        row["since"],
        row["ended_at"],
        row["threshold_minor"],
        row["percent_bp"],
    )
