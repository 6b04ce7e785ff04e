"""HTTP bodies of temporary limits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from services.billing.domain.limits import GrantState
from services.billing.schemas.fields import (
    CURRENCY,
    AmountMinor,
    Currency,
    Dealer,
    Request,
    Why,
)


class GrantRequest(Request):
    """How much more a dealer may owe, and until when."""

    dealer_id: UUID
    order_id: UUID | None = Field(default=None, description="With this order only; else with any.")
    amount_minor: AmountMinor
    until: AwareDatetime = Field(description="At most 366 days from now.")
    reason: Why


class GrantFilters(BaseModel):
    """Which temporary limits to list; what is left out leaves all."""

    dealer_id: UUID | None = None
    state: GrantState | None = None


class LimitGrant(Dealer):
    """A temporary limit."""

    grant_id: UUID
    version: int
    currency: Currency = CURRENCY
    order_id: UUID | None
    amount_minor: int
    until: datetime
    reason: str
    state: GrantState
    requested_by: UUID
    requested_at: datetime
    approved_by: UUID | None = Field(description="Nobody, where its size needs no second person.")
    activated_at: datetime | None
    closed_by: UUID | None = Field(description="Who rejected or revoked it.")
    closed_at: datetime | None
    note: str = Field(description="Why it was rejected or revoked.")


class LimitGrantResponse(LimitGrant):
    allowed_actions: list[str]
