"""What pickers do: start a task, confirm what was picked, put back what was cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from chassis.db import Tx
from services.inventory.commands import steps, stowage
from services.inventory.commands.steps import By, Decide, Outcome
from services.inventory.domain import picking
from services.inventory.domain import stowage as rules
from services.inventory.domain.fulfilment import Fulfilment
from services.inventory.domain.picking import PickAsk, PickTaskAsk, ShortAsk
from services.inventory.store import known, reference, shelves


async def start_picks(tx: Tx, by: By, asks: Sequence[PickTaskAsk]) -> list[Outcome]:
    """Begin tasks; per ask its order, or NotFound, PickTaskMovedOn, DealerOnStop."""
    parts = await known.parts_of_tasks(tx, [ask.pick_task_id for ask in asks])
    seen = await known.lock(tx, known.orders_of(parts.values()))
    dealers = {one.dealer_id for one in seen.values() if isinstance(one, Fulfilment)}
    statuses = await reference.dealer_statuses(tx, dealers)
    now = datetime.now(UTC)

    def begin(ask: PickTaskAsk) -> Decide:
        return lambda before: picking.start(before, ask, statuses.get(before.dealer_id), now)

    return await steps.take(
        tx, by, seen, [(parts.get(ask.pick_task_id), begin(ask)) for ask in asks]
    )


async def confirm_picks(tx: Tx, by: By, asks: Sequence[PickAsk]) -> list[Outcome]:
    """Count what was picked; per ask its order, or NotFound and the refusals of the domain."""
    parts = await known.parts_of_tasks(tx, [ask.pick_task_id for ask in asks])
    seen = await known.lock(tx, known.orders_of(parts.values()))
    now = datetime.now(UTC)
    lying = await stowage.lying_for(tx, seen)
    fits = await stowage.fits_for(tx, seen, now)

    def counted(ask: PickAsk) -> Decide:
        return lambda before: rules.pick(
            picking.confirm(before, ask, now),
            lying,
            ask.named,
            fits.get(before.part_id, rules.any_),
        )

    return await steps.take(
        tx, by, seen, [(parts.get(ask.pick_task_id), counted(ask)) for ask in asks]
    )


async def shorten_picks(tx: Tx, by: By, asks: Sequence[ShortAsk]) -> list[Outcome]:
    """Backorder what is not brought; per ask its order, or NotFound and the domain's refusals."""
    await shelves.lock(tx)
    parts = await known.parts_of_tasks(tx, [ask.pick_task_id for ask in asks])
    seen = await known.lock(tx, known.orders_of(parts.values()))
    now = datetime.now(UTC)

    def short(ask: ShortAsk) -> Decide:
        return lambda before: picking.shorten(before, ask, now)

    return await steps.take(
        tx, by, seen, [(parts.get(ask.pick_task_id), short(ask)) for ask in asks]
    )


async def put_back(tx: Tx, by: By, asks: Sequence[PickTaskAsk]) -> list[Outcome]:
    """Free the goods of cancelled orders; per ask its order, or NotFound, PickTaskMovedOn."""
    await shelves.lock(tx)
    parts = await known.parts_of_tasks(tx, [ask.pick_task_id for ask in asks])
    seen = await known.lock(tx, known.orders_of(parts.values()))

    def put_away(ask: PickTaskAsk) -> Decide:
        return lambda before: picking.put_back(before, ask)

    return await steps.take(
        tx, by, seen, [(parts.get(ask.pick_task_id), put_away(ask)) for ask in asks]
    )
