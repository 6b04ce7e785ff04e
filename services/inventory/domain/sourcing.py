"""Where an order goes from (P-17): its home warehouse, then those that help it out.

What is reserved is what is found here, shelf by shelf: nothing is promised on the sum of several
warehouses and then held in one (E-17).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid5

from contracts.dealers import Shortage
from contracts.inventory import AmendedDemand, ReserveStock
from services.inventory.domain.fulfilment import (
    Fulfilment,
    Line,
    Parts,
    PickStatus,
    Place,
    State,
    WarehouseRules,
)

Warehouses = Mapping[UUID, WarehouseRules]
Left = Counter[Place]
"""What can still be promised, by place."""


def route(home_id: UUID, warehouses: Warehouses) -> tuple[UUID, ...]:
    """Where to look, in this order; alternatives of which nothing is known are left out."""
    home = warehouses.get(home_id)
    alternatives = home.alternatives if home else ()
    return home_id, *(one for one in alternatives if one in warehouses)


def elsewhere(
    available: Mapping[Place, int], warehouses: Warehouses, asks: Sequence[ReserveStock]
) -> set[Place]:
    """The shelves of other warehouses that a batch may need: mostly none."""
    wanted: Counter[Place] = Counter()
    for ask in asks:
        for line in ask.lines:
            wanted[ask.warehouse_id, line.sku] += line.quantity
    short = {place for place, quantity in wanted.items() if quantity > available.get(place, 0)}
    return {
        (other, line.sku)
        for ask in asks
        if ask.warehouse_id in warehouses
        and any((ask.warehouse_id, line.sku) in short for line in ask.lines)
        for other in warehouses[ask.warehouse_id].alternatives
        for line in ask.lines
    }


def source(wanted: Fulfilment, warehouses: Warehouses, left: Left) -> Parts:
    """Whole from the first warehouse that has all; else line by line; the rest waits at home.

    What is to leave complete is not parted. `wanted` is as if all of it were at home.
    """
    places = route(wanted.warehouse_id, warehouses)
    for warehouse_id in places:
        if _has_all(warehouse_id, wanted, left):
            if warehouse_id == wanted.warehouse_id:
                return (wanted,)
            return _parted(wanted, warehouses, {warehouse_id: wanted.lines})
    if wanted.shortage is Shortage.SHIP_COMPLETE:
        places = places[:1]
    left = Counter(left)
    lines: dict[UUID, list[Line]] = {warehouse_id: [] for warehouse_id in places}
    for line in wanted.lines:
        for warehouse_id, share in _shares(line, places, left).items():
            lines[warehouse_id].append(share)
    return _parted(wanted, warehouses, {where: own for where, own in lines.items() if own})


def home(first: Fulfilment) -> UUID:
    """The warehouse that an order is for."""
    return first.home_id or first.warehouse_id


def places(parts: Parts, warehouses: Warehouses) -> tuple[UUID, ...]:
    """Where more of a held order may come from; what leaves complete stays where it is."""
    own = [part.warehouse_id for part in parts]
    if parts[0].shortage is Shortage.SHIP_COMPLETE:
        return tuple(own)
    return tuple(dict.fromkeys([*route(home(parts[0]), warehouses), *own]))


def may_change(part: Fulfilment, line: Line) -> bool:
    """Nobody picks it just now."""
    picking = any(task.status is PickStatus.PICKING for task in part.tasks)
    return not (picking and line.to_pick)


def spread(
    parts: Parts, where: Sequence[UUID], left: Left, asked: Sequence[AmendedDemand]
) -> dict[UUID, list[AmendedDemand]]:
    """What changed lines come to by warehouse.

    Less comes off the last one first, and off what is waited for before what is held; more goes to
    the first one that has it, and the rest waits in the first. What none can give up is asked of
    those that cannot, which refuse it. What is given up in one line another may use.
    """
    known = {part.warehouse_id: part for part in parts}
    wanted: dict[UUID, list[AmendedDemand]] = {}
    changes = [(_has(parts, line.line_no), line) for line in asked]
    for has, line in sorted(changes, key=lambda one: one[1].quantity - _total(one[0])):
        difference = line.quantity - _total(has)
        can = [one for one in where if _is_open(known.get(one), has.get(one))]
        if difference < 0:
            shares = _less(has, can, -difference, left)
        else:
            shares = _more(can, line.sku, difference, left)
            shares[(can or where)[0]] += difference - shares.total()
        for one, share in shares.items():
            if share:
                quantity = share + (has[one].quantity if one in has else 0)
                share_of = line.model_copy(update={"quantity": quantity})
                wanted.setdefault(one, []).append(share_of)
    return wanted


def _has(parts: Parts, line_no: int) -> dict[UUID, Line]:
    """A line in each warehouse that has some of it."""
    return {
        part.warehouse_id: line for part in parts for line in part.lines if line.line_no == line_no
    }


def _total(has: Mapping[UUID, Line]) -> int:
    return sum(line.quantity for line in has.values())


def _is_open(part: Fulfilment | None, line: Line | None) -> bool:
    """Whether a line may change there: its part is not over, and nobody picks it."""
    if part is None:
        return True
    return part.state is not State.SHIPPED and (line is None or may_change(part, line))


def _less(has: Mapping[UUID, Line], can: Collection[UUID], drop: int, left: Left) -> Counter[UUID]:
    """How much less, below zero, each warehouse brings of a line, the last one first."""
    shares: Counter[UUID] = Counter()
    last_first = list(has.items())[::-1]
    for one, line in last_first:
        shares[one] -= min(drop + shares.total(), line.backordered if one in can else 0)
    for one, line in last_first:
        free = min(drop + shares.total(), line.to_pick if one in can else 0)
        shares[one] -= free
        left[one, line.sku] += free
    for one, line in last_first:
        shares[one] -= min(drop + shares.total(), line.quantity + shares[one])
    return shares


def _more(can: Sequence[UUID], sku: str, more: int, left: Left) -> Counter[UUID]:
    """How much more each warehouse brings of a SKU, the first one first."""
    shares: Counter[UUID] = Counter()
    for one in can:
        got = min(more - shares.total(), left[one, sku])
        left[one, sku] -= got
        shares[one] += got
    return shares


def new_part(
    first: Fulfilment, warehouse_id: UUID, warehouses: Warehouses, lines: Collection[Line] = ()
) -> Fulfilment:
    """Another warehouse takes part; its id follows from who it is, so that there is one of each."""
    rules = warehouses[warehouse_id]
    return replace(
        first,
        warehouse_id=warehouse_id,
        lines=tuple(lines),
        mode=rules.mode,
        one_person=rules.one_person,
        revision=0,
        tasks=(),
        shipments=(),
        stows=False,
        amendment=None,
        part=uuid5(first.order_id, str(warehouse_id)),
        parts=1,
        home_id=None,
    )


def _shares(line: Line, places: Sequence[UUID], left: Left) -> dict[UUID, Line]:
    """Of a line, what each warehouse gives, and what waits at home."""
    shares: dict[UUID, Line] = {}
    missing = line.quantity
    for warehouse_id in places:
        if got := min(missing, left[warehouse_id, line.sku]):
            left[warehouse_id, line.sku] -= got
            missing -= got
            shares[warehouse_id] = replace(line, quantity=got)
    if missing:
        held = shares[places[0]].quantity if places[0] in shares else 0
        shares[places[0]] = replace(line, quantity=held + missing, backordered=missing)
    return shares


def _has_all(warehouse_id: UUID, wanted: Fulfilment, left: Left) -> bool:
    total: Counter[str] = Counter()
    for line in wanted.lines:
        total[line.sku] += line.quantity
    return all(left[warehouse_id, sku] >= quantity for sku, quantity in total.items())


def _parted(
    wanted: Fulfilment, warehouses: Warehouses, lines: Mapping[UUID, Collection[Line]]
) -> Parts:
    first_id, *others = lines
    rules = warehouses[first_id]
    first = replace(
        wanted,
        warehouse_id=first_id,
        lines=tuple(lines[first_id]),
        mode=rules.mode,
        one_person=rules.one_person,
        parts=len(lines),
        home_id=None if first_id == wanted.warehouse_id else wanted.warehouse_id,
    )
    return first, *(new_part(first, one, warehouses, lines[one]) for one in others)
