"""Goods for those who wait: whoever has the higher priority, then the older order (P-03)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from contracts.inventory import BackorderAllocated, ShipmentLine
from services.inventory.domain.fulfilment import Change, Fulfilment, Line, Place, State, about
from services.inventory.domain.reserving import held_again


def allocate(free: Mapping[Place, int], waiting: Sequence[Fulfilment]) -> list[Change]:
    """Hold what is free for those who wait for it; who gets nothing is left out.

    Goods go to an order that is to be complete, too, as they come: else it would wait for ever.
    """
    left = Counter(dict(free))
    changes: list[Change] = []
    for before in sorted(waiting, key=_claim):
        got = _got(left, before)
        if not got:
            continue
        lines = tuple(
            replace(line, backordered=line.backordered - got[line.line_no])
            if line.line_no in got
            else line
            for line in before.lines
        )
        changes.append(_allocated(before, replace(before, lines=lines), got))
    return changes


def _claim(fulfilment: Fulfilment) -> tuple[int, UUID]:
    """Ids of orders grow with time."""
    return -fulfilment.priority, fulfilment.order_id


def _got(left: Counter[Place], waiting: Fulfilment) -> dict[int, int]:
    """Base units by line number, taken from what is left."""
    got: dict[int, int] = {}
    for line in waiting.lines:
        place = (waiting.warehouse_id, line.sku)
        if quantity := min(line.backordered, left[place]):
            left[place] -= quantity
            got[line.line_no] = quantity
    return got


def _allocated(before: Fulfilment, after: Fulfilment, got: Mapping[int, int]) -> Change:
    """The saga hears of what is released from what the warehouse makes of it."""
    event = BackorderAllocated(
        **about(before),
        lines=tuple(_part(line, got) for line in before.lines if line.line_no in got),
    )
    if after.state is State.IN_WAREHOUSE:
        return Change(before, after, (event,))
    return Change(before, after, (event, held_again(after)))


def _part(line: Line, got: Mapping[int, int]) -> ShipmentLine:
    return ShipmentLine(line_no=line.line_no, sku=line.sku, quantity=got[line.line_no])
