"""What happens to goods that leave: outbound, dispatch, delivery, receipt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from chassis.db import Tx
from chassis.errors import DomainError, NotFound
from chassis.ids import uuid7
from chassis.numbers import take_numbers
from services.inventory.commands import steps, stowage
from services.inventory.commands.steps import By, Decide, Outcome
from services.inventory.domain import outbound, shipping
from services.inventory.domain import stowage as rules
from services.inventory.domain.fulfilment import Change, Fulfilment, Known
from services.inventory.domain.outbound import OutboundAsk
from services.inventory.domain.shipping import DeliverAsk, DispatchAsk, ReceiveAsk
from services.inventory.domain.stocking import series
from services.inventory.store import known, shelves

Ask = TypeVar("Ask", DispatchAsk, DeliverAsk, ReceiveAsk)


async def post_outbounds(tx: Tx, by: By, asks: Sequence[OutboundAsk]) -> list[Outcome]:
    """Let what is picked leave the stock; per ask, each of another pick task, its order.

    Or NotFound, StaleVersion, NothingToPost, PickNotComplete, SecondPersonNeeded.
    """
    await shelves.lock(tx)
    now = datetime.now(UTC)
    parts = await known.parts_of_tasks(tx, [ask.pick_task_id for ask in asks])
    seen = await known.lock(tx, known.orders_of(parts.values()))
    lying = await stowage.lying_for_unplaced(tx, seen)
    befores = [
        seen.get(parts[ask.pick_task_id].part_id) if ask.pick_task_id in parts else None
        for ask in asks
    ]
    refusals = [_refusal(by, before, ask) for before, ask in zip(befores, asks, strict=True)]
    count = refusals.count(None)
    numbers = iter(await take_numbers(tx, series("CK", now), count) if count else ())

    def post(ask: OutboundAsk, refusal: DomainError | None) -> Decide:
        if refusal:
            return lambda _: refusal
        number = next(numbers)

        def decide(before: Fulfilment) -> Change:
            placed = rules.complete(before, lying)
            return replace(outbound.post(placed, ask, uuid7(), number, now), before=before)

        return decide

    return await steps.take(
        tx,
        by,
        seen,
        [
            (parts.get(ask.pick_task_id), post(ask, refusal))
            for ask, refusal in zip(asks, refusals, strict=True)
        ],
    )


async def dispatch_shipments(tx: Tx, by: By, asks: Sequence[DispatchAsk]) -> list[Outcome]:
    """Goods go on their way; per ask its order, or NotFound and the refusals of the domain."""
    return await _step(tx, by, asks, shipping.dispatch)


async def deliver_shipments(tx: Tx, by: By, asks: Sequence[DeliverAsk]) -> list[Outcome]:
    """Goods are handed over; per ask its order, or NotFound, ShipmentMovedOn."""
    return await _step(tx, by, asks, shipping.deliver)


async def receive_shipments(tx: Tx, by: By, asks: Sequence[ReceiveAsk]) -> list[Outcome]:
    """Dealers have the goods; per ask its order, or NotFound, ShipmentMovedOn."""
    return await _step(tx, by, asks, shipping.receive)


async def receive_overdue(tx: Tx, age: timedelta, count_max: int) -> int:
    """What was delivered so long ago counts as received (F-73); how many there were."""
    shipment_ids = await known.delivered_before(tx, age, count_max)
    asks = [ReceiveAsk(shipment_id) for shipment_id in shipment_ids]
    outcomes = await receive_shipments(tx, By(), asks)
    return sum(isinstance(outcome, Fulfilment) for outcome in outcomes)


async def _step(
    tx: Tx,
    by: By,
    asks: Sequence[Ask],
    decide: Callable[[Fulfilment, Ask, datetime], Change | DomainError],
) -> list[Outcome]:
    parts = await known.parts_of_shipments(tx, [ask.shipment_id for ask in asks])
    seen = await known.lock(tx, known.orders_of(parts.values()))
    now = datetime.now(UTC)

    def move(ask: Ask) -> Decide:
        return lambda before: decide(before, ask, now)

    return await steps.take(tx, by, seen, [(parts.get(ask.shipment_id), move(ask)) for ask in asks])


def _refusal(by: By, before: Known | None, ask: OutboundAsk) -> DomainError | None:
    if not isinstance(before, Fulfilment):
        return NotFound()
    return by.refusal(before) or outbound.refusal(before, ask)
