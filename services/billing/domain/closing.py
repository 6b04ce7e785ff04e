"""Closing business days 日结: what came on a closed day is booked on the next open one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from chassis.errors import DomainError, InvalidRequest
from services.billing.domain.documents import business_day

SETTLED_AFTER = timedelta(minutes=10)
"""After the end of a day nothing of it is under way any more: requests are given up long before."""


class DayClosed(DomainError):
    """The day is closed already.

    zh: 该营业日已结账。
    请选择之后的日期。

    Choose a later day.
    """


class ExceptionsOpen(DomainError):
    """The reconciliation with the bank has exceptions that nobody has settled.

    zh: 资金核对仍有未处理的差异，不能结账。
    请先处理差异，或填写说明后确认结账。

    Settle them first, or say in `exceptions_note` why the day can be closed with them.
    """


@dataclass(frozen=True, slots=True)
class CloseDay:
    """Close a day and all before it."""

    day: date
    by: UUID
    at: datetime
    exceptions_note: str = ""
    """Why it can be closed with exceptions."""


def close(ask: CloseDay, closed_through: date | None, exceptions: int) -> DomainError | None:
    """Why the day cannot be closed."""
    if ask.day >= business_day(ask.at - SETTLED_AFTER):
        return InvalidRequest(("/day", "That day is not over yet."))
    if closed_through and ask.day <= closed_through:
        return DayClosed(closed_through=closed_through)
    if exceptions and not ask.exceptions_note:
        return ExceptionsOpen(exceptions=exceptions)
    return None


def booked_on(received_on: date, closed_through: date | None) -> date:
    """The day that money counts for."""
    if closed_through and received_on <= closed_through:
        return closed_through + timedelta(days=1)
    return received_on
