"""What an event says about its order. Folding is commutative: no arrival order changes a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from contracts import billing, inventory, orders
from contracts.catalog import ProductState
from contracts.dealers import DealerState
from contracts.gateway import UserState
from contracts.message import Message, State
from contracts.orders import OrderEvent

STEPS = (
    "submitted",
    "checked",
    "confirmed",
    "released",
    "picked",
    "outbound",
    "dispatched",
    "delivered",
    "received",
    "invoiced",
    "completed",
    "ended",
)
"""Steps of an order, in the order of their columns."""

REACHED: Mapping[type[Message], str] = {
    orders.OrderSubmitted: "submitted",
    orders.OrderChecksPassed: "checked",
    orders.OrderConfirmed: "confirmed",
    orders.OrderPaymentGateOpened: "released",
    inventory.PickCompleted: "picked",
    inventory.OutboundPosted: "outbound",
    inventory.ShipmentDispatched: "dispatched",
    inventory.ShipmentDelivered: "delivered",
    inventory.ShipmentReceived: "received",
    billing.InvoiceIssued: "invoiced",
    orders.OrderCompleted: "completed",
    orders.OrderRejected: "ended",
    orders.OrderExpired: "ended",
    orders.OrderCancelled: "ended",
}
"""Which step an event marks."""

BECOMES: Mapping[type[Message], str] = {
    orders.OrderSubmitted: "SUBMITTED",
    orders.OrderChecksPassed: "PENDING_CONFIRMATION",
    orders.OrderConfirmed: "CONFIRMED",
    orders.OrderFulfilmentStarted: "IN_FULFILMENT",
    orders.OrderCancelRequested: "CANCELLING",
    orders.OrderCancelDeclined: "IN_FULFILMENT",
    orders.OrderRejected: "REJECTED",
    orders.OrderExpired: "EXPIRED",
    orders.OrderCancelled: "CANCELLED",
    orders.OrderCompleted: "COMPLETED",
}
"""Which state of its life an order is in after an event; others leave it."""
CLOSED_SHORT = "CLOSED_SHORT"
"""Completed, without a part that was given up."""

TOLD: tuple[type[Message], ...] = (
    *BECOMES,
    orders.OrderHeld,
    orders.OrderHoldReleased,
    orders.OrderPaymentGateOpened,
    orders.OrderAmended,
    orders.OrderAmendmentRefused,
    orders.OrderLinesBackordered,
    orders.OrderLinesShortClosed,
    orders.OrderShipped,
    orders.OrderReceived,
    orders.SagaStuck,
    inventory.PickTaskCreated,
    inventory.PickStarted,
    inventory.PickShort,
    inventory.BackorderAllocated,
    inventory.PickCompleted,
    inventory.PutBackRequested,
    inventory.PutBackConfirmed,
    inventory.OutboundPosted,
    inventory.ShipmentDispatched,
    inventory.ShipmentDelivered,
    inventory.ShipmentReceived,
    billing.ReceiptAllocated,
    billing.FundsReturned,
    billing.InvoiceIssued,
    billing.CreditNoteIssued,
)
"""All events that tell something about an order."""

LEARNT: tuple[type[State], ...] = (DealerState, UserState, ProductState)
"""States that give the stories and reports their names."""


ENVELOPE = frozenset({"order_id", "dealer_id", "salesperson_id", "version"})
"""Fields of the events that a story says once, or that tell nothing."""

FACTS: Mapping[str, frozenset[str]] = {
    event.type: frozenset(event.model_fields) - ENVELOPE for event in TOLD
}
"""Of each type of event what readers are told: never a field that this version does not know."""


class Fact(NamedTuple):
    """An event with what its envelope says."""

    event: Any
    """One of TOLD."""
    message_id: UUID
    at: datetime
    actor_id: UUID | None = None
    body: bytes = b"{}"
    """The event as it came."""


@dataclass(slots=True)
class Summary:
    """What is known of one order; a version of 0 says that its part is not known yet."""

    order_id: UUID
    number: str
    dealer_id: UUID
    salesperson_id: UUID | None = None
    status: str = "SUBMITTED"
    version: int = 0
    hold: str | None = None
    hold_version: int = 0
    total_minor: int | None = None
    total_version: int = 0
    reached: dict[str, datetime] = field(default_factory=dict)


def summarize(facts: Iterable[Fact]) -> list[Summary]:
    """Fold a batch into one summary per order, sorted by id."""
    summaries: dict[UUID, Summary] = {}
    for fact in facts:
        event = fact.event
        summary = summaries.get(event.order_id)
        if summary is None:
            summary = Summary(event.order_id, number_of(event), event.dealer_id)
            summaries[event.order_id] = summary
        _take_step(summary, fact)
        if type(event) in _VERSIONED:
            _take_version(summary, event)
    return [summaries[order_id] for order_id in sorted(summaries)]


def newest(states: Iterable[State]) -> list[State]:
    """Of each thing that states are about, the newest one."""
    known: dict[tuple[str, bytes], State] = {}
    for state in states:
        about = (state.type, state.key)
        if about not in known or known[about].version < state.version:
            known[about] = state
    return list(known.values())


def number_of(event: Any) -> str:
    """The order's number, which invoices and credit notes carry beside their own."""
    number: str = event.order_number if type(event) in _WITH_OWN_NUMBER else event.number
    return number


def _take_step(summary: Summary, fact: Fact) -> None:
    if step := REACHED.get(type(fact.event)):
        summary.reached[step] = min(fact.at, summary.reached.get(step, fact.at))


_WITH_OWN_NUMBER = (billing.InvoiceIssued, billing.CreditNoteIssued)
_VERSIONED = frozenset(event for event in TOLD if issubclass(event, OrderEvent))
_WITH_TOTAL = frozenset(e for e in _VERSIONED if "total_minor" in e.model_fields)


def _take_version(summary: Summary, event: Any) -> None:
    status = BECOMES.get(type(event))
    if type(event) is orders.OrderCompleted and event.closed_short:
        status = CLOSED_SHORT
    if status and event.version > summary.version:
        summary.status, summary.version = status, event.version
        summary.salesperson_id = event.salesperson_id
    if type(event) in _HOLDING and event.version > summary.hold_version:
        held = type(event) is orders.OrderHeld
        summary.hold, summary.hold_version = event.hold.value if held else None, event.version
    if type(event) in _WITH_TOTAL and event.version > summary.total_version:
        summary.total_minor, summary.total_version = event.total_minor, event.version


_HOLDING = (orders.OrderHeld, orders.OrderHoldReleased)
