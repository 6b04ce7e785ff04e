"""One order as the warehouse sees it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.dealers import Shortage
from contracts.inventory import LineCount, ShipmentLine, ShipmentStatus


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
    alternatives: tuple[UUID, ...] = ()
    """Warehouses that help out with what is not here, the first one first (P-17)."""


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


LIVE = frozenset({PickStatus.OPEN, PickStatus.PICKING})
"""While a pick task takes up whatever of its order can be picked."""
WITH_GOODS = frozenset({PickStatus.PICKING, PickStatus.PICKED})
"""While goods that were picked by it may wait for outbound."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Taken from a bin, of a lot; empty names where there is none. Base units."""

    bin: str
    lot: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Line:
    """Base units; each count from `picked` to `received` includes the next ones.

    Of the ordered `quantity`, `backordered` is wanted and not there, and `closed` given up.

    `picks`: where it was picked and has not left; nothing of what is kept neither by bin nor lot.
    """

    line_no: int
    sku: str
    quantity: int
    picked: int = 0
    shipped: int = 0
    delivered: int = 0
    received: int = 0
    backordered: int = 0
    closed: int = 0
    picks: tuple[Pick, ...] = ()

    @property
    def allotted(self) -> int:
        """What is held for it or has left."""
        return self.quantity - self.backordered - self.closed

    @property
    def to_pick(self) -> int:
        return self.allotted - self.picked

    @property
    def to_ship(self) -> int:
        return self.picked - self.shipped

    @property
    def unplaced(self) -> int:
        """Picked, and nobody knows from where."""
        return self.to_ship - sum(pick.quantity for pick in self.picks)


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
class Left:
    """What left of one bin and lot for a line of a shipment."""

    line_no: int
    sku: str
    bin: str
    lot: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """Goods that left together: the outbound note 出库单 and what became of it.

    `stowed` is where they lay; only a new shipment says so.
    """

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
    stowed: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True)
class Amendment:
    """The last one that was asked for: made, or why not and what stood in its way."""

    number: int
    refusal: str | None = None
    skus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """What one warehouse does of one order, mostly all; `mode` and `one_person` are its own.

    `tasks` are in the order in which they were made, so that the last one is the current one.
    """

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
    tasks: tuple[PickTask, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    shortage: Shortage = Shortage.REFUSE
    priority: int = 0
    stows: bool = False
    """Its warehouse keeps some goods by bin or lot."""
    amendment: Amendment | None = None
    part: UUID | None = None
    """Of an order that goes from several warehouses (P-17): which part it is; None: the first."""
    parts: int = 1
    """Of a first part: how many there are."""
    home_id: UUID | None = None
    """Of a first part: the warehouse that the order is for, where it is another one."""

    @property
    def part_id(self) -> UUID:
        """Under which it is kept."""
        return self.part or self.order_id

    @property
    def task(self) -> PickTask | None:
        """The newest pick task."""
        return self.tasks[-1] if self.tasks else None

    @property
    def started(self) -> bool:
        """Picking has begun."""
        return any(line.picked for line in self.lines) or any(
            task.started_at is not None for task in self.tasks
        )

    @property
    def picked(self) -> bool:
        return any(line.picked for line in self.lines)

    @property
    def shipped(self) -> bool:
        return any(line.shipped for line in self.lines)

    @property
    def owes(self) -> bool:
        """Some of it is wanted and not there."""
        return any(line.backordered for line in self.lines)

    @property
    def over(self) -> bool:
        """All that was not given up has left."""
        return all(line.shipped + line.closed == line.quantity for line in self.lines)

    @property
    def may_go(self) -> bool:
        """There is something to pick, and it need not wait for the rest of the order (P-03)."""
        waits = self.shortage is Shortage.SHIP_COMPLETE and self.owes
        return not waits and any(line.to_pick for line in self.lines)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An order that was cancelled before anything was held for it: a late reserve is refused."""

    order_id: UUID


Known = Fulfilment | Tombstone


def with_task(fulfilment: Fulfilment, task: PickTask) -> Fulfilment:
    """The fulfilment with a pick task that is new or has changed."""
    known = [one.pick_task_id for one in fulfilment.tasks]
    if task.pick_task_id not in known:
        return replace(fulfilment, tasks=(*fulfilment.tasks, task))
    place = known.index(task.pick_task_id)
    tasks = (*fulfilment.tasks[:place], task, *fulfilment.tasks[place + 1 :])
    return replace(fulfilment, tasks=tasks)


def tidied(fulfilment: Fulfilment) -> Fulfilment:
    """Without a pick task of which nothing is left to pick; over, when all that remains has left.

    Of an order in the warehouse; others stay as they are.
    """
    if fulfilment.state is not State.IN_WAREHOUSE:
        return fulfilment
    idle = not any(line.to_pick for line in fulfilment.lines)
    tasks = tuple(
        replace(task, status=PickStatus.CANCELLED)
        if idle and task.status is PickStatus.OPEN
        else task
        for task in fulfilment.tasks
    )
    state = State.SHIPPED if fulfilment.over else fulfilment.state
    return replace(fulfilment, state=state, tasks=tasks)


def owed(*parts: Fulfilment) -> tuple[LineCount, ...]:
    """What is backordered of each line, in all parts of an order."""
    total: Counter[int] = Counter()
    for part in parts:
        for line in part.lines:
            total[line.line_no] += line.backordered
    return tuple(
        LineCount(line_no=line_no, quantity=quantity)
        for line_no, quantity in total.items()
        if quantity
    )
