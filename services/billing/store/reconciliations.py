"""Files of the bank and their lines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.db import Tx
from services.billing.domain.bank_files import BankLine, LineState, OpenOrder, Proposal


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line as stored, as far as a decision on it depends on it."""

    line_no: int
    booked_on: date
    amount_minor: int
    payer: str
    reference: str
    bank_reference: str
    state: LineState
    dealer_id: UUID | None
    order_id: UUID | None


async def imported_before(tx: Tx, digest: bytes) -> UUID | None:
    """The reconciliation of this file; one file is imported at a time."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('bank file', 0))")
    found: UUID | None = await tx.fetchval(
        "SELECT reconciliation_id FROM reconciliations WHERE digest = $1", digest
    )
    return found


async def orders_of(
    tx: Tx, numbers: Collection[str], amounts_minor: Collection[int]
) -> list[OpenOrder]:
    """Orders with these numbers, and those that still need exactly one of these amounts."""
    rows = await tx.fetch(
        """
        SELECT order_id, dealer_id, number, due_minor - covered_minor
        FROM order_accounts
        WHERE number = ANY($1::text[])
        UNION
        SELECT order_id, dealer_id, number, due_minor - covered_minor
        FROM order_accounts
        WHERE covered_minor < due_minor AND due_minor - covered_minor = ANY($2::bigint[])
        """,
        list(numbers),
        list(amounts_minor),
    )
    return [OpenOrder(*row) for row in rows]


async def dealers_named(tx: Tx, names: Collection[str]) -> dict[str, UUID]:
    """Dealers by these codes and names, where one dealer alone has it."""
    rows = await tx.fetch(
        """
        SELECT name, min(dealer_id::text)::uuid AS dealer_id
        FROM (
            SELECT code AS name, dealer_id FROM accounts WHERE code = ANY($1::text[])
            UNION
            SELECT name, dealer_id FROM accounts WHERE name = ANY($1::text[])
        ) named
        GROUP BY name
        HAVING count(*) = 1
        """,
        list(names),
    )
    return {row["name"]: row["dealer_id"] for row in rows}


async def insert_lines(
    tx: Tx, reconciliation_id: UUID, lines: Sequence[tuple[BankLine, Proposal]]
) -> int:
    """Store lines, but those that an earlier file had; return how many were new."""
    rows = await tx.fetch(
        """
        INSERT INTO bank_lines (reconciliation_id, line_no, booked_on, amount_minor, payer,
                                reference, bank_reference, state, matched_by, dealer_id, order_id,
                                receipt_id)
        SELECT $1, line_no, booked_on, amount, payer, reference, bank_reference,
               CASE WHEN receipt_id IS NULL THEN 'OPEN' ELSE 'RECORDED' END,
               matched_by, dealer_id, order_id, receipt_id
        FROM unnest($2::int[], $3::date[], $4::bigint[], $5::text[], $6::text[], $7::text[],
                    $8::text[], $9::uuid[], $10::uuid[], $11::uuid[])
             AS new(line_no, booked_on, amount, payer, reference, bank_reference, matched_by,
                    dealer_id, order_id, receipt_id)
        ON CONFLICT (bank_reference) DO NOTHING
        RETURNING line_no
        """,
        reconciliation_id,
        [line.line_no for line, _ in lines],
        [line.booked_on for line, _ in lines],
        [line.amount_minor for line, _ in lines],
        [line.payer for line, _ in lines],
        [line.reference for line, _ in lines],
        [line.bank_reference for line, _ in lines],
        [proposal.matched_by for _, proposal in lines],
        [proposal.dealer_id for _, proposal in lines],
        [proposal.order_id for _, proposal in lines],
        [proposal.receipt_id for _, proposal in lines],
    )
    return len(rows)


async def insert_reconciliation(
    tx: Tx,
    reconciliation_id: UUID,
    named: tuple[str, bytes],
    counts: tuple[int, int],
    repeated: Sequence[BankLine],
    by: UUID,
) -> None:
    """`named`: name and digest; `counts`: the lines, and those that an earlier file had."""
    await tx.execute(
        """
        INSERT INTO reconciliations (reconciliation_id, digest, file_name, line_count,
                                     known_count, imported_by, repeated_lines,
                                     repeated_references)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        reconciliation_id,
        named[1],
        named[0],
        *counts,
        by,
        [line.line_no for line in repeated],
        [line.bank_reference for line in repeated],
    )


async def lock_line(tx: Tx, reconciliation_id: UUID, line_no: int) -> StoredLine | None:
    row = await tx.fetchrow(
        """
        SELECT line_no, booked_on, amount_minor, payer, reference, bank_reference, state,
               dealer_id, order_id
        FROM bank_lines
        WHERE reconciliation_id = $1 AND line_no = $2
        FOR NO KEY UPDATE
        """,
        reconciliation_id,
        line_no,
    )
    return StoredLine(**{**row, "state": LineState(row["state"])}) if row else None


async def confirm_line(
    tx: Tx, reconciliation_id: UUID, line_no: int, by: tuple[UUID, datetime], became: Proposal
) -> None:
    await tx.execute(
        """
        UPDATE bank_lines
        SET state = 'CONFIRMED', decided_by = $3, decided_at = $4, dealer_id = $5, order_id = $6,
            receipt_id = $7
        WHERE reconciliation_id = $1 AND line_no = $2
        """,
        reconciliation_id,
        line_no,
        *by,
        became.dealer_id,
        became.order_id,
        became.receipt_id,
    )


async def reject_line(
    tx: Tx, reconciliation_id: UUID, line_no: int, by: tuple[UUID, datetime], note: str
) -> None:
    await tx.execute(
        """
        UPDATE bank_lines
        SET state = 'REJECTED', decided_by = $3, decided_at = $4, note = $5
        WHERE reconciliation_id = $1 AND line_no = $2
        """,
        reconciliation_id,
        line_no,
        *by,
        note,
    )
