"""Orders that ended, and what is planned to become of them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg

from deploy.history.sql import INVOICED, PAID_AT_ONCE, PLACED, SHIPPED_AT_ONCE
from deploy.local.suite import Suite
from deploy.postgres import roles

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
    Rows: TypeAlias = Mapping[UUID, asyncpg.Record]


class Original(NamedTuple):
    """An order that ended, and its documents."""

    order_id: UUID
    number: str
    dealer_id: UUID
    began: datetime
    ended: datetime
    """When it was invoiced and paid."""
    shipment_id: UUID
    shipment_number: str
    invoice_id: UUID
    invoice_number: str
    receipt_id: UUID | None
    """Null: on credit, and owed still."""
    receipt_number: str | None


class Copy(NamedTuple):
    """One order that is to be: when it began, and how much slower all went than in the original."""

    place: int
    """Of the original, from 0 on."""
    began: datetime
    slower: float
    mask: int
    """What the last 48 bits of each id are changed by: no two copies of an original share one."""
    number: str
    shipment_number: str
    invoice_number: str
    receipt_number: str | None


@dataclass(slots=True)
class Numbers:
    """Numbers of documents, without gaps in the series of each month."""

    last: dict[str, int]

    def take(self, like: str, began: datetime) -> str:
        """The next one of that month, in the series of a number like `FP-2611-000123`."""
        series = f"{like.partition('-')[0]}-{began:%y%m}"
        self.last[series] = self.last.get(series, 0) + 1
        return f"{series}-{self.last[series]:06}"


async def connect(suite: Suite, service: str) -> Connection:
    """Rows come as they were checked once, so triggers and foreign keys need not look again.

    Its transaction may wait, idle, until the other databases are filled too.
    """
    return await asyncpg.connect(
        suite.superuser_dsn,
        database=roles.database_of(service),
        server_settings={
            "session_replication_role": "replica",
            "idle_in_transaction_session_timeout": "0",
            "temp_buffers": "64MB",  # 8 MB are too few for the reads ahead of 100,000 copies
        },
    )


async def numbers(suite: Suite) -> Numbers:
    """Where the series of all months stand."""
    last: dict[str, int] = {}
    async with AsyncExitStack() as stack:
        for service in ("inventory", "billing"):
            connection = await _opened(stack, suite, service)
            rows = await connection.fetch("SELECT series, last FROM document_numbers")
            last |= {row["series"]: row["last"] for row in rows}
    return Numbers(last)


async def highest_order_number(suite: Suite) -> int:
    """The running part of the highest one, 123 of `XS2611-0000123`; 0 where nothing was ordered."""
    async with AsyncExitStack() as stack:
        orders = await _opened(stack, suite, "orders")
        highest: int = await orders.fetchval(
            "SELECT coalesce(max(split_part(number, '-', 2)::bigint), 0) FROM orders"
        )
    return highest


async def originals(suite: Suite, at_most: int, *, paid: bool) -> list[Original]:
    """The newest that left a DIRECT warehouse in one shipment: paid by one receipt, or not yet."""
    async with AsyncExitStack() as stack:
        billing = await _opened(stack, suite, "billing")
        inventory = await _opened(stack, suite, "inventory")
        orders = await _opened(stack, suite, "orders")
        invoices = _by_order(await billing.fetch(INVOICED, at_most * 2, paid))
        receipts = _by_order(await billing.fetch(PAID_AT_ONCE, list(invoices)))
        wanted = [one for one in invoices if (one in receipts) == paid]
        shipments = _by_order(await inventory.fetch(SHIPPED_AT_ONCE, wanted))
        rows = await orders.fetch(PLACED, list(shipments), at_most)
    return [_original(row, shipments, invoices, receipts) for row in rows]


def _original(placed: asyncpg.Record, shipments: Rows, invoices: Rows, receipts: Rows) -> Original:
    order_id: UUID = placed["order_id"]
    shipment, invoice = shipments[order_id], invoices[order_id]
    receipt = receipts.get(order_id)
    return Original(
        order_id=order_id,
        number=placed["number"],
        dealer_id=placed["dealer_id"],
        began=placed["submitted_at"],
        ended=max(document["at"] for document in (invoice, receipt) if document),
        shipment_id=shipment["document_id"],
        shipment_number=shipment["number"],
        invoice_id=invoice["document_id"],
        invoice_number=invoice["number"],
        receipt_id=receipt["document_id"] if receipt else None,
        receipt_number=receipt["number"] if receipt else None,
    )


async def _opened(stack: AsyncExitStack, suite: Suite, service: str) -> Connection:
    connection = await connect(suite, service)
    stack.push_async_callback(connection.close)
    return connection


def _by_order(rows: list[asyncpg.Record]) -> Rows:
    return {row["order_id"]: row for row in rows}
