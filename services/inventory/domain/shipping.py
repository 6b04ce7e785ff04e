"""Goods on their way: outbound, dispatch, delivery, receipt; only ever forward (E-19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError
from contracts.inventory import (
    OutboundPosted,
    ShipmentDelivered,
    ShipmentDispatched,
    ShipmentLine,
    ShipmentReceived,
    ShipmentStatus,
)
from contracts.message import Message
from services.inventory.domain.fulfilment import (
    Change,
    Fulfilment,
    Line,
    PickStatus,
    Shipment,
    State,
    about,
    advanced,
)


class DispatchMode(StrEnum):
    """How the goods travel: our own fleet, a carrier, or the dealer fetches them."""

    OWN_FLEET = "OWN_FLEET"
    CARRIER = "CARRIER"
    PICKUP = "PICKUP"


class NothingToPost(DomainError):
    """Nothing of this pick task waits for outbound.

    zh: 该配货单没有待出库的货物。
    请查看 current_status；已出库的见 shipments。

    `current_status` says where the task is; what has left already is in `shipments`.
    """


class PickNotComplete(DomainError):
    """Not all of the order is picked yet.

    zh: 订单尚未配齐。
    请先完成配货，或以 partial=true 先出库已配的部分。

    Wait until the rest is picked, or post what is picked with `partial`: true.
    """


class SecondPersonNeeded(DomainError):
    """The person who picked may not post the outbound too.

    zh: 配货与出库不能由同一人完成。
    请由另一位仓库管理人员出库，或在仓库设置中允许一人完成。

    Another person must post it, unless the warehouse's setting `one_person` allows it.
    """

    status = 403


class ShipmentMovedOn(DomainError):
    """The shipment is not in a state that allows this; it only moves forward.

    zh: 发货单的当前状态不允许此操作，状态只能向前推进。
    请刷新后查看 current_status 与 allowed_actions。

    Load it again; `current_status` says where it is, and `allowed_actions` what can be done.
    """


class TrackingNumberMissing(DomainError):
    """A shipment by carrier needs the carrier's tracking number.

    zh: 由物流公司承运时必须填写运单号。
    请填写 tracking_number。

    Give `tracking_number`.
    """

    status = 422


@dataclass(frozen=True, slots=True)
class OutboundAsk:
    """Post what is picked of an order; `partial`: although not all is picked yet."""

    pick_task_id: UUID
    user_id: UUID
    partial: bool = False


@dataclass(frozen=True, slots=True)
class DispatchAsk:
    shipment_id: UUID
    mode: DispatchMode
    tracking_number: str | None = None


@dataclass(frozen=True, slots=True)
class DeliverAsk:
    shipment_id: UUID
    proof: str


@dataclass(frozen=True, slots=True)
class ReceiveAsk:
    """`user_id` is None when time does it."""

    shipment_id: UUID
    user_id: UUID | None = None


def outbound_refusal(before: Fulfilment, ask: OutboundAsk) -> DomainError | None:
    """Why nothing can be posted now: NothingToPost, PickNotComplete, SecondPersonNeeded."""
    task = before.task
    assert task is not None, "an order without pick task is not posted by people"
    ready = before.state is State.IN_WAREHOUSE and any(line.to_ship for line in before.lines)
    if not ready:
        numbers = [shipment.number for shipment in before.shipments]
        return NothingToPost(current_status=task.status, shipments=numbers)
    if task.status is PickStatus.PICKING and not ask.partial:
        return PickNotComplete(pick_task_id=task.pick_task_id)
    if ask.user_id in task.picker_ids and not before.one_person:
        return SecondPersonNeeded(pick_task_id=task.pick_task_id)
    return None


def post_outbound(
    before: Fulfilment, ask: OutboundAsk, shipment_id: UUID, number: str, now: datetime
) -> Change:
    """Let what is picked leave the stock; `outbound_refusal` had nothing against it."""
    shipment = Shipment(
        shipment_id,
        number,
        ShipmentStatus.READY,
        _leaving(before.lines),
        posted_at=now,
        posted_by=ask.user_id,
    )
    lines = tuple(replace(line, shipped=line.picked) for line in before.lines)
    after = replace(before, lines=lines, shipments=(*before.shipments, shipment))
    if all(line.shipped == line.quantity for line in lines) and before.task:
        task = replace(before.task, status=PickStatus.SHIPPED)
        after = replace(after, state=State.SHIPPED, task=task)
    return advanced(before, after, _posted(after, shipment))


def go_direct(before: Fulfilment, shipment_id: UUID, number: str, now: datetime) -> Change:
    """A virtual warehouse: picked, posted, dispatched, delivered and received at once."""
    shipment = Shipment(
        shipment_id,
        number,
        ShipmentStatus.RECEIVED,
        tuple(
            ShipmentLine(line_no=line.line_no, sku=line.sku, quantity=line.quantity)
            for line in before.lines
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
            picked=line.quantity,
            shipped=line.quantity,
            delivered=line.quantity,
            received=line.quantity,
        )
        for line in before.lines
    )
    after = replace(before, state=State.SHIPPED, lines=lines, shipments=(shipment,))
    return advanced(before, after, _posted(after, shipment), _received(after, shipment))


def dispatch(before: Fulfilment, ask: DispatchAsk, now: datetime) -> Change | DomainError:
    """The goods go on their way. Refused: ShipmentMovedOn, TrackingNumberMissing."""
    shipment = _shipment(before, ask.shipment_id)
    if shipment.status is not ShipmentStatus.READY:
        return _moved_on(shipment)
    if ask.mode is DispatchMode.CARRIER and not ask.tracking_number:
        return TrackingNumberMissing()
    gone = replace(
        shipment,
        status=ShipmentStatus.IN_TRANSIT,
        mode=ask.mode.value,
        tracking_number=ask.tracking_number,
        dispatched_at=now,
    )
    event = ShipmentDispatched(
        **about(before),
        shipment_id=shipment.shipment_id,
        shipment_number=shipment.number,
        mode=ask.mode.value,
        tracking_number=ask.tracking_number,
    )
    return advanced(before, _with(before, gone), event)


def deliver(before: Fulfilment, ask: DeliverAsk, now: datetime) -> Change | DomainError:
    """The goods were handed over. Refused: ShipmentMovedOn."""
    shipment = _shipment(before, ask.shipment_id)
    if shipment.status is not ShipmentStatus.IN_TRANSIT:
        return _moved_on(shipment)
    handed = replace(shipment, status=ShipmentStatus.DELIVERED, delivered_at=now, proof=ask.proof)
    return advanced(before, _with(before, handed), _delivered(before, shipment))


def receive(before: Fulfilment, ask: ReceiveAsk, now: datetime) -> Change | DomainError:
    """The dealer has the goods; he may say so before the driver does. Refused: ShipmentMovedOn."""
    shipment = _shipment(before, ask.shipment_id)
    events: list[Message] = [_received(before, shipment)]
    match shipment.status:
        case ShipmentStatus.IN_TRANSIT:
            events.insert(0, _delivered(before, shipment))
        case ShipmentStatus.DELIVERED:
            pass
        case _:
            return _moved_on(shipment)
    taken = replace(
        shipment,
        status=ShipmentStatus.RECEIVED,
        delivered_at=shipment.delivered_at or now,
        received_at=now,
        received_by=ask.user_id,
    )
    return advanced(before, _with(before, taken), *events)


def possible(status: ShipmentStatus) -> tuple[str, ...]:
    """What can be done with a shipment in this state, whoever asks."""
    match status:
        case ShipmentStatus.READY:
            return ("dispatch",)
        case ShipmentStatus.IN_TRANSIT:
            return ("deliver", "receive")
        case ShipmentStatus.DELIVERED:
            return ("receive",)
        case ShipmentStatus.RECEIVED:
            return ()


def _with(before: Fulfilment, changed: Shipment) -> Fulfilment:
    """The fulfilment with a shipment that moved on; its lines count along."""
    shipments = tuple(
        changed if one.shipment_id == changed.shipment_id else one for one in before.shipments
    )
    delivered = _sum(shipments, {ShipmentStatus.DELIVERED, ShipmentStatus.RECEIVED})
    received = _sum(shipments, {ShipmentStatus.RECEIVED})
    lines = tuple(
        replace(
            line,
            delivered=delivered.get(line.line_no, 0),
            received=received.get(line.line_no, 0),
        )
        for line in before.lines
    )
    return replace(before, lines=lines, shipments=shipments)


def _sum(shipments: Sequence[Shipment], statuses: set[ShipmentStatus]) -> dict[int, int]:
    """Base units by line number in the shipments that are so far."""
    total: dict[int, int] = {}
    for shipment in shipments:
        if shipment.status in statuses:
            for line in shipment.lines:
                total[line.line_no] = total.get(line.line_no, 0) + line.quantity
    return total


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
    )


def _delivered(fulfilment: Fulfilment, shipment: Shipment) -> ShipmentDelivered:
    return ShipmentDelivered(
        **about(fulfilment), shipment_id=shipment.shipment_id, shipment_number=shipment.number
    )


def _received(fulfilment: Fulfilment, shipment: Shipment) -> ShipmentReceived:
    return ShipmentReceived(
        **about(fulfilment), shipment_id=shipment.shipment_id, shipment_number=shipment.number
    )


def _shipment(fulfilment: Fulfilment, shipment_id: UUID) -> Shipment:
    return next(one for one in fulfilment.shipments if one.shipment_id == shipment_id)


def _moved_on(shipment: Shipment) -> ShipmentMovedOn:
    return ShipmentMovedOn(shipment_id=shipment.shipment_id, current_status=shipment.status)
