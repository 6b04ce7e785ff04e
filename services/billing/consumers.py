"""Messages billing listens to, and what each one does."""

from __future__ import annotations

from chassis.consumer import Subscription, on
from contracts.billing import AdjustCredit, HoldCredit, IssueInvoice, ReleaseCredit
from contracts.dealers import DealerState
from services.billing.commands import adjustments, credit, invoices

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    on(credit.follow_dealers, DealerState),
    on(credit.hold_credit, HoldCredit),
    on(adjustments.adjust_credit, AdjustCredit),
    on(credit.release_credit, ReleaseCredit),
    on(invoices.issue_invoices, IssueInvoice),
)
