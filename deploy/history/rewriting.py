"""The statements that copy: one per table, made from its columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import asyncpg

from deploy.history.sql import KEY, PARTITION

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]

OWN_IDS = {
    *("order_id", "shipment_id", "invoice_id", "document_id", "transaction_id", "pick_task_id"),
    *("message_id", "event_id", "todo_id", "subject_id", "opened_by", "cause", "correlation"),
    *("receipt_id", "proposal_id"),
}
"""Columns with ids of the order and of what came of it; all other ids stay as they are."""
OWN_NUMBERS = {"number", "order_number", "invoice_number", "reference"}
OWN = ("order", "shipment", "invoice", "receipt")
NUMBERS = ("number", "shipment_number", "invoice_number", "receipt_number")
APART = {
    "order_id": "order_id",
    "document_id": "shipment_id",
    "invoice_id": "invoice_id",
    "receipt_id": "receipt_id",
}
"""By which column the rows of an order are found, first one wins; and what stands in it."""

Columns = dict[str, str]
"""Type by name."""


async def tables(connection: Connection) -> list[str]:
    """Statements for all tables with rows of an order."""
    rows = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND NOT relispartition"
        " AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'outbox%' ORDER BY 1"
    )
    found = [(row["relname"], await _columns(connection, row["relname"])) for row in rows]
    return [statement for name, columns in found for statement in _copying(name, columns)]


async def log(connection: Connection, part: str) -> list[str]:
    """Statements for the messages: a position of its own for each, in their order.

    Those of an order name it; those of its receipt, which was first, have the receipt's key.
    """
    columns = await _columns(connection, part)
    special = {
        "key": KEY,
        "partition": PARTITION,
        "body": f"convert_to({_rewritten('convert_from(t.body, $$UTF8$$)')}, 'UTF8')",
    }
    taken = {name: kind for name, kind in columns.items() if name not in ("slot", "position")}
    values = ", ".join(special.get(name) or _value(name, kind) for name, kind in taken.items())
    ways = (
        "t.key = uuid_send(c.receipt_id) AND t.correlation IS DISTINCT FROM c.order_id",
        "t.correlation = c.order_id",
    )
    return [
        f"INSERT INTO {part} ({', '.join(taken)}) SELECT {values}"
        f" FROM event_log t JOIN chosen c ON {way} ORDER BY c.copy, t.position"
        for way in ways
    ]


async def _columns(connection: Connection, table: str) -> Columns:
    """All but those that the database itself fills."""
    rows = await connection.fetch(
        "SELECT attname, format_type(atttypid, NULL) AS type FROM pg_attribute"
        " WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attidentity = '' AND attgenerated = '' ORDER BY attnum",
        table,
    )
    return {row["attname"]: row["type"] for row in rows}


def _copying(table: str, columns: Columns) -> Iterator[str]:
    found_by = next((column for column in APART if column in columns), None)
    if not found_by:
        return
    values = ", ".join(_value(name, kind) for name, kind in columns.items())
    copying = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} t"
    yield f"{copying} JOIN chosen c ON t.{found_by} = c.{APART[found_by]}"
    if found_by == "order_id" and "document_id" in columns:
        yield f"{copying} JOIN chosen c ON t.document_id = c.receipt_id WHERE t.order_id IS NULL"


def _value(name: str, kind: str) -> str:
    match kind:
        case "uuid" if name in OWN_IDS:
            return f"pg_temp.copied(t.{name}, c.shift_ms, c.mask)"
        case "timestamp with time zone":
            return f"c.began + (t.{name} - c.was) * c.slower"
        case "date":
            return f"t.{name} - (c.was::date - c.began::date)"
        case "json" | "jsonb":
            return f"{_rewritten(f't.{name}::text')}::{kind}"
        case "text" if name in OWN_NUMBERS:
            cases = " ".join(f"WHEN c.{own} THEN c.new_{own}" for own in NUMBERS)
            return f"CASE t.{name} {cases} ELSE t.{name} END"
        case _:
            return f"t.{name}"


def _rewritten(text: str) -> str:
    """A document with the copy's ids and numbers in it."""
    for name in (*(f"{one}_id" for one in OWN), *NUMBERS):
        new = f"coalesce(c.new_{name}::text, '')"
        text = f"replace({text}, coalesce(c.{name}::text, ''), {new})"
    return text
