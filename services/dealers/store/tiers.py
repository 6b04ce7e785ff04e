"""What holds for the tiers: on which terms a new dealer of each buys."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chassis.db import Reader, Tx
from contracts.dealers import Terms
from services.dealers.domain.dealers import Tier
from services.dealers.domain.tiers import Policies, Policy


async def policies(reader: Reader) -> Policies:
    """Those that were set, by tier."""
    rows = await reader.fetch(
        "SELECT tier, terms::text AS terms, credit_limit_minor, version FROM tier_policies"
    )
    return {
        Tier(row["tier"]): Policy(
            Terms.model_validate_json(row["terms"]), row["credit_limit_minor"], row["version"]
        )
        for row in rows
    }


async def lock_policies(tx: Tx) -> Policies:
    """The same, and nobody else sets one until the transaction ends."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('tier policies', 0))")
    return await policies(tx)


async def save_policy(tx: Tx, tier: Tier, policy: Policy, *, by: UUID, now: datetime) -> None:
    await tx.execute(
        """
        INSERT INTO tier_policies (tier, terms, credit_limit_minor, version, set_by, set_at)
        VALUES ($1, $2::jsonb, $3, $4, $5, $6)
        ON CONFLICT (tier) DO UPDATE
        SET terms = excluded.terms, credit_limit_minor = excluded.credit_limit_minor,
            version = excluded.version, set_by = excluded.set_by, set_at = excluded.set_at
        """,
        tier,
        policy.terms.model_dump_json(),
        policy.credit_limit_minor,
        policy.version,
        by,
        now,
    )
