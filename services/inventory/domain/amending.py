"""Other lines for an order that is held (S-4): all of them or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from contracts.dealers import Shortage
from contracts.inventory import AmendmentRefused, AmendReservation, ReservationAmended
from contracts.message import OrderReply
from services.inventory.domain.fulfilment import (
    Amendment,
    Change,
    Fulfilment,
    Known,
    Line,
    PickStatus,
    Place,
    State,
    advanced,
    owed,
    then,
    tidied,
)
from services.inventory.domain.reserving import Decided

AMENDABLE = frozenset({State.SOFT, State.FIRM, State.IN_WAREHOUSE, State.SHIPPED})


def places(known: Mapping[UUID, Known], asks: Sequence[AmendReservation]) -> set[Place]:
    """The shelves that a batch may want more from."""
    orders = [(known.get(ask.order_id), ask) for ask in asks]
    return {
        (before.warehouse_id, sku)
        for before, ask in orders
        if isinstance(before, Fulfilment)
        for sku in (*(line.sku for line in ask.lines), *(line.sku for line in before.lines))
    }


def amend(
    known: Mapping[UUID, Known], available: Mapping[Place, int], asks: Sequence[AmendReservation]
) -> Decided:
    """Make the lines what is asked, or leave all as they are.

    What the order gives up of a SKU in one line it may use in another. What is not there is
    backordered, or refused where the order refuses to be short.
    """
    decided = Decided()
    taken: Counter[Place] = Counter()
    for ask in asks:
        match known.get(ask.order_id):
            case Fulfilment(state=state, amendment=last) as before if state in AMENDABLE:
                if last and ask.amendment <= last.number:
                    decided.messages += _answered(before, last, ask)
                    continue
                change = _amended(before, available, taken, ask)
                taken.update(_taken(change))
                decided.changes.append(change)
            case before:
                decided.messages.append(_refused(ask, "released"))
                if before is None:
                    decided.tombstones.append(ask.order_id)
    return decided


def _answered(before: Fulfilment, last: Amendment, ask: AmendReservation) -> tuple[OrderReply, ...]:
    """As it was answered; of those before the last one nobody waits for an answer any more."""
    if ask.amendment < last.number:
        return ()
    if last.refusal:
        return (_refused(ask, last.refusal, last.skus),)
    return (_made(ask, before),)


def _amended(
    before: Fulfilment,
    available: Mapping[Place, int],
    taken: Counter[Place],
    ask: AmendReservation,
) -> Change:
    reason, skus = _in_the_way(before, ask)
    lines = _refilled(before, _lines(before, ask), available, taken)
    if not reason and before.shortage is Shortage.REFUSE:
        more = _waited_for(lines) - _waited_for(before.lines)
        reason, skus = ("short", tuple(sorted(more))) if more else ("", ())
    if reason:
        refusal = Amendment(ask.amendment, reason, skus)
        return Change(before, replace(before, amendment=refusal), (_refused(ask, reason, skus),))
    after = tidied(replace(before, lines=lines, amendment=Amendment(ask.amendment)))
    change = Change(before, after, (_made(ask, after),))
    over = before.state is State.IN_WAREHOUSE and after.state is State.SHIPPED
    return then(change, advanced(after, after)) if over else change


def _in_the_way(before: Fulfilment, ask: AmendReservation) -> tuple[str, tuple[str, ...]]:
    """Why lines cannot be changed, and which."""
    if before.state is State.SHIPPED:
        return "picked", tuple(sorted({line.sku for line in ask.lines}))
    asked = {line.line_no: line.quantity for line in ask.lines}
    changing = [
        line for line in before.lines if asked.get(line.line_no, line.quantity) != line.quantity
    ]
    picking = any(task.status is PickStatus.PICKING for task in before.tasks)
    if busy := {line.sku for line in changing if picking and line.to_pick}:
        return "being-picked", tuple(sorted(busy))
    gone = {line.sku for line in changing if asked[line.line_no] < line.picked + line.closed}
    return ("picked", tuple(sorted(gone))) if gone else ("", ())


def _lines(before: Fulfilment, ask: AmendReservation) -> list[Line]:
    """As asked, in the order of their numbers; nothing is held for new ones yet."""
    lines = {line.line_no: line for line in before.lines}
    for asked in ask.lines:
        line = lines.get(asked.line_no, Line(asked.line_no, asked.sku, 0))
        lines[asked.line_no] = replace(line, quantity=asked.quantity)
    return [lines[line_no] for line_no in sorted(lines)]


def _refilled(
    before: Fulfilment,
    wanted: Sequence[Line],
    available: Mapping[Place, int],
    taken: Counter[Place],
) -> tuple[Line, ...]:
    """Lines keep what is held for them and still wanted; then the others are served in order."""
    held = {line.line_no: line.allotted for line in before.lines}
    kept = {
        line.line_no: max(0, min(held.get(line.line_no, 0), line.quantity - line.closed))
        for line in wanted
    }
    left: Counter[str] = Counter()
    for sku in {line.sku for line in wanted}:
        place = (before.warehouse_id, sku)
        left[sku] = available.get(place, 0) - taken[place]
    for line in before.lines:
        left[line.sku] += line.allotted - kept[line.line_no]
    lines: list[Line] = []
    for line in wanted:
        missing = max(0, line.quantity - line.closed - kept[line.line_no])
        got = min(missing, left[line.sku])
        left[line.sku] -= got
        lines.append(replace(line, backordered=missing - got))
    return tuple(lines)


def _waited_for(lines: Sequence[Line]) -> Counter[str]:
    waited: Counter[str] = Counter()
    for line in lines:
        waited[line.sku] += line.backordered
    return waited


def _taken(change: Change) -> Counter[Place]:
    """What the order holds more than before; what it holds less is left to those who wait."""
    return _allotted(change.after) - _allotted(change.before)


def _allotted(fulfilment: Fulfilment) -> Counter[Place]:
    allotted: Counter[Place] = Counter()
    for line in fulfilment.lines:
        allotted[fulfilment.warehouse_id, line.sku] += line.allotted
    return allotted


def _made(ask: AmendReservation, after: Fulfilment) -> ReservationAmended:
    return ReservationAmended(
        order_id=ask.order_id, amendment=ask.amendment, backordered=owed(after)
    )


def _refused(ask: AmendReservation, reason: str, skus: tuple[str, ...] = ()) -> AmendmentRefused:
    return AmendmentRefused(
        order_id=ask.order_id, amendment=ask.amendment, reason=reason, skus=skus
    )
