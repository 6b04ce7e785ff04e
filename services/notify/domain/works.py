"""Every queue of the company: which event opens a piece of work, whose it is, what ends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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


def always(_: Any) -> bool:
    """Whatever the event says."""
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
    needed: Callable[[Any], bool] = always
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
    "ASSIGN_APPLICATION": Work(
        role=Role.ADM,
        opened_by=dealers.DealerApplicationEscalated,
        done_by=(
            dealers.DealerApplicationScreened,
            dealers.DealerApplicationReturned,
            dealers.DealerApplicationRejected,
        ),
        subject="application_id",
        facts=("name",),
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
    "SETTLE_LEAVING_DEALER": Work(
        role=Role.FIN,
        opened_by=dealers.DealerExitBegun,
        done_by=(dealers.DealerExited, dealers.DealerReinstated),
        subject="dealer_id",
        facts=("name", "reason"),
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
    "RELEASE_STOCK_HOLD": Work(
        role=Role.SAL,
        opened_by=orders.OrderHeld,
        done_by=(orders.OrderHoldReleased, *UNDONE),
        facts=("number", "reason"),
        hold=Hold.STOCK,
    ),
    "RELEASE_PARTNER_HOLD": Work(
        role=Role.WHS,
        opened_by=orders.OrderHeld,
        done_by=(orders.OrderHoldReleased, *UNDONE),
        facts=("number", "reason"),
        hold=Hold.PARTNER,
    ),
    "RELEASE_APPROVAL_HOLD": Work(
        role=Role.ADM,
        opened_by=orders.OrderHeld,
        done_by=(orders.OrderHoldReleased, *UNDONE),
        facts=("number", "reason"),
        hold=Hold.APPROVAL,
    ),
    "APPROVE_LIMIT": Work(
        role=Role.FIN,
        opened_by=billing.LimitGrantRequested,
        done_by=(billing.LimitGranted, billing.LimitGrantEnded),
        subject="grant_id",
        facts=("amount_minor", "reason"),
    ),
    "APPROVE_CREDIT_NOTE": Work(
        role=Role.FIN,
        opened_by=billing.CreditNoteRequested,
        done_by=(billing.CreditNoteIssued, billing.CreditNoteRejected),
        subject="credit_note_id",
        facts=("number", "invoice_number", "gross_minor", "reason"),
    ),
    "APPROVE_REFUND": Work(
        role=Role.FIN,
        opened_by=billing.RefundRequested,
        done_by=(billing.RefundApproved, billing.RefundRejected),
        subject="refund_id",
        facts=("number", "amount_minor", "reason"),
    ),
    "PAY_REFUND": Work(
        role=Role.FIN,
        opened_by=billing.RefundApproved,
        done_by=(billing.RefundPaid, billing.RefundRejected),
        subject="refund_id",
        facts=("number", "amount_minor"),
    ),
    "COUNT_STOCK": Work(
        role=Role.WHS,
        opened_by=inventory.PickShort,
        done_by=(inventory.StockCounted,),
        subject="warehouse_id",
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
        needed=lambda event: not event.direct,
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
    "REPLENISH": Work(
        role=Role.WHS,
        opened_by=inventory.StockRanLow,
        done_by=(inventory.StockRecovered,),
        subject="threshold_id",
        facts=("warehouse", "sku", "name", "available", "low_below"),
    ),
    "CHASE_OVERDUE": Work(
        role=Role.SAL,
        opened_by=billing.DunningLevelReached,
        done_by=(billing.DunningSettled,),
        subject="dealer_id",
        assignee="salesperson_id",
        facts=(),
    ),
    "DECIDE_ON_STOP": Work(
        role=Role.ADM,
        opened_by=billing.DunningLevelReached,
        done_by=(billing.DunningSettled,),
        subject="dealer_id",
        facts=("overdue_minor", "days_overdue"),
        needed=lambda event: event.stop_proposed,
    ),
    "UNBLOCK_ORDER": Work(
        role=Role.ADM,
        opened_by=orders.SagaStuck,
        done_by=MOVED_ON,
        facts=("number", "step", "reason"),
    ),
}
"""Every queue of the company. The role of a hold's work is the owner that the event names."""
