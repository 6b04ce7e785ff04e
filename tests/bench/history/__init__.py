"""Years of business in minutes: what finished orders left in every service, copied under new ids.

The originals are the newest completed orders of this suite that were sold on credit and left in one
shipment. Every copy of them lies further back in time, by sixteen days at least: its messages are
older than any inbox remembers, as those of real history are, so no inbox has to know them. What is
copied is all that has the order's id in any database, its messages in the event log included; ids
and numbers are computed from the original and the copy alone, in every database alike. Balances are
moved along: what left the warehouse came in before by a note, what was invoiced is owed. Documents
inside of JSON get the new ids and numbers, and keep the times of their originals.

Keys of idempotency are not copied: a service forgets them long before.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg

from chassis.ids import uuid7
from deploy.local.suite import APPLICATIONS, Suite
from deploy.postgres import roles
from tests.bench.history.sql import (
    BROUGHT,
    CHOSEN,
    INBOUND,
    KEY,
    LEFT,
    NUMBER,
    OWED,
    PARTITION,
    PREPARING,
)
from tests.bench.lag import Stalled
from tests.bench.site import say

ORIGINALS_MAX = 1_000
NEWEST, OLDEST = timedelta(days=16), timedelta(days=80)
"""How far back the copies lie."""
CHUNK = 10
"""Copies that are made by one statement per table."""
AT_ONCE = 2
"""Databases that are filled at the same time."""

OWN_IDS = {
    *("order_id", "shipment_id", "invoice_id", "document_id", "transaction_id", "pick_task_id"),
    *("message_id", "event_id", "todo_id", "subject_id", "opened_by", "cause", "correlation"),
}
"""Columns with ids of the order and of what came of it; all other ids stay as they are."""
OWN_NUMBERS = {"number", "order_number", "invoice_number"}
NUMBERS = ("number", "shipment_number", "invoice_number")
APART = {"order_id": "order_id", "document_id": "shipment_id", "invoice_id": "invoice_id"}
"""By which column the rows of an order are found, first one wins; and what stands in it."""

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]


class Original(NamedTuple):
    """An order that ended, and its documents."""

    order_id: UUID
    number: str
    shipment_id: UUID
    shipment_number: str
    invoice_id: UUID
    invoice_number: str


class Copy(NamedTuple):
    """One copy of all originals, or of the first `size` of them."""

    copy: int
    size: int
    shift_ms: int
    mask: int
    """What the last 48 bits of each id are changed by: no two copies share an id."""
    shipment_series: str
    shipment_base: int
    invoice_series: str
    invoice_base: int


async def load(suite: Suite, orders: int) -> None:
    """Add so many finished orders to every database. Raises Stalled."""
    originals = await _originals(suite)
    if not originals:
        raise Stalled("there is no finished order to copy: run `make bench` first")
    copies = await _copies(suite, originals, orders)
    say(f"{orders} finished orders: {len(copies)} copies of {len(originals)}")
    slots = asyncio.Semaphore(AT_ONCE)

    async def fill(service: str) -> None:
        async with slots:
            began = time.monotonic()
            rows = await _fill(suite, service, originals, copies)
            say(f"{service}: {rows} rows in {time.monotonic() - began:.0f} s")

    await asyncio.gather(*(fill(service) for service in APPLICATIONS))


async def _originals(suite: Suite) -> list[Original]:
    orders, inventory, billing = [
        await _connect(suite, service) for service in ("orders", "inventory", "billing")
    ]
    try:
        invoices = {
            row["order_id"]: row
            for row in await billing.fetch(
                "SELECT i.order_id, i.invoice_id, i.number FROM invoices i"
                " JOIN order_accounts o USING (order_id)"
                " WHERE o.covered_minor = 0 AND o.invoiced_minor = o.total_minor"
                " ORDER BY i.order_id DESC LIMIT $1",
                ORIGINALS_MAX * 2,
            )
        }
        shipments = {
            row["order_id"]: row
            for row in await inventory.fetch(
                "SELECT order_id, shipment_id, number FROM shipments s"
                " WHERE order_id = ANY($1::uuid[]) AND status = 'RECEIVED'"
                " AND NOT EXISTS (SELECT FROM pick_tasks p WHERE p.order_id = s.order_id)",
                list(invoices),
            )
        }
        rows = await orders.fetch(
            "SELECT order_id, number FROM orders"
            " WHERE order_id = ANY($1::uuid[]) AND phase = 'COMPLETED'"
            " ORDER BY order_id DESC LIMIT $2",
            list(shipments),
            ORIGINALS_MAX,
        )
    finally:
        for connection in (orders, inventory, billing):
            await connection.close()
    return [
        Original(
            *(row["order_id"], row["number"]),
            *(shipments[row["order_id"]][name] for name in ("shipment_id", "number")),
            *(invoices[row["order_id"]][name] for name in ("invoice_id", "number")),
        )
        for row in rows
    ]


async def _copies(suite: Suite, originals: Sequence[Original], orders: int) -> list[Copy]:
    """Spread evenly over the past, the oldest first; their numbers go on where a month's ended."""
    count = -(-orders // len(originals))
    shipments = await _last_numbers(suite, "inventory")
    invoices = await _last_numbers(suite, "billing")
    chance = random.Random(time.time_ns())
    copies = []
    for copy in range(count):
        back = OLDEST - (OLDEST - NEWEST) * copy / count
        size = min(len(originals), orders - copy * len(originals))
        copies.append(
            Copy(
                *(copy, size, int(back.total_seconds() * 1_000), chance.getrandbits(47)),
                *_taken(shipments, originals[0].shipment_number, back, size),
                *_taken(invoices, originals[0].invoice_number, back, size),
            )
        )
    return copies


def _taken(last: dict[str, int], like: str, back: timedelta, size: int) -> tuple[str, int]:
    """The series of that month, and after which number its next `size` numbers begin."""
    series = f"{like.partition('-')[0]}-{(datetime.now(UTC) - back):%y%m}"
    base = last.get(series, 0)
    last[series] = base + size
    return series, base


async def _last_numbers(suite: Suite, service: str) -> dict[str, int]:
    connection = await _connect(suite, service)
    try:
        rows = await connection.fetch("SELECT series, last FROM document_numbers")
    finally:
        await connection.close()
    return {row["series"]: row["last"] for row in rows}


async def _fill(
    suite: Suite, service: str, originals: Sequence[Original], copies: Sequence[Copy]
) -> int:
    """All of one database in one transaction; how many rows."""
    connection = await _connect(suite, service)
    try:
        async with connection.transaction():
            await _prepare(connection, originals, copies)
            log = await _open_log(connection, service)
            statements = [
                *[_copying(table, columns) for table, columns in await _tables(connection)],
                _logging(log, await _columns(connection, log)),
            ]
            rows = 0
            for first in range(0, len(copies), CHUNK):
                await connection.execute("TRUNCATE chosen")
                await connection.execute(CHOSEN, first, first + CHUNK)
                await connection.execute("ANALYZE chosen")
                for statement in statements:
                    rows += _count(await connection.execute(statement))
                if first and service in ("orders", "reports"):
                    say(f"{service}: {first} of {len(copies)}")
            await _balance(connection, service, originals, copies)
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()
    return rows


async def _prepare(
    connection: Connection, originals: Sequence[Original], copies: Sequence[Copy]
) -> None:
    await connection.execute(PREPARING)
    await connection.copy_records_to_table(
        "originals", records=[(place, *one) for place, one in enumerate(originals, 1)]
    )
    await connection.copy_records_to_table("copies", records=copies)


async def _open_log(connection: Connection, service: str) -> str:
    """A part of the event log, as one that was moved there long ago."""
    part = f"outbox_moved_{datetime.now(UTC):%Y%m%d%H%M%S%f}_history"
    await connection.execute(f"SET LOCAL ROLE {service}_owner")
    await connection.execute(f"CREATE TABLE {part} (LIKE outbox_0 INCLUDING ALL)")
    await connection.execute(f"ALTER TABLE {part} INHERIT outbox_moved")
    await connection.execute("RESET ROLE")
    await connection.execute("INSERT INTO outbox_moved_parts (part) VALUES ($1)", part)
    return part


Columns = dict[str, str]
"""Type by name."""


async def _tables(connection: Connection) -> list[tuple[str, Columns]]:
    """Those with rows of an order."""
    rows = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND NOT relispartition"
        " AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'outbox%' ORDER BY 1"
    )
    tables = [(row["relname"], await _columns(connection, row["relname"])) for row in rows]
    return [(name, columns) for name, columns in tables if columns.keys() & APART.keys()]


async def _columns(connection: Connection, table: str) -> Columns:
    """All but those that the database itself fills."""
    rows = await connection.fetch(
        "SELECT attname, format_type(atttypid, NULL) AS type FROM pg_attribute"
        " WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attidentity = '' AND attgenerated = '' ORDER BY attnum",
        table,
    )
    return {row["attname"]: row["type"] for row in rows}


def _copying(table: str, columns: Columns) -> str:
    found_by = next(column for column in APART if column in columns)
    values = ", ".join(_value(name, kind) for name, kind in columns.items())
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"
        f" FROM {table} t JOIN chosen c ON t.{found_by} = c.{APART[found_by]}"
    )


def _logging(log: str, columns: Columns) -> str:
    """A position of its own for every message, in their order."""
    special = {
        "key": KEY,
        "partition": PARTITION,
        "body": f"convert_to({_rewritten('convert_from(t.body, $$UTF8$$)')}, 'UTF8')",
    }
    taken = {name: kind for name, kind in columns.items() if name not in ("slot", "position")}
    values = ", ".join(special.get(name) or _value(name, kind) for name, kind in taken.items())
    return (
        f"INSERT INTO {log} ({', '.join(taken)}) SELECT {values}"
        " FROM event_log t JOIN chosen c ON t.correlation = c.order_id"
        " ORDER BY c.copy, t.position"
    )


def _value(name: str, kind: str) -> str:
    if kind == "uuid" and name in OWN_IDS:
        return f"pg_temp.copied(t.{name}, c.shift_ms, c.mask)"
    if kind == "timestamp with time zone":
        return f"t.{name} - c.shift"
    if kind in ("json", "jsonb"):
        return f"{_rewritten(f't.{name}::text')}::{kind}"
    if kind == "text" and name in OWN_NUMBERS:
        cases = " ".join(f"WHEN c.{own} THEN c.new_{own}" for own in NUMBERS)
        return f"CASE t.{name} {cases} ELSE t.{name} END"
    return f"t.{name}"


def _rewritten(text: str) -> str:
    """A document with the copy's ids and numbers in it."""
    for name in Original._fields:
        text = f"replace({text}, c.{name}::text, c.new_{name}::text)"
    return text


async def _balance(
    connection: Connection, service: str, originals: Sequence[Original], copies: Sequence[Copy]
) -> None:
    if service == "inventory":
        series = f"RK-{(datetime.now(UTC) - OLDEST):%y%m}"
        for row in await connection.fetch(LEFT):
            number = await connection.fetchval(NUMBER, series, 1)
            inbound_id = uuid7()
            await connection.execute(
                INBOUND, inbound_id, f"{series}-{number:06}", row["warehouse_id"], OLDEST
            )
            await connection.execute(BROUGHT, inbound_id, row["warehouse_id"], OLDEST)
    if service == "billing":
        await connection.execute(OWED)
    if service in ("inventory", "billing"):
        for copy in copies:
            series = copy.shipment_series if service == "inventory" else copy.invoice_series
            await connection.fetchval(NUMBER, series, copy.size)


def _count(tag: str) -> int:
    return int(tag.rpartition(" ")[2])


async def _connect(suite: Suite, service: str) -> Connection:
    """Rows come as they were checked once, so triggers and foreign keys need not look again."""
    return await asyncpg.connect(
        suite.superuser_dsn,
        database=roles.database_of(service),
        server_settings={"session_replication_role": "replica"},
    )
