"""Bodies about dealers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue, model_validator
from pydantic import StringConstraints as Text

from contracts.dealers import ExitStep, InvoiceTitle, ShipTo, Shortage, Terms, TermsKind
from services.dealers.domain.dealers import ChangeKind, DealerStatus, Tier, terms_fault
from services.dealers.schemas.fields import (
    Body,
    CreditCode,
    Limit,
    Moment,
    Name,
    OtherName,
    Person,
    Phone,
    Place,
)


class TermsRequest(Body):
    """Payment terms of the orders that are submitted under them."""

    kind: TermsKind
    deposit_percent: Annotated[int, Field(ge=0, le=99, description="Only for DEPOSIT.")] = 0
    credit_days: Annotated[int, Field(ge=0, le=365)] = 0
    auto_confirm_max_minor: Limit = 0
    shortage: Shortage = Field(
        default=Shortage.REFUSE, description="What becomes of an order that stock does not cover."
    )
    priority: Annotated[
        int, Field(ge=0, le=9, description="Backorders of a higher one get scarce goods first.")
    ] = 0
    approval_min_minor: Annotated[
        Limit, Field(description="Orders of this total or more wait for a manager; 0: none do.")
    ] = 0
    pay_within_hours: Annotated[
        int,
        Field(
            ge=0,
            le=720,
            description="An order for which nothing is paid so long after its confirmation "
            "expires; only where the dealer pays online. 0: it waits, as transfers must.",
        ),
    ] = 0

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        fault = terms_fault(self.kind, self.deposit_percent, self.pay_within_hours)
        if fault:
            raise ValueError(fault)
        return self


class StandingRequest(Body):
    """On which terms a dealer buys, from whom, and out of which warehouse."""

    tier: Tier
    terms: TermsRequest | None = Field(
        default=None, description="Null: those of the tier's policy."
    )
    credit_limit_minor: Limit | None = Field(
        default=None, description="Null: that of the tier's policy; with terms of his own, none."
    )
    salesperson_id: UUID | None = None
    warehouse_id: UUID


class NewDealerRequest(StandingRequest):
    """A dealer who comes without an application."""

    credit_code: CreditCode
    name: Name
    province: Place
    city: Place
    contact_name: Person = "-"
    phone: Phone = "000000"


class DealerImport(Body):
    """Rows are checked one by one: a bad one is reported, and the others are stored."""

    rows: list[dict[str, JsonValue]] = Field(min_length=1, max_length=1_000)


class RowFault(BaseModel):
    """A row that was not stored, and why."""

    row: int = Field(description="Its place in the request, from 0.")
    credit_code: str | None
    field: str | None
    fault: str


class ImportedDealer(BaseModel):
    """A row that was stored; `created`: now, not before."""

    row: int
    dealer_id: UUID
    code: str
    credit_code: str
    created: bool


class DealerImportResult(BaseModel):
    """What became of the rows; repeating the same import creates nothing."""

    created: int
    existing: int
    dealers: list[ImportedDealer]
    faults: list[RowFault]


class DealerLink(BaseModel):
    """A dealer, named where another one is shown."""

    dealer_id: UUID
    code: str
    name: str
    tier: Tier


class BalanceResponse(BaseModel):
    """What stands in the account of a dealer who leaves, in minor units."""

    held_minor: int
    receivable_minor: int
    advances_minor: int
    wallet_minor: int
    refunds_minor: int


class ExitResponse(BaseModel):
    """What a dealer who leaves still waits for; he has left when nothing is open."""

    step: ExitStep
    open_orders: int | None = Field(description="Null: not counted yet.")
    balance: BalanceResponse | None = Field(
        description="Null: not told yet, or not for the caller's role."
    )


class DealerResponse(BaseModel):
    dealer_id: UUID
    code: str
    credit_code: str
    name: str
    province: str
    city: str
    contact_name: str
    phone: str
    status: DealerStatus
    reason: str | None
    tier: Tier
    terms: Terms | None = Field(description="Null: not for the caller's role.")
    credit_limit_minor: int | None = Field(description="Null: not for the caller's role.")
    currency: str
    salesperson_id: UUID | None
    salesperson_name: str | None
    warehouse_id: UUID
    shelf_life_min_days: int
    invoice_title: InvoiceTitle | None
    ship_to: ShipTo | None = Field(description="The usual one of his addresses.")
    application_id: UUID | None
    superior_id: UUID | None
    superiors: list[DealerLink] = Field(
        description="His superior and those above, the highest first, as far as the caller sees."
    )
    exit: ExitResponse | None = Field(description="Set while he is EXITING.")
    activated_at: datetime
    version: int
    allowed_actions: list[str]


class DealerSummary(BaseModel):
    dealer_id: UUID
    code: str
    name: str
    province: str
    city: str
    status: DealerStatus
    tier: Tier
    salesperson_id: UUID | None
    salesperson_name: str | None
    version: int


class CorrectionRequest(Body):
    """What to correct; what is left out stays. The credit code never changes."""

    name: Name | None = None
    province: Place | None = None
    city: Place | None = None
    contact_name: Person | None = None
    phone: Phone | None = None
    warehouse_id: UUID | None = None
    shelf_life_min_days: Annotated[int, Field(ge=0, le=3_650)] | None = Field(
        default=None, description="He takes no lot that expires sooner; 0: any that has not."
    )


class InvoiceTitleRequest(Body):
    """Whom invoices are made out to 开票信息; a special VAT invoice needs all of it."""

    title: Name
    tax_number: Annotated[str, Text(pattern=r"^[0-9A-Z]{15,20}$")]
    bank: OtherName = ""
    bank_account: Annotated[str, Text(pattern=r"^[0-9 -]{0,40}$")] = ""
    address: OtherName = ""
    phone: Annotated[str, Text(pattern=r"^(\+?[0-9][0-9 -]{5,19})?$")] = ""


class ChangeTierRequest(Body):
    """Orders submitted from then on are priced by the new tier (F-51)."""

    tier: Tier
    effective_from: Moment | None = Field(default=None, description="Null: now.")


class SuperiorRequest(Body):
    """The dealer of a higher tier to whom he belongs (F-51); null: nobody."""

    superior_id: UUID | None


class ChangeTermsRequest(Body):
    """Orders submitted from then on are sold on the new terms; open ones keep theirs (R-08)."""

    terms: TermsRequest
    credit_limit_minor: Limit | None = Field(default=None, description="Null: it stays.")
    effective_from: Moment | None = Field(default=None, description="Null: now.")


class BindSalespersonRequest(Body):
    """The old salesperson loses sight of the dealer when the new one gets it (F-16)."""

    salesperson_id: UUID
    effective_from: Moment | None = Field(default=None, description="Null: now.")


class ChangeResponse(BaseModel):
    """What holds, or held, of a dealer from a time on; `applied_at` null: still to come."""

    change_id: UUID
    kind: ChangeKind
    value: dict[str, JsonValue]
    effective_from: datetime
    set_by: UUID
    set_by_name: str | None
    set_at: datetime
    applied_at: datetime | None
