"""Counts: the sheet is drafted with what is expected, counted blind, and its differences posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from chassis import outbox
from chassis.auth import Actor
from chassis.db import Tx
from chassis.errors import InvalidRequest
from contracts.inventory import CountDifference, StockCounted
from services.inventory.commands import backorders, documents, stowage
from services.inventory.commands.documents import Ask, Draft
from services.inventory.domain import counting
from services.inventory.domain.counting import Shelf
from services.inventory.domain.documents import Document, Kind
from services.inventory.store import documents as store
from services.inventory.store import shelves
from services.inventory.store.documents import Move

LINES_MAX = 2_000


async def draft(
    tx: Tx, actor: Actor, warehouse_id: UUID, skus: Sequence[str], note: str
) -> Document:
    """A sheet for these SKUs, or for all that lie or lay in the warehouse.

    Raises NotFound, UnknownWarehouse, InvalidRequest.
    """
    await shelves.lock(tx)
    wanted = sorted(set(skus))
    await documents.check(tx, actor, [warehouse_id], wanted)
    await store.open_shelves(tx, warehouse_id, wanted)
    lines = counting.lines_of(await store.lock_shelves(tx, warehouse_id, wanted))
    if not 0 < len(lines) <= LINES_MAX:
        fault = f"A sheet has 1 to {LINES_MAX} SKUs, this one {len(lines)}: name those to count."
        raise InvalidRequest(("/skus", fault))
    return await documents.draft(tx, actor, Draft(Kind.COUNT, warehouse_id, note, lines))


async def enter(tx: Tx, ask: Ask, counted: Mapping[str, int]) -> None:
    """Keep what was counted. Raises NotFound, StaleVersion, DocumentMovedOn, InvalidRequest."""
    await shelves.lock(tx)
    before = await documents.opened(tx, ask)
    known = await _shelves(tx, before)
    await documents.save(tx, counting.enter(before, ask.actor.user_id, counted, known))


async def post(tx: Tx, ask: Ask, reason: str | None, limit: int) -> None:
    """Let the book follow; `limit` is the first difference in all that needs approval.

    Raises NotFound, StaleVersion, DocumentMovedOn, CountNotComplete, InvalidRequest,
    ApprovalNeeded, HeldGoodsMissing.
    """
    now = datetime.now(UTC)
    await shelves.lock(tx)
    before = await documents.opened(tx, ask)
    known = await _shelves(tx, before)
    outcome = counting.post(before, ask.actor.user_id, reason, known, limit, now)
    after = await documents.save(tx, outcome)
    skus = [line.sku for line in after.lines]
    await shelves.settle_doubts(tx, after.document_id, after.warehouse_id, skus)
    moves = _moves(after)
    await store.move(tx, after, moves, now)
    await outbox.add(tx, [_counted(after)])
    await backorders.serve(tx, {(after.warehouse_id, sku) for sku in skus})
    await stowage.follow_document(tx, after, moves, now)


async def _shelves(tx: Tx, document: Document) -> dict[str, Shelf]:
    skus = [line.sku for line in document.lines]
    return await store.lock_shelves(tx, document.warehouse_id, skus)


def _moves(document: Document) -> list[Move]:
    return [Move(line.line_no, line.sku, line.difference) for line in document.lines]


def _counted(document: Document) -> StockCounted:
    return StockCounted(
        document_id=document.document_id,
        number=document.number,
        warehouse_id=document.warehouse_id,
        reason=document.reason,
        lines=tuple(
            CountDifference(line_no=line.line_no, sku=line.sku, difference=line.difference)
            for line in document.lines
            if line.difference
        ),
    )
