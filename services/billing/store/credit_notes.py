"""Credit notes and the invoiced lines that they take back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.db import Tx
from contracts.billing import InvoiceLine
from services.billing.domain.credit_notes import (
    NOTE_LEADS_TO,
    CreditNote,
    CreditNoteState,
    InvoicedLine,
    RequestCreditNote,
    TakeCreditNoteStep,
)
from services.billing.domain.invoices import Invoice


async def invoices(tx: Tx, invoice_ids: Collection[UUID]) -> dict[UUID, Invoice]:
    """Without their lines; they never change."""
    rows = await tx.fetch(
        """
        SELECT invoice_id, number, order_id, order_number, dealer_id, shipment_id, issued_at,
               net_minor, tax_minor, gross_minor
        FROM invoices
        WHERE invoice_id = ANY($1::uuid[])
        """,
        list(invoice_ids),
    )
    return {row["invoice_id"]: Invoice(*row) for row in rows}


async def invoiced_lines(tx: Tx, invoice_ids: Collection[UUID]) -> list[InvoicedLine]:
    """Lines of invoices with what credit notes have of them; their dealers are locked."""
    rows = await tx.fetch(
        """
        SELECT l.invoice_id, l.line_no, l.sku, l.quantity, l.net_minor, l.tax_minor, l.gross_minor,
               coalesce(c.quantity, 0) AS credited_quantity, coalesce(c.tax, 0) AS credited_tax,
               coalesce(c.gross, 0) AS credited_gross
        FROM invoice_lines l
        LEFT JOIN (
            SELECT n.invoice_id, line_no, sum(quantity)::bigint AS quantity,
                   sum(c.tax_minor)::bigint AS tax, sum(c.gross_minor)::bigint AS gross
            FROM credit_notes n
            JOIN credit_note_lines c USING (credit_note_id)
            WHERE n.invoice_id = ANY($1::uuid[]) AND n.state <> 'REJECTED'
            GROUP BY n.invoice_id, line_no
        ) c USING (invoice_id, line_no)
        WHERE l.invoice_id = ANY($1::uuid[])
        ORDER BY l.invoice_id, l.line_no
        """,
        list(invoice_ids),
    )
    return [
        InvoicedLine(
            row["invoice_id"],
            InvoiceLine(
                line_no=row["line_no"],
                sku=row["sku"],
                quantity=row["quantity"],
                net_minor=row["net_minor"],
                tax_minor=row["tax_minor"],
                gross_minor=row["gross_minor"],
            ),
            row["credited_quantity"],
            row["credited_tax"],
            row["credited_gross"],
        )
        for row in rows
    ]


async def owners_of_credit_notes(tx: Tx, ids: Collection[UUID]) -> dict[UUID, tuple[UUID, UUID]]:
    """Dealer and order of each; they never change, so they may be read before the lock."""
    rows = await tx.fetch(
        """
        SELECT credit_note_id, dealer_id, order_id
        FROM credit_notes
        WHERE credit_note_id = ANY($1::uuid[])
        """,
        list(ids),
    )
    return {row["credit_note_id"]: (row["dealer_id"], row["order_id"]) for row in rows}


async def credit_notes(tx: Tx, ids: Collection[UUID]) -> dict[UUID, CreditNote]:
    """With their lines."""
    rows = await tx.fetch(
        """
        SELECT n.credit_note_id, n.number, n.dealer_id, n.order_id, i.order_number, n.invoice_id,
               i.number AS invoice_number, n.requested_by, n.state, n.version
        FROM credit_notes n
        JOIN invoices i USING (invoice_id)
        WHERE n.credit_note_id = ANY($1::uuid[])
        """,
        list(ids),
    )
    lines = await _lines(tx, ids)
    return {
        row["credit_note_id"]: CreditNote(
            **{**row, "state": CreditNoteState(row["state"])},
            lines=tuple(line for owner, line in lines if owner == row["credit_note_id"]),
        )
        for row in rows
    }


async def insert_credit_notes(
    tx: Tx, notes: Sequence[tuple[RequestCreditNote, CreditNote]]
) -> None:
    await tx.execute(
        """
        INSERT INTO credit_notes (credit_note_id, number, dealer_id, invoice_id, order_id,
                                  net_minor, tax_minor, gross_minor, reason, requested_by, state,
                                  version)
        SELECT credit_note_id, number, dealer_id, invoice_id, order_id, net, tax, gross, reason,
               requested_by, 'REQUESTED', 1
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[],
                    $7::bigint[], $8::bigint[], $9::text[], $10::uuid[])
             AS new(credit_note_id, number, dealer_id, invoice_id, order_id, net, tax, gross,
                    reason, requested_by)
        """,
        [note.credit_note_id for _, note in notes],
        [note.number for _, note in notes],
        [note.dealer_id for _, note in notes],
        [note.invoice_id for _, note in notes],
        [note.order_id for _, note in notes],
        [note.net_minor for _, note in notes],
        [note.tax_minor for _, note in notes],
        [note.gross_minor for _, note in notes],
        [ask.reason for ask, _ in notes],
        [note.requested_by for _, note in notes],
    )
    lines = [(note, line) for _, note in notes for line in note.lines]
    await tx.execute(
        """
        INSERT INTO credit_note_lines (credit_note_id, dealer_id, line_no, sku, quantity,
                                       net_minor, tax_minor, gross_minor)
        SELECT credit_note_id, dealer_id, line_no, sku, quantity, net, tax, gross
        FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::bigint[], $6::bigint[],
                    $7::bigint[], $8::bigint[])
             AS new(credit_note_id, dealer_id, line_no, sku, quantity, net, tax, gross)
        """,
        [note.credit_note_id for note, _ in lines],
        [note.dealer_id for note, _ in lines],
        [line.line_no for _, line in lines],
        [line.sku for _, line in lines],
        [line.quantity for _, line in lines],
        [line.net_minor for _, line in lines],
        [line.tax_minor for _, line in lines],
        [line.gross_minor for _, line in lines],
    )


async def save_credit_note_steps(tx: Tx, steps: Sequence[TakeCreditNoteStep]) -> None:
    """Store steps that were taken, at most one for each note; their accounts are locked."""
    await tx.execute(
        """
        UPDATE credit_notes
        SET state = new.state, decided_by = new.done_by, decided_at = new.done_at,
            note = new.text, version = credit_notes.version + 1
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[])
             AS new(credit_note_id, state, done_by, done_at, text)
        WHERE credit_notes.credit_note_id = new.credit_note_id
        """,
        [step.credit_note_id for step in steps],
        [NOTE_LEADS_TO[step.step] for step in steps],
        [step.by for step in steps],
        [step.at for step in steps],
        [step.text for step in steps],
    )


async def _lines(tx: Tx, ids: Collection[UUID]) -> list[tuple[UUID, InvoiceLine]]:
    rows = await tx.fetch(
        """
        SELECT credit_note_id, line_no, sku, quantity, net_minor, tax_minor, gross_minor
        FROM credit_note_lines
        WHERE credit_note_id = ANY($1::uuid[])
        ORDER BY credit_note_id, line_no
        """,
        list(ids),
    )
    return [(row["credit_note_id"], InvoiceLine.model_validate(dict(row))) for row in rows]
