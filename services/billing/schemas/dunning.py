"""HTTP bodies of dunning."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.billing.schemas.fields import CURRENCY, Currency, Dealer


class Dunning(Dealer):
    """What a dealer owes beyond its time, as of the last look."""

    currency: Currency = CURRENCY
    level: int = Field(description="Of the ladder; the last one proposes to stop shipments.")
    overdue_minor: int
    days_overdue: int = Field(description="Of the oldest invoice.")
    since: datetime = Field(description="When the level was reached.")
