"""Rules of how much may be ordered."""

from __future__ import annotations

from uuid import UUID

from asyncpg import Record

from chassis.db import Tx
from services.catalog.domain.audience import Audience
from services.catalog.domain.order_rules import Limits, Rule


async def insert_rule(tx: Tx, rule: Rule) -> None:
    await tx.execute(
        """
        INSERT INTO order_rules (rule_id, tier, province, dealer_id, category, sku, minimum,
                                 multiple, maximum, order_minimum_minor, reason, since, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """,
        rule.rule_id,
        rule.audience.tier,
        rule.audience.province,
        rule.audience.dealer_id,
        rule.category,
        rule.sku,
        rule.limits.minimum,
        rule.limits.multiple,
        rule.limits.maximum,
        rule.limits.order_minimum_minor,
        rule.reason,
        rule.since,
        rule.created_by,
    )


async def locked_rule(tx: Tx, rule_id: UUID) -> Rule | None:
    """Hold a rule until the transaction ends."""
    row = await tx.fetchrow(
        """
        SELECT rule_id, tier, province, dealer_id, category, sku, minimum, multiple, maximum,
               order_minimum_minor, reason, since, created_by, ended_at, ended_by
        FROM order_rules
        WHERE rule_id = $1
        FOR NO KEY UPDATE
        """,
        rule_id,
    )
    return rule_of(row) if row else None


async def end_rule(tx: Tx, ended: Rule) -> None:
    await tx.execute(
        "UPDATE order_rules SET ended_at = $2, ended_by = $3 WHERE rule_id = $1",
        ended.rule_id,
        ended.ended_at,
        ended.ended_by,
    )


def rule_of(row: Record) -> Rule:
    return Rule(
        rule_id=row["rule_id"],
        audience=Audience(row["tier"], row["province"], row["dealer_id"]),
        sku=row["sku"],
        category=row["category"],
        limits=Limits(row["minimum"], row["multiple"], row["maximum"], row["order_minimum_minor"]),
        reason=row["reason"],
        since=row["since"],
        created_by=row["created_by"],
        ended_at=row["ended_at"],
        ended_by=row["ended_by"],
    )
