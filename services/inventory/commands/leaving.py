"""Goods that leave a warehouse without an order, and those that arrive in another one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from chassis import outbox
from chassis.db import Tx
from chassis.ids import uuid7
from contracts.inventory import Demand, StockIssued, TransferReceived, TransferShipped
from services.inventory.commands import documents, stocking, stowage
from services.inventory.commands.documents import Ask
from services.inventory.domain import leaving
from services.inventory.domain.documents import Document
from services.inventory.store import documents as store
from services.inventory.store import shelves
from services.inventory.store.documents import Move


async def post_issue(tx: Tx, ask: Ask, limit: int) -> None:
    """Goods leave without an order; `limit` is the first quantity that needs approval (F-69).

    Raises NotFound, StaleVersion, DocumentMovedOn, ApprovalNeeded, TooLittleAvailable,
    GoodLotsMissing.
    """
    now = datetime.now(UTC)
    await shelves.lock(tx)
    before = await documents.opened(tx, ask)
    available = await shelves.lock_available(tx, before.places)
    outcome = leaving.post_issue(before, ask.actor.user_id, available, limit, now)
    after = await documents.save(tx, outcome)
    await _move(tx, after, now)
    issued = StockIssued(
        document_id=after.document_id,
        number=after.number,
        warehouse_id=after.warehouse_id,
        reason=after.reason or "",
        lines=_demand(after),
    )
    await outbox.add(tx, [issued])


async def ship_transfer(tx: Tx, ask: Ask) -> None:
    """Goods go on their way to another warehouse.

    Raises NotFound, StaleVersion, DocumentMovedOn, TooLittleAvailable, GoodLotsMissing.
    """
    now = datetime.now(UTC)
    await shelves.lock(tx)
    before = await documents.opened(tx, ask)
    available = await shelves.lock_available(tx, before.places)
    outcome = leaving.ship_transfer(before, ask.actor.user_id, available, now)
    after = await documents.save(tx, outcome)
    await _move(tx, after, now)
    await store.open_shelves(tx, after.destination, [line.sku for line in after.lines])
    shipped = TransferShipped(
        document_id=after.document_id,
        number=after.number,
        warehouse_id=after.warehouse_id,
        to_warehouse_id=after.destination,
        lines=_demand(after),
    )
    await outbox.add(tx, [shipped])


async def receive_transfer(
    tx: Tx, ask: Ask, quantities: Mapping[int, int] | None, note: str
) -> None:
    """What arrived comes in by an inbound note; what did not is lost.

    Raises NotFound, StaleVersion, DocumentMovedOn, InvalidRequest, AnotherPersonNeeded.
    """
    now = datetime.now(UTC)
    await shelves.lock(tx)
    before = await documents.opened(tx, ask)
    receipt = leaving.Receipt(ask.actor.user_id, uuid7(), quantities, note)
    after = await documents.save(tx, leaving.receive_transfer(before, receipt, now))
    if inbound := leaving.arrival(after, await stowage.sent(tx, after)):
        await stocking.bring_in(tx, inbound, now)
    received = TransferReceived(
        document_id=after.document_id,
        number=after.number,
        warehouse_id=after.warehouse_id,
        to_warehouse_id=after.destination,
        lost=tuple(
            Demand(line_no=line.line_no, sku=line.sku, quantity=lost)
            for line in after.lines
            if (lost := line.leaves - (line.received or 0))
        ),
    )
    await outbox.add(tx, [received])


async def _move(tx: Tx, document: Document, now: datetime) -> None:
    moves = _out(document)
    await store.move(tx, document, moves, now)
    await stowage.follow_document(tx, document, moves, now)


def _out(document: Document) -> list[Move]:
    return [Move(line.line_no, line.sku, -line.leaves) for line in document.lines]


def _demand(document: Document) -> tuple[Demand, ...]:
    return tuple(
        Demand(line_no=line.line_no, sku=line.sku, quantity=line.leaves) for line in document.lines
    )
