"""The outbound: goods leave the stock, here and only here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from chassis.errors import DomainError
from contracts.dealers import Shortage
from contracts.inventory import OutboundPosted, ShipmentLine, ShipmentStatus, ShippedLot
from services.inventory.domain.fulfilment import (
    WITH_GOODS,
    Change,
    Fulfilment,
    Left,
    Line,
    PickStatus,
    Shipment,
    State,
    about,
    advanced,
)
from services.inventory.domain.shipping import received


class NothingToPost(DomainError):
    """Nothing of this pick task waits for outbound.

    zh: 该配货单没有待出库的货物。
    请查看 current_status；已出库的见 shipments。

    `current_status` says where the task is; what has left already is in `shipments`.
    """


class PickNotComplete(DomainError):
    """Not all of the order is picked yet.

    zh: 订单尚未配齐。
    请先完成配货、等待缺货到货，或以 partial=true 先出库已配的部分。

    Wait until the rest is there and picked, or post what is picked with `partial`: true.
    """


class SecondPersonNeeded(DomainError):
    """The person who picked may not post the outbound too.

    zh: 配货与出库不能由同一人完成。
    请由另一位仓库管理人员出库，或在仓库设置中允许一人完成。

    Another person must post it, unless the warehouse's setting `one_person` allows it.
    """

    status = 403


@dataclass(frozen=True, slots=True)
class OutboundAsk:
    """Post what is picked of an order; `partial`: although not all is picked yet."""

    pick_task_id: UUID
    user_id: UUID
    partial: bool = False


def refusal(before: Fulfilment, ask: OutboundAsk) -> DomainError | None:
    """Why nothing can be posted now: NothingToPost, PickNotComplete, SecondPersonNeeded."""
    task = next(one for one in before.tasks if one.pick_task_id == ask.pick_task_id)
    ready = before.state is State.IN_WAREHOUSE and any(line.to_ship for line in before.lines)
    if not ready:
        numbers = [shipment.number for shipment in before.shipments]
        return NothingToPost(current_status=task.status, shipments=numbers)
    picking = any(one.status is PickStatus.PICKING for one in before.tasks)
    owes = before.shortage is Shortage.SHIP_COMPLETE and before.owes
    if (picking or owes) and not ask.partial:
        return PickNotComplete(pick_task_id=task.pick_task_id)
    pickers = {who for one in before.tasks if one.status in WITH_GOODS for who in one.picker_ids}
    if ask.user_id in pickers and not before.one_person:
        return SecondPersonNeeded(pick_task_id=task.pick_task_id)
    return None


def post(
    before: Fulfilment, ask: OutboundAsk, shipment_id: UUID, number: str, now: datetime
) -> Change:
    """Let what is picked leave the stock; `refusal` had nothing against it."""
    shipment = Shipment(
        shipment_id,
        number,
        ShipmentStatus.READY,
        _leaving(before.lines),
        posted_at=now,
        posted_by=ask.user_id,
        stowed=tuple(
            Left(line.line_no, line.sku, pick.bin, pick.lot, pick.quantity)
            for line in before.lines
            for pick in line.picks
        ),
    )
    lines = tuple(replace(line, shipped=line.picked, picks=()) for line in before.lines)
    tasks = tuple(
        replace(task, status=PickStatus.SHIPPED) if task.status is PickStatus.PICKED else task
        for task in before.tasks
    )
    after = replace(before, lines=lines, tasks=tasks, shipments=(*before.shipments, shipment))
    if after.over:
        after = replace(after, state=State.SHIPPED)
    return advanced(before, after, _posted(after, shipment))


def go_direct(before: Fulfilment, shipment_id: UUID, number: str, now: datetime) -> Change:
    """A virtual warehouse: what is held is picked, posted, delivered and received at once."""
    shipment = Shipment(
        shipment_id,
        number,
        ShipmentStatus.RECEIVED,
        tuple(
            ShipmentLine(line_no=line.line_no, sku=line.sku, quantity=line.to_pick)
            for line in before.lines
            if line.to_pick
        ),
        posted_at=now,
        dispatched_at=now,
        delivered_at=now,
        received_at=now,
    )
    lines = tuple(
        Line(
            line.line_no,
            line.sku,
            line.quantity,
            picked=line.allotted,
            shipped=line.allotted,
            delivered=line.allotted,
            received=line.allotted,
            backordered=line.backordered,
            closed=line.closed,
        )
        for line in before.lines
    )
    after = replace(before, lines=lines, shipments=(*before.shipments, shipment))
    after = replace(after, state=State.SHIPPED if after.over else State.IN_WAREHOUSE)
    return advanced(before, after, _posted(after, shipment), received(after, shipment))


def _leaving(lines: Sequence[Line]) -> tuple[ShipmentLine, ...]:
    return tuple(
        ShipmentLine(line_no=line.line_no, sku=line.sku, quantity=line.to_ship)
        for line in lines
        if line.to_ship
    )


def _posted(fulfilment: Fulfilment, shipment: Shipment) -> OutboundPosted:
    return OutboundPosted(
        **about(fulfilment),
        shipment_id=shipment.shipment_id,
        shipment_number=shipment.number,
        lines=shipment.lines,
        direct=shipment.status is ShipmentStatus.RECEIVED,
        lots=_lots(shipment),
    )


def _lots(shipment: Shipment) -> tuple[ShippedLot, ...]:
    total: Counter[tuple[int, str, str]] = Counter()
    for one in shipment.stowed:
        if one.lot:
            total[one.line_no, one.sku, one.lot] += one.quantity
    return tuple(
        ShippedLot(line_no=line_no, sku=sku, lot=lot, quantity=quantity)
        for (line_no, sku, lot), quantity in sorted(total.items())
    )
