"""Goods on their way: dispatch, delivery, receipt; only ever forward (E-19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError
from contracts.inventory import (
    ShipmentDelivered,
    ShipmentDispatched,
    ShipmentReceived,
    ShipmentStatus,
)
from contracts.message import Message
from services.inventory.domain.fulfilment import (
    Change,
    Fulfilment,
    Shipment,
    about,
    advanced,
)


class DispatchMode(StrEnum):
    """How the goods travel: our own fleet, a carrier, or the dealer fetches them."""

    OWN_FLEET = "OWN_FLEET"
    CARRIER = "CARRIER"
    PICKUP = "PICKUP"


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
    events: list[Message] = [received(before, shipment)]
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


def _delivered(fulfilment: Fulfilment, shipment: Shipment) -> ShipmentDelivered:
    return ShipmentDelivered(
        **about(fulfilment), shipment_id=shipment.shipment_id, shipment_number=shipment.number
    )


def received(fulfilment: Fulfilment, shipment: Shipment) -> ShipmentReceived:
    return ShipmentReceived(
        **about(fulfilment), shipment_id=shipment.shipment_id, shipment_number=shipment.number
    )


def _shipment(fulfilment: Fulfilment, shipment_id: UUID) -> Shipment:
    return next(one for one in fulfilment.shipments if one.shipment_id == shipment_id)


def _moved_on(shipment: Shipment) -> ShipmentMovedOn:
    return ShipmentMovedOn(shipment_id=shipment.shipment_id, current_status=shipment.status)
