"""An order that goes from several warehouses (P-17): each does its part, and all are one answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID

from contracts.inventory import (
    FulfilmentAdvanced,
    FulfilmentCancelled,
    ReservationAmended,
    ReservationFirmed,
    StockReserved,
)
from contracts.message import Message, OrderReply
from services.inventory.domain.fulfilment.aggregate import Fulfilment, Known, State, owed
from services.inventory.domain.fulfilment.changing import Change
from services.inventory.domain.fulfilment.telling import picture

Parts = tuple[Fulfilment, ...]
"""All parts of one order, the first first; of most orders it is the only one."""


def parts_of(known: Mapping[UUID, Known], order_id: UUID) -> Parts:
    """What is held for the order by part; nothing for an unknown one or a tombstone."""
    first = known.get(order_id)
    if not isinstance(first, Fulfilment):
        return ()
    if first.parts == 1:
        return (first,)
    others = [
        one
        for one in known.values()
        if isinstance(one, Fulfilment) and one.part and one.order_id == order_id
    ]
    return (first, *sorted(others, key=lambda one: one.part_id))


def keys(known: Mapping[UUID, Known], order_ids: Iterable[UUID]) -> list[UUID]:
    """The parts of the orders; the order itself where nothing is held for it."""
    return [
        key
        for order_id in order_ids
        for key in ([part.part_id for part in parts_of(known, order_id)] or [order_id])
    ]


def as_one(
    known: Mapping[UUID, Known], changes: Sequence[Change], messages: Sequence[Message]
) -> list[Message]:
    """What is told: an order in several parts answers once, for all of them.

    `known` are all parts before the changes; messages about other orders stay as they are.
    """
    now = dict(known) | {change.after.part_id: change.after for change in changes}
    split = {
        one.order_id: parts_of(now, one.order_id)
        for one in now.values()
        if isinstance(one, Fulfilment) and one.part
    }
    if not split:
        return list(messages)
    told: list[Message] = []
    answered: set[tuple[UUID, type[OrderReply]]] = set()
    for message in messages:
        if not isinstance(message, OrderReply) or message.order_id not in split:
            told.append(message)
            continue
        answer = (message.order_id, type(message))
        if answer in answered:
            continue
        answered.add(answer)
        whole = WHOLE.get(type(message))
        parts = split[message.order_id]
        if one := whole(parts, message) if whole else message:
            told.append(one)
    return told


def _owing(parts: Parts, reply: OrderReply) -> OrderReply:
    return reply.model_copy(update={"backordered": owed(*parts)})


def _picture(parts: Parts, _: OrderReply) -> OrderReply:
    return picture(*parts)


def _cancelled(parts: Parts, reply: OrderReply) -> OrderReply | None:
    """Only when every part is given back."""
    return reply if all(part.state is State.CANCELLED for part in parts) else None


WHOLE: Mapping[type[OrderReply], Callable[[Parts, OrderReply], OrderReply | None]] = {
    StockReserved: _owing,
    ReservationFirmed: _owing,
    ReservationAmended: _owing,
    FulfilmentAdvanced: _picture,
    FulfilmentCancelled: _cancelled,
}
"""Replies that say something else of all parts than of one."""
