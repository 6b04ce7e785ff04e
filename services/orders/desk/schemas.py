"""HTTP bodies of the saga desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.saga import Phase, Step
from contracts.message import Command, Message
from services.orders.desk.domain import PARTICIPANTS, Action, ProposalState
from services.orders.domain.order import Credit, Order, Status, Stock
from services.orders.saga import LIFECYCLE, Moved
from services.orders.schemas import CURRENCY, ReasonRequest, ShipmentResponse

DeskKind = Literal["STUCK", "PARKED", "WAITING"]


class ProposeRequest(ReasonRequest):
    """What another person shall agree to, and why."""

    action: Literal["compensate", "give-up"]


class DeskRow(BaseModel):
    """An order that somebody should look at."""

    order_id: UUID
    number: str
    dealer_id: UUID
    dealer_name: str | None
    kind: DeskKind = Field(
        description="PARKED: a message cannot be handled. STUCK: a service does not answer, or "
        "says no. WAITING: for people, for too long."
    )
    status: Status
    step: str
    service: str | None = Field(description="Where to look; null: at people.")
    owner: str = Field(description="The role whose work it is.")
    reason: str
    since: datetime = Field(description="When it was parked, else when it was submitted.")
    next_ask_at: datetime | None


class StepState(BaseModel):
    """One row of the saga that was asked, and what is known of it."""

    step: str
    service: str
    state: Literal["done", "unknown", "undone"]


class Effects(BaseModel):
    """What the order has moved so far, as its services said."""

    currency: str
    credit: Credit
    credit_held_minor: int
    stock: Stock
    reserved: dict[str, int] = Field(description="Base units by SKU that are not shipped yet.")
    covered_minor: int = Field(description="Money that was allocated to the order.")
    returned_minor: int
    shipments: list[ShipmentResponse]
    steps: list[StepState]


class DeskOrder(BaseModel):
    """One order on the desk."""

    order_id: UUID
    number: str
    version: int
    status: Status
    step: str
    phase: Phase
    attempt: int
    next_ask_at: datetime | None
    reason: str | None
    parked: str | None = Field(description="Why its messages are parked; null: none is.")
    effects: Effects
    allowed_actions: list[str]


class Said(BaseModel):
    """A message, as it would be sent."""

    type: str
    kind: Literal["command", "event"]
    at_once: bool = Field(description="False: when the services before it have answered.")
    facts: dict[str, Any]


class DryRun(BaseModel):
    """What an action would do. Nothing was changed."""

    action: Action
    status_before: Status
    status_after: Status
    status_at_the_end: Status = Field(description="When every service has answered.")
    said: list[Said]


class ProposalResponse(BaseModel):
    """What one person wants done, and whether another agreed."""

    model_config = ConfigDict(from_attributes=True)

    proposal_id: UUID
    order_id: UUID
    order_version: int
    action: Action
    reason: str
    proposed_by: UUID
    proposed_at: datetime
    expires_at: datetime
    state: ProposalState
    decided_by: UUID | None
    decided_at: datetime | None


def effects(order: Order) -> Effects:
    """What is known to be held, reserved, paid and shipped."""
    reserved = order.stock in {Stock.SOFT, Stock.FIRM}
    return Effects(
        currency=CURRENCY,
        credit=order.credit,
        credit_held_minor=order.credit_minor if order.credit is Credit.HELD else 0,
        stock=order.stock,
        reserved=_open_quantities(order) if reserved else {},
        covered_minor=order.covered_minor,
        returned_minor=order.returned_minor,
        shipments=[ShipmentResponse.of(one) for one in order.shipments],
        steps=_steps(order),
    )


def dry_run(
    action: Action, before: Order, moved: Moved, foreseen: tuple[Order, Sequence[Message]]
) -> DryRun:
    """From what was decided, and what follows when the services answer."""
    after, at_once = moved
    end, later = foreseen
    return DryRun(
        action=action,
        status_before=before.status,
        status_after=after.status,
        status_at_the_end=end.status,
        said=[_said(one, at_once=True) for one in at_once]
        + [_said(one, at_once=False) for one in later],
    )


def _open_quantities(order: Order) -> dict[str, int]:
    open_: dict[str, int] = {}
    for line in order.lines:
        open_[line.sku] = open_.get(line.sku, 0) + line.quantity - line.shipped
    return open_


def _always(_: Order) -> bool:
    return True


NEEDED: Mapping[str, Callable[[Order], bool]] = {
    "amend_price": lambda order: order.amendment is not None,
    "adjust_credit": lambda order: order.adjustment > 0,
    "amend_stock": lambda order: order.amendment is not None,
    "close_remainder": lambda order: order.closing is not None,
}
"""Steps that most orders pass by without asking."""


def _steps(order: Order) -> list[StepState]:
    asked = LIFECYCLE.rows[: order.progress.reached + 1]
    return [
        StepState(step=row.name, service=PARTICIPANTS[row.name], state=_state(row, order))
        for row in asked
        if isinstance(row, Step) and NEEDED.get(row.name, _always)(order)
    ]


def _state(row: Step[Order], order: Order) -> Literal["done", "unknown", "undone"]:
    if row.undone and row.undone(order):
        return "undone"
    return "done" if row.done(order) else "unknown"


def _said(message: Message, *, at_once: bool) -> Said:
    return Said(
        type=message.type,
        kind="command" if isinstance(message, Command) else "event",
        at_once=at_once,
        facts=message.model_dump(mode="json"),
    )
