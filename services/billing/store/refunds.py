"""Refunds to the bank."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.db import Tx
from services.billing.domain.refunds import (
    LEADS_TO,
    Refund,
    RefundState,
    RequestRefund,
    TakeStep,
)


async def owners_of_refunds(tx: Tx, refund_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Whose refunds they are; that never changes, so it may be read before the lock."""
    rows = await tx.fetch(
        "SELECT refund_id, dealer_id FROM refunds WHERE refund_id = ANY($1::uuid[])",
        list(refund_ids),
    )
    return {row["refund_id"]: row["dealer_id"] for row in rows}


async def refunds(tx: Tx, refund_ids: Collection[UUID]) -> dict[UUID, Refund]:
    rows = await tx.fetch(
        """
        SELECT refund_id, dealer_id, amount_minor, requested_by, number, state, version
        FROM refunds
        WHERE refund_id = ANY($1::uuid[])
        """,
        list(refund_ids),
    )
    return {
        row["refund_id"]: Refund(
            row["refund_id"],
            row["dealer_id"],
            row["amount_minor"],
            row["requested_by"],
            row["number"],
            RefundState(row["state"]),
            row["version"],
        )
        for row in rows
    }


async def lock_transfers(tx: Tx, bank_references: Collection[str]) -> set[str]:
    """Those under which a refund was paid; nobody else pays one under them until the end."""
    await tx.execute(
        """
        SELECT pg_advisory_xact_lock(lock)
        FROM (
            SELECT DISTINCT hashtextextended('REFUND ' || reference, 0) AS lock
            FROM unnest($1::text[]) AS new(reference)
            ORDER BY lock
        ) locks
        """,
        list(bank_references),
    )
    rows = await tx.fetch(
        "SELECT bank_reference FROM refunds WHERE bank_reference = ANY($1::text[])",
        list(bank_references),
    )
    return {row["bank_reference"] for row in rows}


async def insert_refunds(tx: Tx, asks: Sequence[RequestRefund], numbers: Sequence[str]) -> None:
    await tx.execute(
        """
        INSERT INTO refunds (refund_id, number, dealer_id, amount_minor, reason, bank,
                             account_name, account_number, requested_by, state, version)
        SELECT refund_id, number, dealer_id, amount, reason, bank, account_name, account_number,
               requested_by, 'REQUESTED', 1
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::text[], $6::text[],
                    $7::text[], $8::text[], $9::uuid[])
             AS new(refund_id, number, dealer_id, amount, reason, bank, account_name,
                    account_number, requested_by)
        """,
        [ask.refund_id for ask in asks],
        numbers,
        [ask.dealer_id for ask in asks],
        [ask.amount_minor for ask in asks],
        [ask.reason for ask in asks],
        [ask.bank for ask in asks],
        [ask.account_name for ask in asks],
        [ask.account_number for ask in asks],
        [ask.by for ask in asks],
    )


async def save_steps(tx: Tx, steps: Sequence[TakeStep]) -> None:
    """Store steps that were taken, at most one for each refund; their accounts are locked."""
    await tx.execute(
        """
        UPDATE refunds
        SET state = new.state, version = refunds.version + 1,
            approved_by = CASE new.state WHEN 'APPROVED' THEN new.done_by ELSE approved_by END,
            approved_at = CASE new.state WHEN 'APPROVED' THEN new.done_at ELSE approved_at END,
            closed_by = CASE WHEN new.state IN ('PAID', 'REJECTED') THEN new.done_by END,
            closed_at = CASE WHEN new.state IN ('PAID', 'REJECTED') THEN new.done_at END,
            bank_reference = CASE new.state WHEN 'PAID' THEN new.text END,
            note = CASE WHEN new.state IN ('FAILED', 'REJECTED') THEN new.text ELSE note END
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[])
             AS new(refund_id, state, done_by, done_at, text)
        WHERE refunds.refund_id = new.refund_id
        """,
        [step.refund_id for step in steps],
        [LEADS_TO[step.step] for step in steps],
        [step.by for step in steps],
        [step.at for step in steps],
        [step.text for step in steps],
    )
