"""Bins and lots: where goods lie, where they are taken from, and where they go."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from chassis.auth import Actor, Resource, in_scope
from chassis.db import Tx
from chassis.errors import DomainError, InvalidRequest, NotFound
from chassis.ids import uuid7
from services.inventory.domain import leaving, stocking, stowage
from services.inventory.domain.documents import Document
from services.inventory.domain.fulfilment import Fulfilment, Known, Left, Mode, Pick, Place
from services.inventory.domain.stocking import InboundLine
from services.inventory.domain.stowage import Fit, Lying
from services.inventory.store import reference, shelves
from services.inventory.store import stowage as store
from services.inventory.store.documents import Move
from services.inventory.store.stowage import Bin, Restowed


async def set_bins(tx: Tx, actor: Actor, bins: Sequence[Bin]) -> None:
    """Bins of one warehouse; with the first ones, all that lies there waits to be put away.

    Raises NotFound, NoBinsHere.
    """
    warehouse_id = bins[0].warehouse_id
    await shelves.lock(tx)
    warehouse = await reference.lock_warehouse(tx, warehouse_id)
    if warehouse is None or not in_scope(actor, Resource(warehouse_id=warehouse_id)):
        raise NotFound
    if warehouse.mode is Mode.DIRECT:
        raise stowage.NoBinsHere
    await store.upsert_bins(tx, bins)
    await store.keep_apart(tx, warehouse_id, ())


async def restow(tx: Tx, actor: Actor, where: Place, source: Pick, target: InboundLine) -> None:
    """Put goods into another bin, or say of which lot they are, where that was not known.

    Raises NotFound, InvalidRequest, NothingToMove.
    """
    warehouse_id, sku = where
    await shelves.lock(tx)
    warehouse = await reference.lock_warehouse(tx, warehouse_id)
    if warehouse is None or not in_scope(actor, Resource(warehouse_id=warehouse_id)):
        raise NotFound
    if (source.bin, source.lot) == (target.bin, target.lot):
        raise InvalidRequest(("/to_bin", "They lie there already."))
    keeping = await store.keeping(tx, warehouse_id, [target])
    if target.lot != source.lot:
        if source.lot:
            raise InvalidRequest(("/to_lot", "They belong to a lot already."))
        if refusal := stocking.stowage_refusal([target], keeping):
            raise refusal
        await _keep_lots(tx, [target])
    elif target.bin and target.bin not in keeping.bins:
        raise InvalidRequest(("/to_bin", f"There is no bin {target.bin} in this warehouse."))
    lying = await store.lock(tx, [where])
    found = sum(
        one.free for one in lying.get(where, ()) if (one.bin, one.lot) == (source.bin, source.lot)
    )
    if found < source.quantity:
        raise stowage.NothingToMove(found=found)
    put = Pick(target.bin, target.lot, source.quantity)
    change = Restowed(uuid7(), warehouse_id, sku, source, put, actor.user_id, datetime.now(UTC))
    await store.restow(tx, change)


async def put_away(
    tx: Tx, warehouse_id: UUID, document_id: UUID, lines: Sequence[InboundLine]
) -> None:
    """Goods that came in lie in their bins, of their lots; `lines` are those of the note."""
    keeping = await store.keeping(tx, warehouse_id, lines)
    apart = [
        Left(no, line.sku, line.bin, line.lot, line.quantity)
        for no, line in enumerate(lines, 1)
        if keeping.apart(line.sku)
    ]
    if apart:
        await _keep_lots(tx, lines)
        await store.move(tx, warehouse_id, document_id, apart)


async def follow_document(tx: Tx, document: Document, moves: Sequence[Move], now: datetime) -> None:
    """Bins and lots follow what an issue, a transfer or a count moved.

    Goods go first expired first; expired ones only where that is the reason, or where a count
    missed them. What a count found is in no bin, and of no known lot. Raises GoodLotsMissing.
    """
    lines = [InboundLine(move.sku, move.quantity) for move in moves]
    keeping = await store.keeping(tx, document.warehouse_id, lines)
    apart = [move for move in moves if move.quantity and keeping.apart(move.sku)]
    if not apart:
        return
    lying = Lying(await store.lock(tx, [(document.warehouse_id, move.sku) for move in apart]))
    found = [Left(move.line_no, move.sku, "", "", move.quantity) for move in apart]
    gone = [one for one in found if one.quantity < 0]
    fits = leaving.fits(document, stowage.today(now))
    taken = stowage.gone(lying, document.warehouse_id, gone, fits)
    if isinstance(taken, DomainError):
        raise taken
    await store.move(
        tx,
        document.warehouse_id,
        document.document_id,
        [*(one for one in found if one.quantity > 0), *taken],
    )


async def sent(tx: Tx, document: Document) -> dict[int, list[Pick]]:
    """By line number, the lots that a transfer took with it."""
    return await store.moved(tx, document.document_id)


async def keep_by_lot(tx: Tx, skus: Collection[str]) -> None:
    """What lies of these SKUs is kept by lot from now on; which one, somebody has to say."""
    await store.keep_apart(tx, None, skus)


async def lying_for(tx: Tx, known: Mapping[UUID, Known]) -> Lying:
    """What lies for orders whose warehouses keep goods by bin or lot; costs others nothing."""
    places = {
        (one.warehouse_id, line.sku)
        for one in known.values()
        if isinstance(one, Fulfilment) and one.stows
        for line in one.lines
    }
    return Lying(await store.lock(tx, sorted(places)) if places else {})


async def fits_for(tx: Tx, known: Mapping[UUID, Known], now: datetime) -> Mapping[UUID, Fit]:
    """By part, which lots its dealer takes."""
    stowing = [one for one in known.values() if isinstance(one, Fulfilment) and one.stows]
    lives = await store.shelf_lives(tx, {one.dealer_id for one in stowing}) if stowing else {}
    return {
        one.part_id: stowage.takes(stowage.today(now), lives.get(one.dealer_id, 0))
        for one in stowing
    }


async def lying_for_unplaced(tx: Tx, known: Mapping[UUID, Known]) -> Lying:
    """What lies for what was picked before bins or lots were kept; mostly nothing was."""
    unplaced = {
        part_id: one
        for part_id, one in known.items()
        if isinstance(one, Fulfilment) and any(line.unplaced for line in one.lines)
    }
    return await lying_for(tx, unplaced)


async def _keep_lots(tx: Tx, lines: Sequence[InboundLine]) -> None:
    lots = [(line.sku, line.lot, line.expires_on) for line in lines if line.lot]
    known = [(sku, lot, day) for sku, lot, day in lots if isinstance(day, date)]
    if known:
        await store.insert_lots(tx, known)
