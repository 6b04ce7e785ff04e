"""Messages owned by the dealers service."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.message import Event, Minor, Part, Percent, State


class DealerStatus(StrEnum):
    """SUSPENDED refuses new orders, ON_STOP also stops what is not picked yet (F-50)."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    ON_STOP = "ON_STOP"
    EXITED = "EXITED"


class ExitStep(StrEnum):
    """What a dealer who leaves still waits for (F-50): his open orders, then his balance."""

    ORDERS = "ORDERS"
    BALANCE = "BALANCE"


class TermsKind(StrEnum):
    """When an order must be paid (F-42)."""

    PREPAID = "PREPAID"
    DEPOSIT = "DEPOSIT"
    COD = "COD"
    CREDIT = "CREDIT"


class Shortage(StrEnum):
    """What becomes of an order that stock does not cover (P-03).

    REFUSE: it is not accepted. SHIP_PARTIAL: what is there leaves, the rest is backordered and
    follows. SHIP_COMPLETE: it waits until everything is there. ASK: what is there is held, and the
    salesperson decides whether it goes on as SHIP_PARTIAL.
    """

    REFUSE = "REFUSE"
    SHIP_PARTIAL = "SHIP_PARTIAL"
    SHIP_COMPLETE = "SHIP_COMPLETE"
    ASK = "ASK"


class Terms(Part):
    """Terms of trade, as they hold for the orders that are submitted under them."""

    kind: TermsKind
    deposit_percent: Percent = Field(
        default=0, description="Share to be paid before goods are released; only for DEPOSIT."
    )
    credit_days: int = Field(default=0, ge=0, description="Days from invoice to due date.")
    auto_confirm_max_minor: Minor = Field(
        default=0, ge=0, description="Orders up to this total confirm themselves; 0: none do."
    )
    approval_min_minor: Minor = Field(
        default=0, ge=0, description="Orders of this total or more wait for a manager; 0: none do."
    )
    pay_within_hours: int = Field(
        default=0,
        ge=0,
        description="An order for which nothing is paid so long after its confirmation expires; "
        "only for dealers who pay online. 0: it waits, as transfers must.",
    )
    shortage: Shortage = Field(
        default=Shortage.REFUSE, description="Where the order itself says nothing."
    )
    priority: int = Field(
        default=0, ge=0, le=9, description="Backorders of a higher one get scarce goods first."
    )


class InvoiceTitle(Part):
    """Whom invoices are made out to 开票信息; what a special VAT invoice needs beside name and tax
    number may be empty.
    """

    title: str
    tax_number: str
    bank: str = ""
    bank_account: str = ""
    address: str = ""
    phone: str = ""


class ShipTo(Part):
    """Where a dealer's goods go where an order says nothing else."""

    receiver: str
    phone: str
    province: str
    city: str
    street: str


class DealerEvent(Event):
    topic = "dealers.events"
    keyed_by = "dealer_id"

    dealer_id: UUID


class ApplicationEvent(Event):
    topic = "dealers.events"
    keyed_by = "application_id"

    application_id: UUID
    name: str
    applicant_user_id: UUID


class DealerApplied(ApplicationEvent):
    """Somebody asked to become a dealer."""

    type = "dealers.dealer-applied.v1"

    province: str
    city: str
    screener_id: UUID | None = Field(
        default=None, description="The salesperson of the territory, who screens it."
    )


class DealerApplicationScreened(ApplicationEvent):
    """A salesperson found the application fit for approval."""

    type = "dealers.dealer-application-screened.v1"

    screener_id: UUID


class DealerApplicationReturned(ApplicationEvent):
    """The application goes back to the applicant, who corrects it and submits it again."""

    type = "dealers.dealer-application-returned.v1"

    reason: str


class DealerApplicationRejected(ApplicationEvent):
    """The application was refused for good."""

    type = "dealers.dealer-application-rejected.v1"

    reason: str


class DealerApplicationEscalated(ApplicationEvent):
    """Nobody has screened the application for too long; an administrator sees to it."""

    type = "dealers.dealer-application-escalated.v1"

    screener_id: UUID | None = Field(description="Who should have screened it, if anybody.")
    submitted_at: AwareDatetime


class DealerApplicationCreditEndorsed(ApplicationEvent):
    """Finance agrees to credit for the applicant, up to a limit."""

    type = "dealers.dealer-application-credit-endorsed.v1"

    endorsed_by: UUID
    credit_limit_minor: Minor = Field(ge=0)


class DealerActivated(DealerEvent):
    """A second person approved the application; the dealer may order."""

    type = "dealers.dealer-activated.v1"

    application_id: UUID | None = None
    name: str
    applicant_user_id: UUID | None = Field(
        default=None, description="The user who becomes the dealer's first one."
    )


class DealerSuspended(DealerEvent):
    """New orders are refused; open ones go on."""

    type = "dealers.dealer-suspended.v1"

    reason: str


class DealerStopped(DealerEvent):
    """New orders are refused and open ones stop at the next gate."""

    type = "dealers.dealer-stopped.v1"

    reason: str


class DealerReinstated(DealerEvent):
    """The dealer may order again."""

    type = "dealers.dealer-reinstated.v1"


class DealerExitBegun(DealerEvent):
    """The dealer leaves: no new orders; open ones go on, and then his balance is settled."""

    type = "dealers.dealer-exit-begun.v1"

    name: str
    reason: str


class DealerExited(DealerEvent):
    """Nothing of the dealer is open any more; he has left, and his logins end."""

    type = "dealers.dealer-exited.v1"

    name: str


class DealerTierChanged(DealerEvent):
    """Orders submitted from `effective_from` on are priced by another tier."""

    type = "dealers.dealer-tier-changed.v1"

    tier: str
    previous_tier: str
    effective_from: AwareDatetime


class DealerTermsChanged(DealerEvent):
    """Orders submitted from `effective_from` on are sold on other terms, or up to another limit."""

    type = "dealers.dealer-terms-changed.v1"

    terms: Terms
    credit_limit_minor: Minor = Field(ge=0)
    effective_from: AwareDatetime


class SalespersonBound(DealerEvent):
    """Another salesperson looks after the dealer; what he sold before stays the former one's."""

    type = "dealers.salesperson-bound.v1"

    salesperson_id: UUID
    previous_salesperson_id: UUID | None
    effective_from: AwareDatetime


class DealerState(State):
    """All that other services know of a dealer."""

    type = "dealers.dealer-state.v1"
    topic = "dealers.state"
    keyed_by = "dealer_id"

    dealer_id: UUID
    code: str
    name: str
    status: DealerStatus
    tier: str = Field(description="Code of the tier, e.g. PROVINCE, CITY, COUNTY.")
    province: str
    city: str
    terms: Terms
    credit_limit_minor: Minor = Field(ge=0)
    salesperson_id: UUID | None
    warehouse_id: UUID
    applicant_user_id: UUID | None = None
    invoice_title: InvoiceTitle | None = None
    ship_to: ShipTo | None = Field(default=None, description="The usual one of his addresses.")
    shelf_life_min_days: int = Field(
        default=0, ge=0, description="He takes no lot that expires sooner; 0: any that has not."
    )
    exit_step: ExitStep | None = Field(
        default=None,
        description="He leaves: at ORDERS orders tells how many of his are open, at BALANCE "
        "billing tells what stands in his account. His status is SUSPENDED meanwhile.",
    )
