"""Bodies about applications."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic import StringConstraints as Text

from services.dealers.domain.applications import Status
from services.dealers.schemas.fields import (
    LINES,
    ONE_LINE,
    Body,
    CreditCode,
    Limit,
    Name,
    Person,
    Phone,
    Place,
    Word,
)


class ApplicationForm(Body):
    """What an applicant says of his company."""

    credit_code: CreditCode
    name: Name
    province: Place
    city: Place
    address: Annotated[str, Text(max_length=200, pattern=ONE_LINE)] = ""
    contact_name: Person
    phone: Phone
    brands: list[Word] = Field(default_factory=list, max_length=50)
    channels: list[Word] = Field(default_factory=list, max_length=20)
    annual_sales_minor: Limit | None = None
    licence_valid_until: date | None = Field(default=None, description="Null: for ever 长期.")
    note: Annotated[str, Text(max_length=1_000, pattern=LINES)] = ""


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
    escalated: bool = Field(description="Nobody has screened it for too long.")
    endorsed_by: UUID | None
    endorsed_limit_minor: int | None = Field(description="The credit that finance agrees to.")
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
    escalated: bool = Field(description="Nobody has screened it for too long.")


class EndorseCreditRequest(Body):
    """Up to which credit limit finance agrees."""

    credit_limit_minor: Limit


class AssignRequest(Body):
    """Who should screen it."""

    salesperson_id: UUID
