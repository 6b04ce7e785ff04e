"""What totals of orders became, and were asked to become."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.db import Tx
from services.billing.domain.adjustments import Adjustment, Decided, Refusal


async def newest_adjustments(tx: Tx, order_ids: Collection[UUID]) -> dict[UUID, Decided]:
    """The adjustment with the highest revision, by order."""
    rows = await tx.fetch(
        """
        SELECT DISTINCT ON (order_id) order_id, revision, refusal
        FROM adjustments
        WHERE order_id = ANY($1::uuid[])
        ORDER BY order_id, revision DESC
        """,
        list(order_ids),
    )
    return {
        row["order_id"]: Decided(
            row["revision"], Refusal(row["refusal"]) if row["refusal"] else None
        )
        for row in rows
    }


async def insert_adjustments(tx: Tx, adjustments: Sequence[Adjustment]) -> None:
    await tx.execute(
        """
        INSERT INTO adjustments (order_id, revision, dealer_id, previous_total_minor,
                                 previous_credit_minor, total_minor, credit_minor, refusal)
        SELECT order_id, revision, dealer_id, previous_total, previous_credit, total, credit,
               refusal
        FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[],
                    $7::bigint[], $8::text[])
             AS new(order_id, revision, dealer_id, previous_total, previous_credit, total, credit,
                    refusal)
        """,
        [adjustment.ask.order_id for adjustment in adjustments],
        [adjustment.ask.revision for adjustment in adjustments],
        [adjustment.ask.dealer_id for adjustment in adjustments],
        [adjustment.previous_total_minor for adjustment in adjustments],
        [adjustment.previous_credit_minor for adjustment in adjustments],
        [adjustment.ask.total_minor for adjustment in adjustments],
        [adjustment.ask.credit_minor for adjustment in adjustments],
        [adjustment.refusal for adjustment in adjustments],
    )
