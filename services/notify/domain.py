"""Which event opens which work and for whom, which one ends it, and what the reader is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.auth import Role
from contracts import billing, dealers, inventory, orders
from contracts.message import Message
from contracts.orders import Hold

ENDED = (
    orders.OrderRejected,
    orders.OrderExpired,
    orders.OrderCancelled,
    orders.OrderCompleted,
)
UNDONE = (orders.OrderCancelRequested, *ENDED)
MOVED_ON = (
    orders.OrderHoldReleased,
    orders.OrderChecksPassed,
    orders.OrderConfirmed,
    orders.OrderPaymentGateOpened,
    orders.OrderFulfilmentStarted,
    orders.OrderShipped,
    orders.OrderReceived,
    orders.OrderCancelDeclined,
    *ENDED,
)


def _always(_: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work: what opens it, what ends it, and whose it is."""

    role: Role
    opened_by: type[Message]
    done_by: tuple[type[Message], ...]
    subject: str = "order_id"
    """Field of all these events that names what waits."""
    assignee: str | None = None
    """Field of the opening event that names the one user whose work it is."""
    facts: tuple[str, ...] = ("number",)
    """Fields of the opening event that the title speaks of."""
    hold: Hold | None = None
    """Of the events about a hold, only those about this one count."""
    needed: Callable[[Any], bool] = _always
    voided_by: tuple[type[Message], ...] = ()
    """Events of another topic or key that end it for good: they may arrive before it opens."""


WORKS: Mapping[str, Work] = {
    "SCREEN_APPLICATION": Work(
        role=Role.SAL,
        opened_by=dealers.DealerApplied,
        done_by=(
            dealers.DealerApplicationScreened,
            dealers.DealerApplicationReturned,
            dealers.DealerApplicationRejected,
        ),
        subject="application_id",
        assignee="screener_id",
        facts=("name", "province", "city"),
        voided_by=(dealers.DealerActivated,),
    ),
    "APPROVE_APPLICATION": Work(
        role=Role.ADM,
        opened_by=dealers.DealerApplicationScreened,
        done_by=(dealers.DealerApplicationReturned, dealers.DealerApplicationRejected),
        subject="application_id",
        facts=("name",),
        voided_by=(dealers.DealerActivated,),
    ),
    "CORRECT_APPLICATION": Work(
        role=Role.APPLICANT,
        opened_by=dealers.DealerApplicationReturned,
        done_by=(dealers.DealerApplied, dealers.DealerApplicationRejected),
        subject="application_id",
        assignee="applicant_user_id",
        facts=("name", "reason"),
        voided_by=(dealers.DealerActivated,),
    ),
    "CONFIRM_ORDER": Work(
        role=Role.SAL,
        opened_by=orders.OrderChecksPassed,
        done_by=(orders.OrderConfirmed, *UNDONE),
        assignee="salesperson_id",
        facts=("number", "total_minor"),
    ),
    "RELEASE_CREDIT_HOLD": Work(
        role=Role.FIN,
        opened_by=orders.OrderHeld,
        done_by=(orders.OrderHoldReleased, *UNDONE),
        facts=("number", "reason"),
        hold=Hold.CREDIT,
    ),
    "RELEASE_DEALER_HOLD": Work(
        role=Role.ADM,
        opened_by=orders.OrderHeld,
        done_by=(orders.OrderHoldReleased, *UNDONE),
        facts=("number", "reason"),
        hold=Hold.DEALER,
    ),
    "RELEASE_MANUAL_HOLD": Work(
        role=Role.SAL,
        opened_by=orders.OrderHeld,
        done_by=(orders.OrderHoldReleased, *UNDONE),
        facts=("number", "reason"),
        hold=Hold.MANUAL,
    ),
    "COLLECT_PAYMENT": Work(
        role=Role.FIN,
        opened_by=orders.OrderConfirmed,
        done_by=(orders.OrderPaymentGateOpened, *UNDONE),
        facts=("number", "due_before_release_minor"),
        needed=lambda event: event.due_before_release_minor > 0,
    ),
    "PICK": Work(
        role=Role.PCK,
        opened_by=inventory.PickTaskCreated,
        done_by=(inventory.PickCompleted, inventory.PutBackRequested),
        facts=("number", "pick_number"),
        voided_by=(orders.OrderCancelled,),
    ),
    "PUT_BACK": Work(
        role=Role.PCK,
        opened_by=inventory.PutBackRequested,
        done_by=(inventory.PutBackConfirmed,),
    ),
    "POST_OUTBOUND": Work(
        role=Role.WHS,
        opened_by=inventory.PickCompleted,
        done_by=(inventory.OutboundPosted, inventory.PutBackRequested),
    ),
    "DISPATCH": Work(
        role=Role.DLV,
        opened_by=inventory.OutboundPosted,
        done_by=(
            inventory.ShipmentDispatched,
            inventory.ShipmentDelivered,
            inventory.ShipmentReceived,
        ),
        subject="shipment_id",
        facts=("number", "shipment_number"),
    ),
    "DELIVER": Work(
        role=Role.DLV,
        opened_by=inventory.ShipmentDispatched,
        done_by=(inventory.ShipmentDelivered, inventory.ShipmentReceived),
        subject="shipment_id",
        facts=("number", "shipment_number"),
    ),
    "RECEIVE": Work(
        role=Role.DLR,
        opened_by=inventory.ShipmentDelivered,
        done_by=(inventory.ShipmentReceived,),
        subject="shipment_id",
        facts=("number", "shipment_number"),
    ),
    "UNBLOCK_ORDER": Work(
        role=Role.ADM,
        opened_by=orders.SagaStuck,
        done_by=MOVED_ON,
        facts=("number", "step", "reason"),
    ),
}
"""Every queue of the company. The role of a hold's work is the owner that the event names."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader is told about an event; its text is the template of the same name."""

    template: str
    facts: tuple[str, ...] = ("number",)
    reader: str = "dealer_id"
    """Field of the event that names the reader: a dealer, or one user."""
    needed: Callable[[Any], bool] = _always


NOTES: Mapping[type[Message], Note] = {
    dealers.DealerApplied: Note("application_received", ("name",), "applicant_user_id"),
    dealers.DealerApplicationReturned: Note(
        "application_returned", ("name", "reason"), "applicant_user_id"
    ),
    dealers.DealerApplicationRejected: Note(
        "application_rejected", ("name", "reason"), "applicant_user_id"
    ),
    dealers.DealerActivated: Note("dealer_activated", ("name",), "applicant_user_id"),
    dealers.DealerSuspended: Note("dealer_suspended", ("reason",)),
    dealers.DealerStopped: Note("dealer_stopped", ("reason",)),
    dealers.DealerReinstated: Note("dealer_reinstated", ()),
    orders.OrderSubmitted: Note("order_placed_for_you", needed=lambda event: event.on_behalf),
    orders.OrderHeld: Note("order_held", ("number", "reason")),
    orders.OrderConfirmed: Note(
        "order_confirmed", ("number", "total_minor", "due_before_release_minor")
    ),
    orders.OrderShipped: Note("order_shipped"),
    orders.OrderReceived: Note("order_received"),
    orders.OrderRejected: Note("order_rejected", ("number", "reason")),
    orders.OrderExpired: Note("order_expired", ("number", "reason")),
    orders.OrderCancelled: Note("order_cancelled", ("number", "reason", "returned_minor")),
    orders.OrderCancelDeclined: Note("order_cancel_declined"),
    billing.ReceiptAllocated: Note(
        "payment_received", ("number", "amount_minor", "covered_minor", "total_minor")
    ),
    billing.ReceiptReversed: Note("payment_reversed", ("amount_minor", "reason")),
    billing.CreditLimitChanged: Note("credit_limit_changed", ("credit_limit_minor",)),
}

FOLLOWED: tuple[type[Message], ...] = tuple(
    dict.fromkeys(
        [
            event
            for work in WORKS.values()
            for event in (work.opened_by, *work.done_by, *work.voided_by)
        ]
        + list(NOTES)
    )
)
"""All events that notify listens to."""


@dataclass(frozen=True, slots=True)
class Fact:
    """An event with what its envelope says."""

    event: Message
    message_id: UUID
    at: datetime
    by: UUID | None = None
    """The user on whose request it happened."""


Place = tuple[str, UUID]
"""Kind and subject: one piece of work."""


@dataclass(frozen=True, slots=True)
class Opening:
    kind: str
    subject_id: UUID
    role: str
    user_id: UUID | None
    fact: Fact
    parameters: Mapping[str, object]

    @property
    def place(self) -> Place:
        return self.kind, self.subject_id


@dataclass(frozen=True, slots=True)
class Closing:
    kind: str
    subject_id: UUID
    role: str
    fact: Fact

    @property
    def place(self) -> Place:
        return self.kind, self.subject_id


@dataclass(frozen=True, slots=True)
class Telling:
    template: str
    user_id: UUID | None
    fact: Fact
    parameters: Mapping[str, object]


@dataclass(slots=True)
class News:
    """What a batch of events means for the to-dos and the readers; ends come before openings.

    Work that opens and ends within the batch is not here: nobody could have seen it.
    """

    done: dict[Place, Closing] = field(default_factory=dict)
    voided: dict[Place, Closing] = field(default_factory=dict)
    opened: dict[Place, Opening] = field(default_factory=dict)
    told: list[Telling] = field(default_factory=list)


def digest(facts: Iterable[Fact]) -> News:
    """Look every event up in the tables above; those of one key are in their order."""
    news = News()
    for fact in facts:
        _end(news, fact)
        for kind in _OPENS.get(type(fact.event), ()):
            if _concerns(kind, fact) and WORKS[kind].needed(fact.event):
                opening = _opening(kind, fact)
                news.opened[opening.place] = opening
        note = NOTES.get(type(fact.event))
        if note and note.needed(fact.event) and getattr(fact.event, note.reader) is not None:
            news.told.append(_telling(note, fact))
    return news


def _end(news: News, fact: Fact) -> None:
    for table, ended in ((_ENDS, news.done), (_VOIDS, news.voided)):
        for kind in _closed(table, fact):
            closing = _closing(kind, fact)
            news.opened.pop(closing.place, None)
            ended[closing.place] = closing


def _by_event(events: Callable[[Work], Iterable[type[Message]]]) -> dict[type[Message], list[str]]:
    kinds: dict[type[Message], list[str]] = {}
    for kind, work in WORKS.items():
        for event in events(work):
            kinds.setdefault(event, []).append(kind)
    return kinds


_OPENS = _by_event(lambda work: (work.opened_by,))
_ENDS = _by_event(lambda work: work.done_by)
_VOIDS = _by_event(lambda work: work.voided_by)


def _closed(table: Mapping[type[Message], list[str]], fact: Fact) -> list[str]:
    return [kind for kind in table.get(type(fact.event), ()) if _concerns(kind, fact)]


def _concerns(kind: str, fact: Fact) -> bool:
    work = WORKS[kind]
    if getattr(fact.event, work.subject) is None:
        return False
    return work.hold is None or getattr(fact.event, "hold", work.hold) is work.hold


def _opening(kind: str, fact: Fact) -> Opening:
    work = WORKS[kind]
    return Opening(
        kind=kind,
        subject_id=getattr(fact.event, work.subject),
        role=getattr(fact.event, "owner", work.role),
        user_id=getattr(fact.event, work.assignee) if work.assignee else None,
        fact=fact,
        parameters=_facts(fact.event, work.facts),
    )


def _closing(kind: str, fact: Fact) -> Closing:
    work = WORKS[kind]
    return Closing(kind, getattr(fact.event, work.subject), work.role, fact)


def _telling(note: Note, fact: Fact) -> Telling:
    user_id = None if note.reader == "dealer_id" else getattr(fact.event, note.reader)
    return Telling(note.template, user_id, fact, _facts(fact.event, note.facts))


def _facts(event: Message, fields: Iterable[str]) -> dict[str, object]:
    return {name: getattr(event, name) for name in fields}
