"""Which event opens which work and for whom, which one ends it, and what the reader is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from chassis.auth import Role
from contracts import billing, dealers, inventory, orders
from contracts.message import Message
from contracts.orders import Hold

ENDED = (orders.OrderRejected, orders.OrderExpired, orders.OrderCancelled)
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
    orders.OrderCompleted,
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
    billing.ReceiptConfirmed: Note(
        "wallet_credited",
        ("amount_minor", "unallocated_minor"),
        needed=lambda event: event.unallocated_minor > 0,
    ),
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


class Fact(NamedTuple):
    """An event with what its envelope says."""

    event: Any
    """One of FOLLOWED."""
    message_id: UUID
    at: datetime
    by: UUID | None = None
    """The user on whose request it happened."""


Place = tuple[str, UUID]
"""Kind and subject: one piece of work."""


class Opening(NamedTuple):
    """Work that an event opens."""

    role: str
    user_id: UUID | None
    fact: Fact
    parameters: Mapping[str, object]


class Telling(NamedTuple):
    """What a reader is told about an event; without `user_id`, every user of its dealer is."""

    template: str
    user_id: UUID | None
    fact: Fact
    parameters: Mapping[str, object]


@dataclass(slots=True)
class News:
    """What a batch of events means for the to-dos and the readers; ends come before openings.

    Work that opens and ends within the batch is not opened: nobody could have seen it.
    """

    done: dict[Place, Fact] = field(default_factory=dict)
    voided: dict[Place, Fact] = field(default_factory=dict)
    opened: dict[Place, Opening] = field(default_factory=dict)
    told: list[Telling] = field(default_factory=list)


def digest(facts: Iterable[Fact]) -> News:
    """Look every event up in the tables above; those of one key are in their order."""
    news = News()
    for fact in facts:
        meaning = _MEANINGS[type(fact.event)]
        for place in _places(meaning.ends, fact):
            news.opened.pop(place, None)
            news.done[place] = fact
        for place in _places(meaning.voids, fact):
            news.opened.pop(place, None)
            news.voided[place] = fact
        for place in _places(meaning.opens, fact):
            if WORKS[place[0]].needed(fact.event):
                news.opened[place] = _opening(WORKS[place[0]], fact)
        if meaning.note and (telling := _telling(meaning.note, fact)):
            news.told.append(telling)
    return news


class _Meaning(NamedTuple):
    """What an event is to the tables: kinds of work, and a note."""

    opens: tuple[str, ...]
    ends: tuple[str, ...]
    voids: tuple[str, ...]
    note: Note | None


def _meaning(event: type[Message]) -> _Meaning:
    return _Meaning(
        opens=tuple(kind for kind, work in WORKS.items() if event is work.opened_by),
        ends=tuple(kind for kind, work in WORKS.items() if event in work.done_by),
        voids=tuple(kind for kind, work in WORKS.items() if event in work.voided_by),
        note=NOTES.get(event),
    )


_MEANINGS = {event: _meaning(event) for event in FOLLOWED}
_ABOUT_A_HOLD = (orders.OrderHeld, orders.OrderHoldReleased)


def _places(kinds: Iterable[str], fact: Fact) -> Iterator[Place]:
    """Those of the kinds that the event concerns, with its subject."""
    for kind in kinds:
        work = WORKS[kind]
        if work.hold and type(fact.event) in _ABOUT_A_HOLD and fact.event.hold is not work.hold:
            continue
        if (subject_id := getattr(fact.event, work.subject)) is not None:
            yield kind, subject_id


def _opening(work: Work, fact: Fact) -> Opening:
    return Opening(
        role=getattr(fact.event, "owner", work.role),
        user_id=getattr(fact.event, work.assignee) if work.assignee else None,
        fact=fact,
        parameters=_facts(fact.event, work.facts),
    )


def _telling(note: Note, fact: Fact) -> Telling | None:
    reader = getattr(fact.event, note.reader)
    if reader is None or not note.needed(fact.event):
        return None
    user_id = None if note.reader == "dealer_id" else reader
    return Telling(note.template, user_id, fact, _facts(fact.event, note.facts))


def _facts(event: Message, fields: Iterable[str]) -> dict[str, object]:
    return {name: getattr(event, name) for name in fields}
