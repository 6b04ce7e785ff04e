"""Messages owned by the billing service."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.message import Command, DealerReply, Event, Minor, OrderReply, Part, Quantity, Sku


class BillingCommand(Command):
    topic = "billing.commands"
    keyed_by = "order_id"

    order_id: UUID


class HoldCredit(BillingCommand):
    """Open the order's account; hold the part that is sold on credit against the dealer's limit."""

    type = "billing.hold-credit.v1"

    number: str
    dealer_id: UUID
    total_minor: Minor = Field(ge=0)
    credit_minor: Minor = Field(ge=0, description="0 for prepaid and cash on delivery.")
    approved_over_limit: bool = Field(
        default=False, description="Finance released the hold: hold it even over the limit."
    )


class AdjustCredit(BillingCommand):
    """The order's total is another one: hold more, or less, against the dealer's limit.

    What was paid beyond a lower total goes to the dealer's wallet. The highest `revision` counts;
    an equal or lower one is answered by how it stands.
    """

    type = "billing.adjust-credit.v1"

    dealer_id: UUID
    revision: int = Field(ge=1)
    total_minor: Minor = Field(ge=0)
    credit_minor: Minor = Field(ge=0)
    approved_over_limit: bool = False


class ReleaseCredit(BillingCommand):
    """Give up what is held for an order and return what was paid for it to the dealer's wallet.

    Nothing held is fine, and stays nothing: a hold that arrives later is refused.
    """

    type = "billing.release-credit.v1"

    dealer_id: UUID


class InvoiceLine(Part):
    line_no: int = Field(ge=1)
    sku: Sku
    quantity: Quantity
    net_minor: Minor = Field(ge=0)
    tax_minor: Minor = Field(ge=0)
    gross_minor: Minor = Field(ge=0)


class IssueInvoice(BillingCommand):
    """Invoice one shipment: the credit held for its value becomes a receivable."""

    type = "billing.issue-invoice.v1"

    number: str = Field(description="The order's number.")
    dealer_id: UUID
    shipment_id: UUID
    lines: tuple[InvoiceLine, ...] = Field(min_length=1)


class CreditHeld(OrderReply):
    """The order's account is open and its credit part is held."""

    type = "billing.credit-held.v1"


class CreditRefused(OrderReply):
    """The credit part does not fit; nothing is held."""

    type = "billing.credit-refused.v1"

    reason: str = Field(description="over-limit, no-account or released.")
    available_minor: Minor = Field(default=0, description="What could have been held.")


class CreditAdjusted(OrderReply):
    """The order's account follows its new total."""

    type = "billing.credit-adjusted.v1"

    revision: int = Field(ge=1)


class CreditAdjustmentRefused(OrderReply):
    """The new total cannot be; what was held stays held."""

    type = "billing.credit-adjustment-refused.v1"

    revision: int = Field(ge=1)
    reason: str = Field(description="over-limit, released or invoiced: more is invoiced.")
    available_minor: Minor = Field(default=0, description="By how much more it could be.")


class CreditReleased(OrderReply):
    """Nothing is held for the order, and nothing will be."""

    type = "billing.credit-released.v1"

    returned_minor: Minor = Field(default=0, ge=0, description="Paid before, now in the wallet.")


class ShipmentInvoiced(OrderReply):
    """One shipment of the order is invoiced."""

    type = "billing.shipment-invoiced.v1"

    shipment_id: UUID
    invoice_id: UUID
    invoice_number: str
    gross_minor: Minor = Field(ge=0)


class InvoiceRefused(OrderReply):
    """The shipment cannot be invoiced as asked; goods have left, so people have to look."""

    type = "billing.invoice-refused.v1"

    shipment_id: UUID
    reason: str = Field(description="nothing-ordered, more-than-ordered or foreign-shipment.")


class OrderFundsChanged(OrderReply):
    """The money allocated to the order changed; the reader keeps the highest revision."""

    type = "billing.order-funds-changed.v1"

    revision: int = Field(ge=1)
    covered_minor: Minor = Field(
        ge=0, description="Captured and allocated, less refunds; and what was credited."
    )


class BillingEvent(Event):
    """Keyed by the account, so that all money facts of a dealer keep their order."""

    topic = "billing.events"
    keyed_by = "dealer_id"

    dealer_id: UUID


class AccountOpened(BillingEvent):
    """The dealer has an account with a credit limit."""

    type = "billing.account-opened.v1"

    credit_limit_minor: Minor = Field(ge=0)


class CreditLimitChanged(BillingEvent):
    """The dealer's credit limit is another one."""

    type = "billing.credit-limit-changed.v1"

    credit_limit_minor: Minor = Field(ge=0)


class LimitGrantRequested(BillingEvent):
    """A temporary limit of a size that another person approves was asked for."""

    type = "billing.limit-grant-requested.v1"

    grant_id: UUID
    order_id: UUID | None = Field(description="None: for whatever the dealer orders.")
    amount_minor: Minor = Field(gt=0)
    until: AwareDatetime
    reason: str


class LimitGranted(BillingEvent):
    """The dealer may owe so much more for a while, or go over his limit with one order."""

    type = "billing.limit-granted.v1"

    grant_id: UUID
    order_id: UUID | None = Field(description="None: with whatever the dealer orders.")
    amount_minor: Minor = Field(gt=0)
    until: AwareDatetime


class LimitGrantEnded(BillingEvent):
    """A temporary limit is over, or was never granted."""

    type = "billing.limit-grant-ended.v1"

    grant_id: UUID
    order_id: UUID | None
    amount_minor: Minor = Field(gt=0)
    outcome: str = Field(description="REJECTED, REVOKED or EXPIRED.")


class ReceiptConfirmed(BillingEvent):
    """Money arrived."""

    type = "billing.receipt-confirmed.v1"

    receipt_id: UUID
    number: str
    method: str
    amount_minor: Minor = Field(gt=0)
    unallocated_minor: Minor = Field(
        default=0, ge=0, description="What no order needed of it: it is in the dealer's wallet."
    )


class ReceiptAllocated(BillingEvent):
    """A part of a receipt, or of the wallet, now pays for an order."""

    type = "billing.receipt-allocated.v1"

    receipt_id: UUID | None = Field(description="None: taken from the wallet.")
    order_id: UUID
    number: str = Field(description="The order's number.")
    amount_minor: Minor = Field(gt=0)
    covered_minor: Minor = Field(ge=0, description="What covers the order in all, after this.")
    total_minor: Minor = Field(ge=0)


class ReceiptReversed(BillingEvent):
    """A receipt turned out void; what it paid for is open again."""

    type = "billing.receipt-reversed.v1"

    receipt_id: UUID
    amount_minor: Minor = Field(gt=0)
    reason: str


class FundsReturned(BillingEvent):
    """What an order no longer needs of its payments (cancelled, or less) is in the wallet."""

    type = "billing.funds-returned.v1"

    order_id: UUID
    number: str
    amount_minor: Minor = Field(gt=0)


class CreditNoteRequested(BillingEvent):
    """A part of an invoice shall be taken back; another member of finance decides."""

    type = "billing.credit-note-requested.v1"

    credit_note_id: UUID
    number: str
    invoice_number: str
    gross_minor: Minor = Field(ge=0)
    reason: str


class CreditNoteRejected(BillingEvent):
    """The invoice stays as it is."""

    type = "billing.credit-note-rejected.v1"

    credit_note_id: UUID
    number: str
    reason: str


class CreditNoteIssued(BillingEvent):
    """A part of an invoice was taken back: less is owed, or what was paid is in the wallet."""

    type = "billing.credit-note-issued.v1"

    credit_note_id: UUID
    number: str
    order_id: UUID
    order_number: str
    invoice_id: UUID
    invoice_number: str
    net_minor: Minor = Field(ge=0)
    tax_minor: Minor = Field(ge=0)
    gross_minor: Minor = Field(ge=0)
    lines: tuple[InvoiceLine, ...] = Field(
        min_length=1, description="What was credited; amounts are positive."
    )


class SurplusReceived(BillingEvent):
    """Money was paid for an order that does not take it: it is in the dealer's wallet."""

    type = "billing.surplus-received.v1"

    receipt_id: UUID
    receipt_number: str
    order_id: UUID
    number: str = Field(description="The order's number; empty if it never had an account.")
    amount_minor: Minor = Field(gt=0, description="What of the money it did not take.")
    cause: str = Field(description="released: the order is cancelled or over; paid: it needs less.")


class RefundEvent(BillingEvent):
    """Something happened to a refund to the dealer's bank account."""

    refund_id: UUID
    number: str
    amount_minor: Minor = Field(gt=0)


class RefundRequested(RefundEvent):
    """Money of the wallet is set apart for a refund; another person decides."""

    type = "billing.refund-requested.v1"

    reason: str


class RefundApproved(RefundEvent):
    """The refund can be paid."""

    type = "billing.refund-approved.v1"


class RefundPaid(RefundEvent):
    """The bank transferred the refund."""

    type = "billing.refund-paid.v1"

    bank_reference: str


class RefundFailed(RefundEvent):
    """The bank did not transfer the refund; it is paid again or given up."""

    type = "billing.refund-failed.v1"

    reason: str


class RefundRejected(RefundEvent):
    """The refund was declined or given up; the money is back in the wallet."""

    type = "billing.refund-rejected.v1"

    reason: str


class DunningLevelReached(BillingEvent):
    """The dealer's oldest unpaid invoice is overdue for so long that he hears of it again."""

    type = "billing.dunning-level-reached.v1"

    salesperson_id: UUID | None = None
    level: int = Field(ge=1)
    overdue_minor: Minor = Field(gt=0)
    days_overdue: int = Field(ge=1, description="Of the oldest invoice.")
    stop_proposed: bool = Field(description="The last level: somebody should stop the dealer.")


class DunningSettled(BillingEvent):
    """Nothing of the dealer is overdue for long enough to be dunned any more."""

    type = "billing.dunning-settled.v1"


class InvoiceIssued(BillingEvent):
    """An invoice was issued for one shipment."""

    type = "billing.invoice-issued.v1"

    invoice_id: UUID
    number: str
    order_id: UUID
    order_number: str
    shipment_id: UUID
    net_minor: Minor
    tax_minor: Minor
    gross_minor: Minor
    lines: tuple[InvoiceLine, ...] = Field(
        default=(), description="What was sold; none in invoices told before this field was."
    )


class BalanceTold(DealerReply):
    """What stands in the account of a dealer who leaves; he has left when all of it is zero."""

    type = "billing.balance-told.v1"

    held_minor: Minor = Field(ge=0, description="Credit that is held for orders.")
    receivable_minor: Minor = Field(ge=0, description="What he owes.")
    advances_minor: Minor = Field(ge=0, description="Paid for what is not invoiced.")
    wallet_minor: Minor = Field(ge=0, description="Paid, and not for any order.")
    refunds_minor: Minor = Field(ge=0, description="On its way back to his bank.")
