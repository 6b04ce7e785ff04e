"""Letting the warehouse start: who does the work decides what happens next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from contracts.inventory import PartnerNotReady
from contracts.message import OrderReply
from services.inventory.domain import outbound, picking
from services.inventory.domain.fulfilment import (
    LIVE,
    Change,
    Fulfilment,
    Known,
    Mode,
    State,
    advanced,
    owed,
    tidied,
)
from services.inventory.domain.reserving import promise_again


@dataclass(slots=True)
class Released:
    """What a batch of orders needs to be released: a shipment or a pick task each."""

    direct: list[Fulfilment] = field(default_factory=list[Fulfilment])
    manual: list[Fulfilment] = field(default_factory=list[Fulfilment])
    partner: list[Fulfilment] = field(default_factory=list[Fulfilment])
    """In the warehouse of a partner, whom nothing connects us to yet: they stay held, firmly."""
    waiting: list[Fulfilment] = field(default_factory=list[Fulfilment])
    """Of which nothing is there, or too little to go: released, and picked when goods come."""
    replies: list[OrderReply] = field(default_factory=list[OrderReply])
    """To those that nothing is held for, or that were released before."""
    tombstones: list[UUID] = field(default_factory=list[UUID])
    """Orders that were never seen: they were told that all is lost, and so it stays."""


def by_mode(held: Sequence[Fulfilment]) -> Released:
    """Part orders that can all be released."""
    return sort_out({one.part_id: one for one in held}, [one.part_id for one in held])


def sort_out(known: Mapping[UUID, Known], part_ids: Sequence[UUID]) -> Released:
    """Part what goes out at once from what people pick, and from what cannot be released."""
    released = Released()
    for part_id in part_ids:
        match known.get(part_id):
            case Fulfilment(state=State.SOFT | State.FIRM, mode=Mode.PARTNER) as held:
                released.partner.append(held)
            case Fulfilment(state=State.SOFT | State.FIRM, may_go=False) as held:
                released.waiting.append(held)
            case Fulfilment(state=State.SOFT | State.FIRM, mode=Mode.DIRECT) as held:
                released.direct.append(held)
            case Fulfilment(state=State.SOFT | State.FIRM) as held:
                released.manual.append(held)
            case other:
                released.replies.append(promise_again(part_id, other))
                if other is None:
                    released.tombstones.append(part_id)
    return released


def go_on(held: Sequence[Fulfilment]) -> Released:
    """Part orders that the warehouse has and for which something else is held than before.

    What people pick already is picked by the same task.
    """
    released = Released()
    for one in held:
        if not one.may_go:
            released.waiting.append(one)
        elif one.mode is Mode.DIRECT:
            released.direct.append(one)
        elif LIVE.isdisjoint(task.status for task in one.tasks):
            released.manual.append(one)
        else:
            released.waiting.append(one)
    return released


def release(
    released: Released,
    shipments: Sequence[tuple[UUID, str]],
    pick_tasks: Sequence[tuple[UUID, str]],
    now: datetime,
) -> list[Change]:
    """Release what was sorted out, with an id and a number for each new document."""
    return [
        *(
            outbound.go_direct(held, shipment_id, number, now)
            for held, (shipment_id, number) in zip(released.direct, shipments, strict=True)
        ),
        *(
            picking.release(held, pick_task_id, number, now)
            for held, (pick_task_id, number) in zip(released.manual, pick_tasks, strict=True)
        ),
        *(_not_ready(held) for held in released.partner),
        *(
            advanced(held, tidied(replace(held, state=State.IN_WAREHOUSE)))
            for held in released.waiting
        ),
    ]


def _not_ready(before: Fulfilment) -> Change:
    reply = PartnerNotReady(order_id=before.order_id, reason="no-adapter", backordered=owed(before))
    return Change(before, replace(before, state=State.FIRM), (reply,))
