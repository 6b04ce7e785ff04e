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
        match known.get(order_id):
            case Fulfilment(state=State.IN_WAREHOUSE) as before if not _busy(before):
                lines = tuple(
                    replace(line, backordered=0, closed=line.quantity - line.picked)
                    for line in before.lines
                )
                if lines == before.lines:
                    decided.messages.append(picture(before))
                    continue
                change = advanced(before, tidied(replace(before, lines=lines)))
                decided.changes.append(change)
                decided.messages += change.messages
            case Fulfilment(state=State.SHIPPED) as before:
                decided.messages.append(picture(before))
            case _:
                decided.messages.append(RemainderNotClosed(order_id=order_id))
    return decided


def _busy(fulfilment: Fulfilment) -> bool:
    return any(task.status is PickStatus.PICKING for task in fulfilment.tasks)
