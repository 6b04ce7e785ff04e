"""Which readers are told about which event; the words stand in `texts`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts import billing, dealers, inventory, orders
from contracts.message import Message
from services.notify.domain.works import always


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader is told about an event; its text is the template of the same name."""

    template: str
    facts: tuple[str, ...] = ("number",)
    reader: str = "dealer_id"
    """Field of the event that names the reader: a dealer, or one user."""
    needed: Callable[[Any], bool] = always


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
    dealers.DealerExitBegun: Note("dealer_exit_begun", ("reason",)),
    dealers.DealerReinstated: Note("dealer_reinstated", ()),
    orders.OrderSubmitted: Note("order_placed_for_you", needed=lambda event: event.on_behalf),
    orders.OrderHeld: Note("order_held", ("number", "reason")),
    orders.OrderConfirmed: Note(
        "order_confirmed", ("number", "total_minor", "due_before_release_minor")
    ),
    orders.OrderAmended: Note("order_amended", ("number", "previous_total_minor", "total_minor")),
    orders.OrderAmendmentRefused: Note("order_amendment_refused", ("number", "reason")),
    orders.OrderLinesBackordered: Note("order_backordered"),
    inventory.BackorderAllocated: Note("backorder_allocated"),
    orders.OrderLinesShortClosed: Note("order_closed_short", ("number", "reason", "total_minor")),
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
    billing.SurplusReceived: Note("surplus_received", ("number", "amount_minor")),
    billing.RefundPaid: Note("refund_paid", ("number", "amount_minor")),
    billing.ReceiptReversed: Note("payment_reversed", ("amount_minor", "reason")),
    billing.DunningLevelReached: Note("payment_overdue", ("overdue_minor", "days_overdue")),
    billing.CreditLimitChanged: Note("credit_limit_changed", ("credit_limit_minor",)),
}
