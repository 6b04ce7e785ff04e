"""Other lines for an order that is held (S-4): all of them or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from contracts.dealers import Shortage
from contracts.inventory import (
    AmendedDemand,
    AmendmentRefused,
    AmendReservation,
    ReservationAmended,
)
from contracts.message import OrderReply
from services.inventory.domain import sourcing
from services.inventory.domain.fulfilment import (
    Amendment,
    Change,
    Fulfilment,
    Known,
    Line,
    Parts,
    Place,
    State,
    advanced,
    owed,
    parts_of,
    then,
    tidied,
)
from services.inventory.domain.reserving import Decided
from services.inventory.domain.sourcing import Warehouses

AMENDABLE = frozenset({State.SOFT, State.FIRM, State.IN_WAREHOUSE, State.SHIPPED})


def homes(known: Mapping[UUID, Known], asks: Sequence[AmendReservation]) -> set[UUID]:
    """The warehouses that a batch of orders is for."""
    firsts = [known.get(ask.order_id) for ask in asks]
    return {sourcing.home(one) for one in firsts if isinstance(one, Fulfilment)}


def places(
    known: Mapping[UUID, Known], warehouses: Warehouses, asks: Sequence[AmendReservation]
) -> set[Place]:
    """The shelves that a batch may want more from."""
    return {
        (warehouse_id, sku)
        for ask in asks
        if (parts := parts_of(known, ask.order_id))
        for warehouse_id in sourcing.places(parts, warehouses)
        for sku in _skus(parts, ask)
    }


def amend(
    known: Mapping[UUID, Known],
    available: Mapping[Place, int],
    warehouses: Warehouses,
    asks: Sequence[AmendReservation],
) -> Decided:
    """Make the lines what is asked, or leave all as they are.

    What the order gives up of a SKU in one line it may use in another. What is not there, neither
    at home nor elsewhere, is backordered, or refused where the order refuses to be short.
    """
    decided = Decided()
    taken: Counter[Place] = Counter()
    for ask in asks:
        parts = parts_of(known, ask.order_id)
        if not parts or parts[0].state not in AMENDABLE:
            decided.messages.append(_refused(ask, "released"))
            if ask.order_id not in known:
                decided.tombstones.append(ask.order_id)
            continue
        last = parts[0].amendment
        if last and ask.amendment <= last.number:
            decided.messages += _answered(parts, last, ask)
            continue
        changes = _amended(parts, available, warehouses, taken, ask)
        for change in changes:
            taken.update(_taken(change))
        decided.changes += changes
    return decided


def _answered(parts: Parts, last: Amendment, ask: AmendReservation) -> tuple[OrderReply, ...]:
    """As it was answered; of those before the last one nobody waits for an answer any more."""
    if ask.amendment < last.number:
        return ()
    if last.refusal:
        return (_refused(ask, last.refusal, last.skus),)
    return (_made(ask, *parts),)


def _amended(
    parts: Parts,
    available: Mapping[Place, int],
    warehouses: Warehouses,
    taken: Counter[Place],
    ask: AmendReservation,
) -> list[Change]:
    """One change of the first part when it is refused; else of all parts, new ones among them."""
    shares = _shares(parts, available, warehouses, taken, ask)
    befores = (*parts, *_joining(parts, warehouses, shares))
    reason, skus = _in_the_way(befores, shares, ask)
    first, *others = [
        replace(
            part,
            lines=_refilled(
                part, _lines(part, shares.get(part.warehouse_id, ())), available, taken
            ),
        )
        for part in befores
    ]
    if not reason and first.shortage is Shortage.REFUSE:
        more = _waited_for(first, *others) - _waited_for(*befores)
        reason, skus = ("short", tuple(sorted(more))) if more else ("", ())
    before = parts[0]
    if reason:
        refusal = Amendment(ask.amendment, reason, skus)
        return [Change(before, replace(before, amendment=refusal), (_refused(ask, reason, skus),))]
    first = replace(first, amendment=Amendment(ask.amendment), parts=len(befores))
    made = _made(ask, first, *others)
    return [
        _changed(before, first, made),
        *(_changed(one, after) for one, after in zip(befores[1:], others, strict=True)),
    ]


def _changed(before: Fulfilment, amended: Fulfilment, *replies: OrderReply) -> Change:
    after = tidied(amended)
    change = Change(before, after, replies)
    over = before.state is State.IN_WAREHOUSE and after.state is State.SHIPPED
    return then(change, advanced(after, after)) if over else change


def _shares(
    parts: Parts,
    available: Mapping[Place, int],
    warehouses: Warehouses,
    taken: Counter[Place],
    ask: AmendReservation,
) -> Mapping[UUID, Sequence[AmendedDemand]]:
    """What the amended lines come to in each warehouse."""
    where = sourcing.places(parts, warehouses)
    if len(where) == 1:
        return {where[0]: ask.lines}
    left = Counter(
        {
            (warehouse_id, sku): available.get((warehouse_id, sku), 0) - taken[warehouse_id, sku]
            for warehouse_id in where
            for sku in _skus(parts, ask)
        }
    )
    return sourcing.spread(parts, where, left, ask.lines)


def _joining(
    parts: Parts, warehouses: Warehouses, shares: Collection[UUID]
) -> tuple[Fulfilment, ...]:
    """Parts of warehouses that had none of the order yet."""
    there = {part.warehouse_id for part in parts}
    state = next((one.state for one in parts if one.state is not State.SHIPPED), State.SHIPPED)
    return tuple(
        replace(sourcing.new_part(parts[0], warehouse_id, warehouses), state=state)
        for warehouse_id in shares
        if warehouse_id not in there
    )


def _in_the_way(
    parts: Sequence[Fulfilment],
    shares: Mapping[UUID, Sequence[AmendedDemand]],
    ask: AmendReservation,
) -> tuple[str, tuple[str, ...]]:
    """Why lines cannot be changed, and which."""
    if all(part.state is State.SHIPPED for part in parts):
        return "picked", tuple(sorted({line.sku for line in ask.lines}))
    found = [_fault(part, shares.get(part.warehouse_id, ())) for part in parts]
    return next((fault for fault in found if fault[0]), ("", ()))


def _fault(before: Fulfilment, share: Sequence[AmendedDemand]) -> tuple[str, tuple[str, ...]]:
    asked = {line.line_no: line.quantity for line in share}
    if before.state is State.SHIPPED and share:
        return "picked", tuple(sorted({line.sku for line in share}))
    changing = [
        line for line in before.lines if asked.get(line.line_no, line.quantity) != line.quantity
    ]
    if busy := {line.sku for line in changing if not sourcing.may_change(before, line)}:
        return "being-picked", tuple(sorted(busy))
    gone = {line.sku for line in changing if asked[line.line_no] < line.picked + line.closed}
    return ("picked", tuple(sorted(gone))) if gone else ("", ())


def _lines(before: Fulfilment, share: Sequence[AmendedDemand]) -> list[Line]:
    """As asked, in the order of their numbers; nothing is held for new ones yet."""
    lines = {line.line_no: line for line in before.lines}
    for asked in share:
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


def _skus(parts: Parts, ask: AmendReservation) -> set[str]:
    return {line.sku for line in ask.lines} | {line.sku for part in parts for line in part.lines}


def _waited_for(*parts: Fulfilment) -> Counter[str]:
    waited: Counter[str] = Counter()
    for part in parts:
        for line in part.lines:
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


def _made(ask: AmendReservation, *parts: Fulfilment) -> ReservationAmended:
    return ReservationAmended(
        order_id=ask.order_id, amendment=ask.amendment, backordered=owed(*parts)
    )


def _refused(ask: AmendReservation, reason: str, skus: tuple[str, ...] = ()) -> AmendmentRefused:
    return AmendmentRefused(
        order_id=ask.order_id, amendment=ask.amendment, reason=reason, skus=skus
    )
