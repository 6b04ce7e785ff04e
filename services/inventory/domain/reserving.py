"""Holding stock for orders: softly, firmly, not any more. First come, first served."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from contracts.dealers import Shortage
from contracts.inventory import (
    FulfilmentCancelDeclined,
    FulfilmentCancelled,
    PutBackRequested,
    ReservationExpired,
    ReservationFirmed,
    ReservationLost,
    ReserveStock,
    StockRefused,
    StockReserved,
)
from contracts.message import Message, OrderReply
from services.inventory.domain import sourcing
from services.inventory.domain.fulfilment import (
    WITH_GOODS,
    Change,
    Fulfilment,
    Known,
    Line,
    Mode,
    Parts,
    PickStatus,
    Place,
    State,
    WarehouseRules,
    about,
    keys,
    owed,
    parts_of,
    picture,
)

PROMISED = frozenset({State.SOFT, State.FIRM, State.IN_WAREHOUSE, State.SHIPPED})


@dataclass(slots=True)
class Reserved:
    """What a batch of asks comes to."""

    new: list[Fulfilment] = field(default_factory=list[Fulfilment])
    """Held, or refused: a refusal is remembered, so that asking again changes nothing."""
    to_release: list[Fulfilment] = field(default_factory=list[Fulfilment])
    """Held, too; they are answered by what the warehouse makes of them."""
    to_firm: list[ReserveStock] = field(default_factory=list[ReserveStock])
    """Asks for what is held already, but perhaps softly."""
    replies: list[OrderReply] = field(default_factory=list[OrderReply])


@dataclass(slots=True)
class Decided:
    """What a batch of decisions about known fulfilments comes to."""

    changes: list[Change] = field(default_factory=list[Change])
    tombstones: list[UUID] = field(default_factory=list[UUID])
    messages: list[Message] = field(default_factory=list[Message])


def places(asks: Sequence[ReserveStock]) -> set[Place]:
    """The shelves that a batch wants from."""
    return {(ask.warehouse_id, line.sku) for ask in asks for line in ask.lines}


def reserve(
    available: Mapping[Place, int],
    warehouses: Mapping[UUID, WarehouseRules],
    known: Mapping[UUID, Known],
    asks: Sequence[ReserveStock],
) -> Reserved:
    """Hold stock first come, first served; an order is held whole or not at all.

    Unless it allows goods to follow (P-03): then what is there is held in the order of its lines,
    and the rest is backordered. `available` is what those leave who wait already.

    `known` are the orders seen before: they get the answer that they got then, but what is held
    softly becomes firm when that is asked now; a cancel that came first wins.
    """
    outcome = Reserved()
    taken: Counter[Place] = Counter()
    for ask in asks:
        before = known.get(ask.order_id)
        if before and ask.firm and _holds(before):
            outcome.to_firm.append(ask)
            continue
        if before:
            outcome.replies.append(_again(before, *parts_of(known, ask.order_id)[1:]))
            continue
        parts = _decide(available, warehouses, taken, ask)
        for part in parts:
            if part.state in PROMISED:
                taken.update(_held(part))
        if parts[0].state is State.FIRM and ask.release:
            outcome.to_release += parts
            continue
        outcome.new += parts
        outcome.replies.append(_first_answer(*parts))
    return outcome


def firm(known: Mapping[UUID, Known], order_ids: Sequence[UUID]) -> Decided:
    """Make reservations last. Those that are released to the warehouse, too, are not asked here.

    Who is told that his reservation is lost can rely on it: a reserve that comes later is refused.
    """
    decided = Decided()
    for key in keys(known, order_ids):
        match known.get(key):
            case Fulfilment(state=State.SOFT) as soft:
                decided.changes.append(Change(soft, replace(soft, state=State.FIRM)))
                decided.messages.append(_firmed(soft))
            case before:
                decided.messages.append(promise_again(key, before))
                if before is None:
                    decided.tombstones.append(key)
    return decided


def cancel(known: Mapping[UUID, Known], order_ids: Sequence[UUID]) -> Decided:
    """Give back what is held, unless goods have left; what is picked must be put back first."""
    decided = Decided()
    for order_id in order_ids:
        parts = parts_of(known, order_id)
        if order_id not in known:
            decided.tombstones.append(order_id)
        if not parts:
            decided.messages.append(FulfilmentCancelled(order_id=order_id))
        elif any(part.shipped for part in parts):
            decided.messages.append(FulfilmentCancelDeclined(order_id=order_id))
        else:
            changes = [_cancelled(part) for part in parts]
            decided.changes += changes
            decided.messages += [message for change in changes for message in change.messages]
    return decided


def expire(due: Sequence[Fulfilment]) -> Decided:
    """Give back soft reservations that nobody confirmed in time."""
    decided = Decided()
    for soft in due:
        assert soft.state is State.SOFT, "only soft reservations run out"
        decided.changes.append(Change(soft, _given_up(soft, State.EXPIRED)))
        decided.messages.append(ReservationExpired(order_id=soft.order_id))
    return decided


def promise_again(order_id: UUID, known: Known | None) -> OrderReply:
    """The answer to one who asks again to firm up or to release: how it stands now."""
    match known:
        case Fulfilment(state=State.FIRM):
            return _firmed(known)
        case Fulfilment(state=State.IN_WAREHOUSE | State.SHIPPED):
            return picture(known)
        case _:
            return ReservationLost(order_id=known.order_id if known else order_id)


def held_again(fulfilment: Fulfilment) -> StockReserved | ReservationFirmed:
    """What a held order that is not released yet holds now."""
    if fulfilment.state is State.FIRM:
        return _firmed(fulfilment)
    return StockReserved(order_id=fulfilment.order_id, backordered=owed(fulfilment))


def _firmed(*parts: Fulfilment) -> ReservationFirmed:
    return ReservationFirmed(order_id=parts[0].order_id, backordered=owed(*parts))


def _holds(known: Known) -> bool:
    return isinstance(known, Fulfilment) and known.state in PROMISED


def _first_answer(*parts: Fulfilment) -> OrderReply:
    return _firmed(*parts) if parts[0].state is State.FIRM else _again(*parts)


def _again(known: Known, *others: Fulfilment) -> OrderReply:
    match known:
        case Fulfilment(state=State.REFUSED, refusal=str() as refusal, short=short):
            return StockRefused(order_id=known.order_id, reason=refusal, short=short)
        case Fulfilment(state=state) if state in PROMISED:
            held = (known, *others) if isinstance(known, Fulfilment) else ()
            return StockReserved(order_id=known.order_id, backordered=owed(*held))
        case _:
            return StockRefused(order_id=known.order_id, reason="released", short=())


def _decide(
    available: Mapping[Place, int],
    warehouses: Mapping[UUID, WarehouseRules],
    taken: Counter[Place],
    ask: ReserveStock,
) -> Parts:
    warehouse = warehouses.get(ask.warehouse_id)
    wanted = Fulfilment(
        order_id=ask.order_id,
        number=ask.number,
        dealer_id=ask.dealer_id,
        warehouse_id=ask.warehouse_id,
        state=State.FIRM if ask.firm else State.SOFT,
        lines=tuple(Line(line.line_no, line.sku, line.quantity) for line in ask.lines),
        mode=warehouse.mode if warehouse else Mode.MANUAL,
        one_person=warehouse is not None and warehouse.one_person,
        shortage=ask.shortage,
        priority=ask.priority,
    )
    if warehouse is None:
        return (replace(wanted, state=State.REFUSED, lines=(), refusal="unknown-warehouse"),)
    left = Counter(
        {place: available.get(place, 0) - taken[place] for place in _places(ask, warehouses)}
    )
    parts = sourcing.source(wanted, warehouses, left)
    short = sorted({line.sku for part in parts for line in part.lines if line.backordered})
    if short and ask.shortage is Shortage.REFUSE:
        refused = replace(wanted, state=State.REFUSED, lines=(), refusal="short")
        return (replace(refused, short=tuple(short)),)
    return parts


def _places(ask: ReserveStock, warehouses: Mapping[UUID, WarehouseRules]) -> set[Place]:
    return {
        (warehouse_id, line.sku)
        for warehouse_id in sourcing.route(ask.warehouse_id, warehouses)
        for line in ask.lines
    }


def _held(fulfilment: Fulfilment) -> Counter[Place]:
    held: Counter[Place] = Counter()
    for line in fulfilment.lines:
        held[fulfilment.warehouse_id, line.sku] += line.allotted
    return held


def _cancelled(before: Fulfilment) -> Change:
    order_id = before.order_id
    if before.state is State.PUT_BACK:
        return Change(before, before)  # answered when the goods are back
    if before.picked:
        newest = [task.pick_task_id for task in before.tasks if task.status in WITH_GOODS][-1]
        after = _given_up(before, State.PUT_BACK, put_back=newest)
        requested = PutBackRequested(**about(before), pick_task_id=newest)
        return Change(before, after, (requested,))
    after = _given_up(before, State.CANCELLED)
    return Change(before, after, (FulfilmentCancelled(order_id=order_id),))


def _given_up(before: Fulfilment, state: State, put_back: UUID | None = None) -> Fulfilment:
    """Nothing is wanted any more; all that was picked goes back by one task."""
    return replace(
        before,
        state=state,
        lines=tuple(
            replace(line, backordered=0, closed=line.closed + line.backordered)
            if line.backordered
            else line
            for line in before.lines
        ),
        tasks=tuple(
            replace(
                task,
                status=PickStatus.PUT_BACK
                if task.pick_task_id == put_back
                else PickStatus.CANCELLED,
            )
            for task in before.tasks
        ),
        refusal=None,
        short=(),
    )
