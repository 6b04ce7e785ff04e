"""Rules of the discounts of whole orders."""

from __future__ import annotations

from uuid import UUID

from asyncpg import Record

from chassis.db import Tx
from services.catalog.domain.audience import Audience
from services.catalog.domain.discounts import Discount


async def insert_rule(tx: Tx, rule: Discount) -> None:
    await tx.execute(
        """
        INSERT INTO order_discounts (rule_id, tier, province, dealer_id, threshold_minor,
                                     percent_bp, reason, since, created_by, ended_at, ended_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        rule.rule_id,
        rule.audience.tier,
        rule.audience.province,
        rule.audience.dealer_id,
        rule.threshold_minor,
        rule.percent_bp,
        rule.reason,
        rule.since,
        rule.created_by,
        rule.ended_at,
        rule.ended_by,
    )


async def locked_rule(tx: Tx, rule_id: UUID) -> Discount | None:
    """Hold a rule until the transaction ends."""
    row = await tx.fetchrow(
        """
        SELECT rule_id, tier, province, dealer_id, threshold_minor, percent_bp, reason, since,
               created_by, ended_at, ended_by
        FROM order_discounts
        WHERE rule_id = $1
        FOR NO KEY UPDATE
        """,
        rule_id,
    )
    return rule_of(row) if row else None


async def end_rule(tx: Tx, ended: Discount) -> None:
    await tx.execute(
        "UPDATE order_discounts SET ended_at = $2, ended_by = $3 WHERE rule_id = $1",
        ended.rule_id,
        ended.ended_at,
        ended.ended_by,
    )


def rule_of(row: Record) -> Discount:
    return Discount(
        rule_id=row["rule_id"],
        audience=Audience(row["tier"], row["province"], row["dealer_id"]),
        threshold_minor=row["threshold_minor"],
        percent_bp=row["percent_bp"],
        reason=row["reason"],
        since=row["since"],
        created_by=row["created_by"],
        ended_at=row["ended_at"],
        ended_by=row["ended_by"],
    )
