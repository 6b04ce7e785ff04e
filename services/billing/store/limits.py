"""Temporary limits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from services.billing.domain.limits import (
    LEADS_TO,
    Grant,
    GrantState,
    RequestGrant,
    TakeGrantStep,
)


async def owners_of_grants(tx: Tx, grant_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Whose they are; that never changes, so it may be read before the lock."""
    rows = await tx.fetch(
        "SELECT grant_id, dealer_id FROM limit_grants WHERE grant_id = ANY($1::uuid[])",
        list(grant_ids),
    )
    return {row["grant_id"]: row["dealer_id"] for row in rows}


async def grants(tx: Tx, grant_ids: Collection[UUID]) -> dict[UUID, Grant]:
    rows = await tx.fetch(
        """
        SELECT grant_id, dealer_id, order_id, amount_minor, until, requested_by, state, version
        FROM limit_grants
        WHERE grant_id = ANY($1::uuid[])
        """,
        list(grant_ids),
    )
    return {row["grant_id"]: Grant(**{**row, "state": GrantState(row["state"])}) for row in rows}


async def grants_to_end(tx: Tx, now: datetime, count_max: int) -> list[UUID]:
    """Those whose time is over, the oldest first."""
    rows = await tx.fetch(
        """
        SELECT grant_id
        FROM limit_grants
        WHERE until <= $1 AND state IN ('REQUESTED', 'ACTIVE')
        ORDER BY until
        LIMIT $2
        """,
        now,
        count_max,
    )
    return [row["grant_id"] for row in rows]


async def granted_to_orders(tx: Tx, order_ids: Collection[UUID]) -> dict[UUID, int]:
    """By how much orders may go over the limit now, in minor units."""
    rows = await tx.fetch(
        """
        SELECT order_id, sum(amount_minor)::bigint AS granted
        FROM limit_grants
        WHERE order_id = ANY($1::uuid[]) AND state = 'ACTIVE' AND until > statement_timestamp()
        GROUP BY order_id
        """,
        list(order_ids),
    )
    return {row["order_id"]: row["granted"] for row in rows}


async def insert_grants(tx: Tx, asks: Sequence[tuple[RequestGrant, GrantState]]) -> None:
    await tx.execute(
        """
        INSERT INTO limit_grants (grant_id, dealer_id, order_id, amount_minor, until, reason,
                                  requested_by, state, activated_at, version)
        SELECT grant_id, dealer_id, order_id, amount, until, reason, requested_by, state,
               CASE state WHEN 'ACTIVE' THEN statement_timestamp() END, 1
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::timestamptz[],
                    $6::text[], $7::uuid[], $8::text[])
             AS new(grant_id, dealer_id, order_id, amount, until, reason, requested_by, state)
        """,
        [ask.grant_id for ask, _ in asks],
        [ask.dealer_id for ask, _ in asks],
        [ask.order_id for ask, _ in asks],
        [ask.amount_minor for ask, _ in asks],
        [ask.until for ask, _ in asks],
        [ask.reason for ask, _ in asks],
        [ask.by for ask, _ in asks],
        [state for _, state in asks],
    )


async def save_grant_steps(tx: Tx, steps: Sequence[TakeGrantStep]) -> None:
    """Store steps that were taken, at most one for each grant; their accounts are locked."""
    await tx.execute(
        """
        UPDATE limit_grants
        SET state = new.state, version = limit_grants.version + 1,
            approved_by = CASE new.state WHEN 'ACTIVE' THEN new.done_by ELSE approved_by END,
            activated_at = CASE new.state WHEN 'ACTIVE' THEN statement_timestamp()
                           ELSE activated_at END,
            closed_by = CASE WHEN new.state <> 'ACTIVE' THEN new.done_by END,
            closed_at = CASE WHEN new.state <> 'ACTIVE' THEN statement_timestamp() END,
            note = new.text
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[])
             AS new(grant_id, state, done_by, text)
        WHERE limit_grants.grant_id = new.grant_id
        """,
        [step.grant_id for step in steps],
        [LEADS_TO[step.step] for step in steps],
        [step.by for step in steps],
        [step.text for step in steps],
    )
