"""HTTP bodies of closed days."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.billing.schemas.fields import Request, Text


class CloseDayRequest(Request):
    """A business day that is over; all before it are closed with it."""

    day: date
    exceptions_note: Text = Field(
        default="", description="Why it can be closed with open exceptions of the reconciliation."
    )


class ClosedDay(BaseModel):
    """A closed business day of Asia/Shanghai."""

    day: date
    closed_by: UUID
    closed_at: datetime
    exception_count: int = Field(description="Exceptions that were open then.")
    note: str = Field(description="Why it could be closed with them.")
