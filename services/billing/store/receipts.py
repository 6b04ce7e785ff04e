"""Receipts and what they pay for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from chassis.db import Tx
from services.billing.domain.books import Allocation
from services.billing.domain.receipts import (
    Method,
    Receipt,
    ReceiptState,
    RecordReceipt,
    Reference,
    Reverse,
)


async def owners_of_receipts(tx: Tx, receipt_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Whose receipts they are; that never changes, so it may be read before the lock."""
    rows = await tx.fetch(
        "SELECT receipt_id, dealer_id FROM receipts WHERE receipt_id = ANY($1::uuid[])",
        list(receipt_ids),
    )
    return {row["receipt_id"]: row["dealer_id"] for row in rows}


async def receipts(tx: Tx, receipt_ids: Collection[UUID]) -> dict[UUID, Receipt]:
    rows = await tx.fetch(
        """
        SELECT receipt_id, dealer_id, amount_minor, recorded_by, state, allocated_minor, version
        FROM receipts
        WHERE receipt_id = ANY($1::uuid[])
        """,
        list(receipt_ids),
    )
    return {row["receipt_id"]: _receipt(row) for row in rows}


async def lock_references(tx: Tx, references: Collection[Reference]) -> None:
    """Nobody else books money under these references until the end; there may be no row to lock."""
    await tx.execute(
        """
        SELECT pg_advisory_xact_lock(lock)
        FROM (
            SELECT DISTINCT hashtextextended(method || ' ' || reference, 0) AS lock
            FROM unnest($1::text[], $2::text[]) AS new(method, reference)
            ORDER BY lock
        ) locks
        """,
        [method for method, _ in references],
        [reference for _, reference in references],
    )


async def receipts_by_reference(
    tx: Tx, references: Collection[Reference]
) -> dict[Reference, tuple[UUID, str]]:
    """Id and number of the standing receipts under these references."""
    rows = await tx.fetch(
        """
        SELECT method, reference, receipt_id, number
        FROM receipts
        JOIN unnest($1::text[], $2::text[]) AS asked(method, reference) USING (method, reference)
        WHERE state = 'CONFIRMED'
        """,
        [method for method, _ in references],
        [reference for _, reference in references],
    )
    return {
        (Method(row["method"]), row["reference"]): (row["receipt_id"], row["number"])
        for row in rows
    }


async def insert_receipts(tx: Tx, asks: Sequence[RecordReceipt], numbers: Sequence[str]) -> None:
    await tx.execute(
        """
        INSERT INTO receipts (receipt_id, dealer_id, method, reference, amount_minor, received_on,
                              note, recorded_by, number, allocated_minor, state, version)
        SELECT receipt_id, dealer_id, method, reference, amount, received_on, note, recorded_by,
               number, 0, 'CONFIRMED', 1
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::date[],
                    $7::text[], $8::uuid[], $9::text[])
             AS new(receipt_id, dealer_id, method, reference, amount, received_on, note,
                    recorded_by, number)
        """,
        [ask.receipt_id for ask in asks],
        [ask.dealer_id for ask in asks],
        [ask.method for ask in asks],
        [ask.reference for ask in asks],
        [ask.amount_minor for ask in asks],
        [ask.received_on for ask in asks],
        [ask.note for ask in asks],
        [ask.by for ask in asks],
        numbers,
    )


async def postpone(tx: Tx, days: Mapping[UUID, date]) -> None:
    """Let receipts count for a later day than they came on, because that is closed."""
    await tx.execute(
        """
        UPDATE receipts
        SET booked_on = new.day
        FROM unnest($1::uuid[], $2::date[]) AS new(receipt_id, day)
        WHERE receipts.receipt_id = new.receipt_id
        """,
        list(days),
        list(days.values()),
    )


async def change_allocated(tx: Tx, changes: Mapping[UUID, int]) -> None:
    """Add to what is allocated of receipts, in minor units; their accounts are locked."""
    await tx.execute(
        """
        UPDATE receipts
        SET allocated_minor = allocated_minor + change.amount, version = version + 1
        FROM unnest($1::uuid[], $2::bigint[]) AS change(receipt_id, amount)
        WHERE receipts.receipt_id = change.receipt_id
        """,
        list(changes),
        list(changes.values()),
    )


async def reverse_receipts(tx: Tx, reversals: Sequence[Reverse]) -> None:
    """Mark receipts as void, after what they paid for was undone."""
    await tx.execute(
        """
        UPDATE receipts
        SET state = 'REVERSED', reversed_by = new.reversed_by, reversed_at = new.reversed_at,
            reverse_reason = new.reason, version = version + 1
        FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[])
             AS new(receipt_id, reversed_by, reversed_at, reason)
        WHERE receipts.receipt_id = new.receipt_id
        """,
        [reversal.receipt_id for reversal in reversals],
        [reversal.by for reversal in reversals],
        [reversal.at for reversal in reversals],
        [reversal.reason for reversal in reversals],
    )


async def allocations_of_orders(tx: Tx, order_ids: Collection[UUID]) -> list[Allocation]:
    """What stands of the allocations to orders."""
    rows = await tx.fetch(
        """
        SELECT order_id, dealer_id, receipt_id, amount_minor - undone_minor, allocation_id
        FROM allocations
        WHERE order_id = ANY($1::uuid[]) AND undone_minor < amount_minor
        """,
        list(order_ids),
    )
    return [Allocation(*row) for row in rows]


async def allocations_of_receipts(tx: Tx, receipt_ids: Collection[UUID]) -> list[Allocation]:
    """What stands of the allocations from receipts."""
    rows = await tx.fetch(
        """
        SELECT order_id, dealer_id, receipt_id, amount_minor - undone_minor, allocation_id
        FROM allocations
        WHERE receipt_id = ANY($1::uuid[]) AND undone_minor < amount_minor
        """,
        list(receipt_ids),
    )
    return [Allocation(*row) for row in rows]


async def insert_allocations(tx: Tx, allocations: Sequence[Allocation]) -> None:
    await tx.execute(
        """
        INSERT INTO allocations (order_id, dealer_id, receipt_id, amount_minor)
        SELECT order_id, dealer_id, receipt_id, amount
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[]) WITH ORDINALITY
             AS new(order_id, dealer_id, receipt_id, amount, place)
        ORDER BY place
        """,
        [allocation.order_id for allocation in allocations],
        [allocation.dealer_id for allocation in allocations],
        [allocation.receipt_id for allocation in allocations],
        [allocation.amount_minor for allocation in allocations],
    )


async def undo_allocations(tx: Tx, undone: Mapping[int, int]) -> None:
    """Take back parts of allocations, in minor units by allocation."""
    await tx.execute(
        """
        UPDATE allocations
        SET undone_minor = undone_minor + part.amount
        FROM unnest($1::bigint[], $2::bigint[]) AS part(allocation_id, amount)
        WHERE allocations.allocation_id = part.allocation_id
        """,
        list(undone),
        list(undone.values()),
    )


def _receipt(row: Record) -> Receipt:
    return Receipt(
        row["receipt_id"],
        row["dealer_id"],
        row["amount_minor"],
        row["recorded_by"],
        ReceiptState(row["state"]),
        row["allocated_minor"],
        row["version"],
    )
