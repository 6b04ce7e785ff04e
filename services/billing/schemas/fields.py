"""What the bodies of billing have in common. Amounts are minor units of the currency."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

CURRENCY: Literal["CNY"] = "CNY"

Currency = Literal["CNY"]
AmountMinor = Annotated[int, Field(gt=0, le=10**13, description="Minor units (fen).")]
NO_NUL = r"^[^\x00]*$"
"""PostgreSQL stores every character but this one."""
Text = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=NO_NUL)]
Why = Annotated[Text, Field(min_length=1)]


class Request(BaseModel):
    """A body of a request; a member that is not known is a mistake of the caller's."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class WhyRequest(Request):
    reason: Why


class Dealer(BaseModel):
    dealer_id: UUID
    dealer_code: str
    dealer_name: str
