"""What the audit log keeps of what services announce; pure.

A person did it when the message names him, and answers no other message: what follows by machine
names the message that it follows from, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

from chassis.envelope import Delivery
from chassis.ids import time_of
from contracts import billing, catalog, dealers, inventory, orders
from contracts.catalog import ProductState
from contracts.dealers import DealerState
from contracts.message import Event, Message, State
from gateway.audit.chain import Dated, Entry

OWNERS = (dealers, catalog, orders, inventory, billing)
AUDITED_EVENTS: tuple[type[Event], ...] = tuple(
    sorted(
        {
            kind
            for owner in OWNERS
            for kind in vars(owner).values()
            if isinstance(kind, type)
            and issubclass(kind, Event)
            and "type" in vars(kind)
            and kind.topic.endswith(".events")
        },
        key=lambda kind: kind.type,
    )
)
AUDITED_STATES: tuple[type[State], ...] = (DealerState, ProductState)
UNTOLD = frozenset({"version"})
PREVIOUS = "previous_"


class Known(NamedTuple):
    """The newest whole state of something."""

    version: int
    facts: dict[str, Any]


def by_a_person(delivery: Delivery) -> bool:
    """Whether somebody did this himself; looks at nothing but the names of the headers."""
    names = {name for name, _ in delivery.headers}
    return "ce_actor" in names and "ce_causationid" not in names


def entry_of(message: Message, delivery: Delivery, known: Known | None = None) -> Dated:
    """An event, or a state after the one that was known, as an entry; always the same one."""
    facts = message.model_dump(mode="json", exclude=set(UNTOLD))
    before = {
        name.removeprefix(PREVIOUS): facts.pop(name)
        for name in list(facts)
        if name.startswith(PREVIOUS)
    }
    if known is not None:
        before |= {
            name: was
            for name, was in known.facts.items()
            if name not in UNTOLD and was != facts.get(name)
        }
    entry = Entry(
        delivery.actor or "",
        action_of(message.type),
        subject_of(message),
        facts | ({"before": before} if before else {}),
    )
    return Dated(delivery.message_id, entry, time_of(delivery.message_id))


def action_of(message_type: str) -> str:
    """`orders.order-submitted.v1` without its version."""
    return message_type.rpartition(".")[0]


def subject_of(message: Message) -> UUID:
    """The id of what it is about; what is named by a text has an id made of it."""
    value: object = getattr(message, SUBJECTS.get(message.type, message.keyed_by))
    return value if isinstance(value, UUID) else uuid5(NAMESPACE_OID, f"{message.topic} {value}")


SUBJECTS: Mapping[str, str] = {
    billing.ReceiptConfirmed.type: "receipt_id",
    billing.ReceiptReversed.type: "receipt_id",
    billing.ReceiptAllocated.type: "order_id",
    billing.FundsReturned.type: "order_id",
    billing.InvoiceIssued.type: "invoice_id",
    billing.RefundRequested.type: "refund_id",
    billing.RefundApproved.type: "refund_id",
    billing.RefundRejected.type: "refund_id",
    billing.RefundPaid.type: "refund_id",
    billing.RefundFailed.type: "refund_id",
    billing.SurplusReceived.type: "order_id",
    billing.CreditNoteRequested.type: "credit_note_id",
    billing.CreditNoteRejected.type: "credit_note_id",
    billing.CreditNoteIssued.type: "credit_note_id",
}
"""Where the key of the topic is not what the message is about."""
