"""How far the warehouse is with one order: the aggregate, its picture for the saga, its stock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypedDict
from uuid import UUID

from contracts.inventory import (
    FulfilmentAdvanced,
    LineProgress,
    ShipmentLine,
    ShipmentProgress,
    ShipmentStatus,
)
from contracts.message import Message

Place = tuple[UUID, str]
"""A shelf: warehouse and SKU."""


class Mode(StrEnum):
    """Who does the work of a warehouse: people, nobody (a virtual one), or a partner's system."""

    MANUAL = "MANUAL"
    DIRECT = "DIRECT"
    PARTNER = "PARTNER"


@dataclass(frozen=True, slots=True)
class WarehouseRules:
    """What orders need to know of it."""

    mode: Mode
    one_person: bool


class State(StrEnum):
    """What inventory has promised to an order."""

    REFUSED = "REFUSED"
    SOFT = "SOFT"
    FIRM = "FIRM"
    IN_WAREHOUSE = "IN_WAREHOUSE"
    PUT_BACK = "PUT_BACK"
    SHIPPED = "SHIPPED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


HOLDING = frozenset({State.SOFT, State.FIRM, State.IN_WAREHOUSE, State.PUT_BACK})
"""While goods are reserved for the order, as far as they have not left."""


class PickStatus(StrEnum):
    """Of a pick task 配货单."""

    OPEN = "OPEN"
    PICKING = "PICKING"
    PICKED = "PICKED"
    SHIPPED = "SHIPPED"
    PUT_BACK = "PUT_BACK"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Line:
    """Base units; each count includes the next ones."""

    line_no: int
    sku: str
    quantity: int
    picked: int = 0
    shipped: int = 0
    delivered: int = 0
    received: int = 0

    @property
    def to_pick(self) -> int:
        return self.quantity - self.picked

    @property
    def to_ship(self) -> int:
        return self.picked - self.shipped


@dataclass(frozen=True, slots=True)
class PickTask:
    """A pick task 配货单; `picker_ids` are all who started it or picked for it."""

    pick_task_id: UUID
    number: str
    status: PickStatus
    created_at: datetime
    picker_ids: tuple[UUID, ...] = ()
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shipment:
    """Goods that left together: the outbound note 出库单 and what became of it."""

    shipment_id: UUID
    number: str
    status: ShipmentStatus
    lines: tuple[ShipmentLine, ...]
    posted_at: datetime
    posted_by: UUID | None = None
    mode: str | None = None
    tracking_number: str | None = None
    dispatched_at: datetime | None = None
    delivered_at: datetime | None = None
    proof: str | None = None
    received_at: datetime | None = None
    received_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """All that inventory knows of one order; `mode` and `one_person` are its warehouse's."""

    order_id: UUID
    number: str
    dealer_id: UUID
    warehouse_id: UUID
    state: State
    lines: tuple[Line, ...] = ()
    mode: Mode = Mode.MANUAL
    one_person: bool = False
    revision: int = 0
    refusal: str | None = None
    short: tuple[str, ...] = ()
    task: PickTask | None = None
    shipments: tuple[Shipment, ...] = ()

    @property
    def started(self) -> bool:
        """Picking has begun."""
        return any(line.picked for line in self.lines) or (
            self.task is not None and self.task.started_at is not None
        )

    @property
    def picked(self) -> bool:
        return any(line.picked for line in self.lines)

    @property
    def shipped(self) -> bool:
        return any(line.shipped for line in self.lines)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An order that was cancelled before anything was held for it: a late reserve is refused."""

    order_id: UUID


Known = Fulfilment | Tombstone


@dataclass(frozen=True, slots=True)
class Change:
    """What a decision makes of a fulfilment, and what is told of it, in this order."""

    before: Fulfilment
    after: Fulfilment
    messages: tuple[Message, ...] = ()


def begun(after: Fulfilment) -> Change:
    """An order of which nothing was known before."""
    return Change(replace(after, lines=(), revision=0, task=None, shipments=()), after)


class About(TypedDict):
    """What every event of a fulfilment says."""

    order_id: UUID
    number: str
    dealer_id: UUID
    warehouse_id: UUID


def about(fulfilment: Fulfilment) -> About:
    return About(
        order_id=fulfilment.order_id,
        number=fulfilment.number,
        dealer_id=fulfilment.dealer_id,
        warehouse_id=fulfilment.warehouse_id,
    )


def advanced(before: Fulfilment, after: Fulfilment, *events: Message) -> Change:
    """A step of the warehouse: it gets the next revision, and the saga the whole picture."""
    counted = replace(after, revision=before.revision + 1)
    return Change(before, counted, (picture(counted), *events))


def picture(fulfilment: Fulfilment) -> FulfilmentAdvanced:
    return FulfilmentAdvanced(
        order_id=fulfilment.order_id,
        revision=fulfilment.revision,
        started=fulfilment.started,
        lines=tuple(
            LineProgress(
                line_no=line.line_no,
                picked=line.picked,
                shipped=line.shipped,
                delivered=line.delivered,
                received=line.received,
            )
            for line in fulfilment.lines
        ),
        shipments=tuple(
            ShipmentProgress(
                shipment_id=shipment.shipment_id,
                number=shipment.number,
                status=shipment.status,
                lines=shipment.lines,
            )
            for shipment in fulfilment.shipments
        ),
    )


@dataclass(frozen=True, slots=True)
class StockChange:
    """What changes on the shelves: base units by place; zero where nothing does."""

    on_hand: Counter[Place]
    reserved: Counter[Place]


def stock_change(changes: list[Change]) -> StockChange:
    """What decisions mean for the shelves.

    It is derived from the fulfilments, so that what is reserved cannot differ from what they hold.
    """
    on_hand: Counter[Place] = Counter()
    reserved: Counter[Place] = Counter()
    for change in changes:
        _count(change.before, -1, on_hand, reserved)
        _count(change.after, +1, on_hand, reserved)
    return StockChange(on_hand, reserved)


def _count(
    fulfilment: Fulfilment, sign: int, on_hand: Counter[Place], reserved: Counter[Place]
) -> None:
    holding = fulfilment.state in HOLDING
    for line in fulfilment.lines:
        place = (fulfilment.warehouse_id, line.sku)
        if line.shipped:
            on_hand[place] -= sign * line.shipped
        if holding:
            reserved[place] += sign * (line.quantity - line.shipped)
