"""The projection of dealers: who buys at which tier, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chassis.db import Tx
from contracts.dealers import DealerState


async def keep_dealers(tx: Tx, states: Sequence[tuple[DealerState, datetime]]) -> None:
    """Keep the newest state of each dealer, and from when another tier or province holds."""
    await tx.execute(
        """
        INSERT INTO dealers AS d (dealer_id, version, salesperson_id, tier, province,
                                  tiers, provinces, tiers_since)
        SELECT dealer_id, version, salesperson_id, tier, province,
               ARRAY[tier], ARRAY[province], ARRAY[since]
        FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[])
             AS new(dealer_id, version, salesperson_id, tier, province, since)
        ON CONFLICT (dealer_id) DO UPDATE
        SET version = excluded.version,
            salesperson_id = excluded.salesperson_id,
            tier = excluded.tier,
            province = excluded.province,
            tiers = CASE WHEN (d.tier, d.province) = (excluded.tier, excluded.province)
                         THEN d.tiers ELSE d.tiers || excluded.tiers END,
            provinces = CASE WHEN (d.tier, d.province) = (excluded.tier, excluded.province)
                             THEN d.provinces ELSE d.provinces || excluded.provinces END,
            tiers_since = CASE WHEN (d.tier, d.province) = (excluded.tier, excluded.province)
                               THEN d.tiers_since ELSE d.tiers_since || excluded.tiers_since END
        WHERE excluded.version > d.version
           OR excluded.version = d.version AND d.province = ''
        """,
        [state.dealer_id for state, _ in states],
        [state.version for state, _ in states],
        [state.salesperson_id for state, _ in states],
        [state.tier for state, _ in states],
        [state.province for state, _ in states],
        [since for _, since in states],
    )
