"""HTTP bodies of the dealers API. Responses have no defaults, so clients get no false optionals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    model_validator,
)
from pydantic import StringConstraints as Text

from contracts.dealers import DealerStatus, Terms, TermsKind
from services.dealers.domain import credit_codes
from services.dealers.domain.applications import Status
from services.dealers.domain.dealers import ChangeKind, Tier, terms_fault

AMOUNT_MAX = 10**15


class Body(BaseModel):
    """A request; what it does not know is a fault."""

    model_config = ConfigDict(extra="forbid")


def _credit_code(code: str) -> str:
    if fault := credit_codes.fault(code):
        raise ValueError(fault)
    return code


Name = Annotated[str, Text(min_length=2, max_length=100, strip_whitespace=True)]
Place = Annotated[str, Text(min_length=2, max_length=32, strip_whitespace=True)]
Person = Annotated[str, Text(min_length=1, max_length=50, strip_whitespace=True)]
Phone = Annotated[str, Text(pattern=r"^\+?[0-9][0-9 -]{5,19}$")]
Word = Annotated[str, Text(min_length=1, max_length=50, strip_whitespace=True)]
Reason = Annotated[str, Text(min_length=1, max_length=500, strip_whitespace=True)]
Limit = Annotated[int, Field(ge=0, le=AMOUNT_MAX, description="Fen.")]
CreditCode = Annotated[
    str,
    Text(strip_whitespace=True, to_upper=True, max_length=18),
    AfterValidator(_credit_code),
    Field(description="Unified social credit code 统一社会信用代码 (GB 32100-2015)."),
]


class ApplicationForm(Body):
    """What an applicant says of his company."""

    credit_code: CreditCode
    name: Name
    province: Place
    city: Place
    address: Annotated[str, Text(max_length=200)] = ""
    contact_name: Person
    phone: Phone
    brands: list[Word] = Field(default_factory=list, max_length=50)
    channels: list[Word] = Field(default_factory=list, max_length=20)
    annual_sales_minor: Limit | None = None
    licence_valid_until: date | None = Field(default=None, description="Null: for ever 长期.")
    note: Annotated[str, Text(max_length=1_000)] = ""


class ApplicationRequest(ApplicationForm):
    """An application, handed in at once unless it is a draft."""

    draft: bool = False


class ApplicationReceipt(BaseModel):
    """What became of it; LINKED: the company is known here, and the salesperson will call."""

    application_id: UUID | None
    status: Status | Literal["LINKED"]
    version: int | None


class FurtherApplicant(BaseModel):
    """Somebody else who applied for the same company."""

    user_id: UUID
    contact_name: str
    phone: str
    applied_at: datetime


class ApplicationResponse(BaseModel):
    application_id: UUID
    credit_code: str
    name: str
    province: str
    city: str
    address: str
    contact_name: str
    phone: str
    brands: list[str]
    channels: list[str]
    annual_sales_minor: int | None
    licence_valid_until: date | None
    note: str
    status: Status
    applicant_user_id: UUID
    screener_id: UUID | None
    screened_by: UUID | None
    decided_by: UUID | None
    reason: str | None
    dealer_id: UUID | None
    submitted_at: datetime | None
    changed_at: datetime
    version: int
    further_applicants: list[FurtherApplicant]
    allowed_actions: list[str]


class ApplicationSummary(BaseModel):
    application_id: UUID
    credit_code: str
    name: str
    province: str
    city: str
    status: Status
    screener_id: UUID | None
    screener_name: str | None
    submitted_at: datetime | None
    changed_at: datetime
    version: int


class ReasonRequest(Body):
    """Why; the other side reads it."""

    reason: Reason


class AssignRequest(Body):
    """Who should screen it."""

    salesperson_id: UUID


class TermsRequest(Body):
    """Payment terms of the orders that are submitted under them."""

    kind: TermsKind
    deposit_percent: Annotated[int, Field(ge=0, le=99, description="Only for DEPOSIT.")] = 0
    credit_days: Annotated[int, Field(ge=0, le=365)] = 0
    auto_confirm_max_minor: Limit = 0

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        if fault := terms_fault(self.kind, self.deposit_percent):
            raise ValueError(fault)
        return self


class StandingRequest(Body):
    """On which terms a dealer buys, from whom, and out of which warehouse."""

    tier: Tier
    terms: TermsRequest
    credit_limit_minor: Limit = 0
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
    terms: Terms
    credit_limit_minor: int
    currency: str
    salesperson_id: UUID | None
    salesperson_name: str | None
    warehouse_id: UUID
    application_id: UUID | None
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


class ChangeTierRequest(Body):
    """Orders submitted from then on are priced by the new tier (F-51)."""

    tier: Tier
    effective_from: AwareDatetime | None = Field(default=None, description="Null: now.")


class ChangeTermsRequest(Body):
    """Orders submitted from then on are sold on the new terms; open ones keep theirs (R-08)."""

    terms: TermsRequest
    credit_limit_minor: Limit | None = Field(default=None, description="Null: it stays.")
    effective_from: AwareDatetime | None = Field(default=None, description="Null: now.")


class BindSalespersonRequest(Body):
    """The old salesperson loses sight of the dealer when the new one gets it (F-16)."""

    salesperson_id: UUID
    effective_from: AwareDatetime | None = Field(default=None, description="Null: now.")


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


class TerritoryRow(Body):
    """Who screens, and looks after, what comes from a place."""

    province: Place
    city: Annotated[str, Text(max_length=32, strip_whitespace=True)] = Field(
        default="", description="Empty: the province, but for cities that have a row of their own."
    )
    salesperson_id: UUID


class TerritoryImport(Body):
    rows: list[TerritoryRow] = Field(min_length=1, max_length=1_000)


class TerritoryImportResult(BaseModel):
    changed: int
    unchanged: int


class TerritoryResponse(BaseModel):
    province: str
    city: str
    salesperson_id: UUID
    salesperson_name: str | None
