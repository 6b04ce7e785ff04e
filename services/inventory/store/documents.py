"""Documents of the warehouse, and the moves of the stock that their lines are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from chassis.db import Tx
from services.inventory.domain.counting import Shelf
from services.inventory.domain.documents import Document, Kind, Line, Status


class Move(NamedTuple):
    """What a line adds to the shelf."""

    line_no: int
    sku: str
    quantity: int


async def warehouse_codes(tx: Tx, warehouse_ids: Collection[UUID]) -> dict[UUID, str]:
    """Codes by id; unknown ids are left out."""
    rows = await tx.fetch(
        """
        SELECT warehouse_id, code
        FROM warehouses
        WHERE warehouse_id = ANY($1::uuid[])
        """,
        list(warehouse_ids),
    )
    return {row["warehouse_id"]: row["code"] for row in rows}


async def insert(tx: Tx, document: Document) -> None:
    """A draft with its lines."""
    await tx.execute(
        """
        WITH drafted AS (
            INSERT INTO stock_documents
                (document_id, kind, number, warehouse_id, to_warehouse_id, status, reason, note,
                 author_ids, drafted_at, version, source, expected_on)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $16, $17)
            RETURNING document_id
        )
        INSERT INTO stock_document_lines (document_id, line_no, sku, quantity, expected)
        SELECT document_id, line_no, sku, quantity, expected
        FROM drafted, unnest($12::int[], $13::text[], $14::bigint[], $15::bigint[])
          AS line(line_no, sku, quantity, expected)
        """,
        document.document_id,
        document.kind,
        document.number,
        document.warehouse_id,
        document.to_warehouse_id,
        document.status,
        document.reason,
        document.note,
        list(document.author_ids),
        document.drafted_at,
        document.version,
        [line.line_no for line in document.lines],
        [line.sku for line in document.lines],
        [line.quantity for line in document.lines],
        [line.expected for line in document.lines],
        document.source,
        document.expected_on,
    )


async def lock(tx: Tx, kind: Kind, document_id: UUID) -> Document | None:
    """The document, so that it is posted once, whoever clicks twice."""
    row = await tx.fetchrow(
        """
        SELECT document_id, kind, number, warehouse_id, to_warehouse_id, status, reason, note,
               author_ids, drafted_at, approved_by, posted_by, posted_at, received_by,
               received_at, inbound_id, source, expected_on, closing, version
        FROM stock_documents
        WHERE document_id = $1 AND kind = $2
        FOR NO KEY UPDATE
        """,
        document_id,
        kind,
    )
    return _document(row, await _lines(tx, document_id)) if row else None


async def _lines(tx: Tx, document_id: UUID) -> tuple[Line, ...]:
    rows = await tx.fetch(
        """
        SELECT line_no, sku, quantity, expected, book, received
        FROM stock_document_lines
        WHERE document_id = $1
        ORDER BY line_no
        """,
        document_id,
    )
    return tuple(Line(**row) for row in rows)


async def update(tx: Tx, document: Document) -> None:
    """What became of a locked document and of its lines."""
    await tx.execute(
        """
        WITH document AS (
            UPDATE stock_documents
            SET status = $2, reason = $3, note = $4, author_ids = $5, approved_by = $6,
                posted_by = $7, posted_at = $8, received_by = $9, received_at = $10,
                inbound_id = $11, version = $12, expected_on = $17, closing = $18
            WHERE document_id = $1
        )
        UPDATE stock_document_lines
        SET quantity = line.quantity, book = line.book, received = line.received
        FROM unnest($13::int[], $14::bigint[], $15::bigint[], $16::bigint[])
          AS line(line_no, quantity, book, received)
        WHERE document_id = $1 AND stock_document_lines.line_no = line.line_no
        """,
        document.document_id,
        document.status,
        document.reason,
        document.note,
        list(document.author_ids),
        document.approved_by,
        document.posted_by,
        document.posted_at,
        document.received_by,
        document.received_at,
        document.inbound_id,
        document.version,
        [line.line_no for line in document.lines],
        [line.quantity for line in document.lines],
        [line.book for line in document.lines],
        [line.received for line in document.lines],
        document.expected_on,
        document.closing,
    )


async def lock_shelves(tx: Tx, warehouse_id: UUID, skus: Collection[str]) -> dict[str, Shelf]:
    """What the book says of SKUs, held until the transaction ends; without `skus`, of all."""
    rows = await tx.fetch(
        """
        SELECT sku, on_hand, reserved
        FROM stock
        WHERE warehouse_id = $1 AND (cardinality($2::text[]) = 0 OR sku = ANY($2))
        ORDER BY sku
        FOR NO KEY UPDATE
        """,
        warehouse_id,
        list(skus),
    )
    return {row["sku"]: Shelf(row["on_hand"], row["reserved"]) for row in rows}


async def open_shelves(tx: Tx, warehouse_id: UUID, skus: Sequence[str]) -> None:
    """An empty shelf for each SKU that never lay there: a count may find some of it."""
    await tx.execute(
        """
        INSERT INTO stock (warehouse_id, sku, on_hand)
        SELECT $1, sku, 0
        FROM unnest($2::text[]) AS asked(sku)
        ORDER BY sku
        ON CONFLICT DO NOTHING
        """,
        warehouse_id,
        skus,
    )


async def move(tx: Tx, document: Document, moves: Sequence[Move], now: datetime) -> None:
    """Lines as moves of the ledger, and what they do to the locked shelves."""
    await tx.execute(
        """
        WITH move AS MATERIALIZED (
            SELECT line_no, sku, quantity
            FROM unnest($5::int[], $6::text[], $7::bigint[]) AS move(line_no, sku, quantity)
        ), ledger AS (
            INSERT INTO stock_moves
                (document_id, line_no, kind, warehouse_id, sku, quantity, moved_at)
            SELECT $1, line_no, $2, $3, sku, quantity, $4
            FROM move
            WHERE quantity <> 0
        )
        UPDATE stock
        SET on_hand = on_hand + move.quantity
        FROM move
        WHERE warehouse_id = $3 AND stock.sku = move.sku
        """,
        document.document_id,
        document.kind,
        document.warehouse_id,
        now,
        [one.line_no for one in moves],
        [one.sku for one in moves],
        [one.quantity for one in moves],
    )


def _document(row: Record, lines: tuple[Line, ...]) -> Document:
    facts = dict(row)
    return Document(
        **facts
        | {
            "kind": Kind(row["kind"]),
            "status": Status(row["status"]),
            "author_ids": tuple(row["author_ids"]),
            "lines": lines,
        }
    )
