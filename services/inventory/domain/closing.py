"""Giving up what has neither left nor is picked: the rest of an order is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from contracts.inventory import RemainderNotClosed
from services.inventory.domain.fulfilment import (
    Fulfilment,
    Known,
    PickStatus,
    State,
    advanced,
    parts_of,
    picture,
    tidied,
)
from services.inventory.domain.reserving import Decided


def close(known: Mapping[UUID, Known], order_ids: Sequence[UUID]) -> Decided:
    """Close what is not picked, unless somebody picks just now; what is picked may still leave.

    An order that the warehouse does not have yet is not closed: it can be cancelled.
    """
    decided = Decided()
    for order_id in order_ids:
        parts = parts_of(known, order_id)
        if any(_busy(part) for part in parts):
            decided.messages.append(RemainderNotClosed(order_id=order_id))
            continue
        for before in parts or (None,):
            _close(decided, order_id, before)
    return decided


def _close(decided: Decided, order_id: UUID, part: Fulfilment | None) -> None:
    match part:
        case Fulfilment(state=State.IN_WAREHOUSE) as before:
            lines = tuple(
                replace(line, backordered=0, closed=line.quantity - line.picked)
                for line in before.lines
            )
            if lines == before.lines:
                decided.messages.append(picture(before))
                return
            change = advanced(before, tidied(replace(before, lines=lines)))
            decided.changes.append(change)
            decided.messages += change.messages
        case Fulfilment(state=State.SHIPPED) as before:
            decided.messages.append(picture(before))
        case _:
            decided.messages.append(RemainderNotClosed(order_id=order_id))


def _busy(fulfilment: Fulfilment) -> bool:
    return any(task.status is PickStatus.PICKING for task in fulfilment.tasks)
