"""E-mail: what becomes of each attempt, and whose work it is when nothing more can be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from chassis.auth import Role
from services.notify.domain.news import Place

MEND_ADDRESS = "MEND_MAIL_ADDRESS"
MEND_SERVER = "MEND_MAIL_SERVER"
MAIL_WORKS: Mapping[str, tuple[str, ...]] = {
    MEND_ADDRESS: ("name", "email", "reason"),
    MEND_SERVER: ("reason",),
}
"""Work that no event opens but a mail that is given up, with the facts of its title."""
SERVER = UUID(int=0)
"""The subject of work on the mail server: there is one."""
REASON_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """A message on its way to one reader's mailbox."""

    message_id: UUID
    user_id: UUID
    attempts: int
    """With the one that is under way."""
    event_id: UUID
    template: str
    facts: Mapping[str, object]
    happened_at: datetime
    name: str
    email: str | None
    language: str
    wanted: bool
    """He is still active, has a mailbox, and did not switch this template off."""


class Verdict(StrEnum):
    """How an attempt ended."""

    SENT = "SENT"
    UNWANTED = "UNWANTED"
    UNTRIED = "UNTRIED"
    """Its turn did not come; this counts as no attempt."""
    FAILED = "FAILED"
    """Another attempt may succeed."""
    REFUSED = "REFUSED"
    """For good."""


class Outcome(NamedTuple):
    """What became of an attempt."""

    mail: Mail
    verdict: Verdict
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a mail is tried."""

    attempts_max: int
    pause_seconds: float
    """After the first failure; twice as long after each further one."""
    pause_seconds_max: float

    def pause(self, attempts: int) -> timedelta:
        doubled = self.pause_seconds * 2 ** min(attempts - 1, 32)
        return timedelta(seconds=min(doubled, self.pause_seconds_max))


class Settlement(NamedTuple):
    """A mail as it shall stand after an attempt."""

    mail: Mail
    status: str
    attempts: int
    due_at: datetime
    reason: str | None


@dataclass(slots=True)
class Errands:
    """What outcomes mean for the administrator: work that is over, and work that is there."""

    over: set[Place] = field(default_factory=set)
    begun: dict[Place, dict[str, object]] = field(default_factory=dict)


def settle(outcome: Outcome, now: datetime, patience: Patience) -> Settlement:
    """Sent, dropped, given up; or due again, later each time."""
    mail, verdict, reason = outcome
    if verdict is Verdict.UNTRIED:
        return Settlement(mail, "DUE", mail.attempts - 1, now, reason)
    if verdict is Verdict.FAILED and mail.attempts < patience.attempts_max:
        return Settlement(mail, "DUE", mail.attempts, now + patience.pause(mail.attempts), reason)
    status = {Verdict.SENT: "SENT", Verdict.UNWANTED: "DROPPED"}.get(verdict, "GIVEN_UP")
    return Settlement(mail, status, mail.attempts, now, reason)


def errands(outcomes: Iterable[Outcome], patience: Patience) -> Errands:
    """A refused address is somebody's work until mail reaches it; so is a server that is down."""
    found = Errands()
    for mail, verdict, reason in outcomes:
        address, server = (MEND_ADDRESS, mail.user_id), (MEND_SERVER, SERVER)
        if verdict is Verdict.SENT:
            for place in (address, server):
                found.begun.pop(place, None)
                found.over.add(place)
        elif verdict is Verdict.REFUSED:
            found.begun[address] = {"name": mail.name, "email": mail.email, "reason": reason}
        elif verdict is Verdict.FAILED and mail.attempts >= patience.attempts_max:
            found.begun[server] = {"reason": reason}
    return found


MENDER = Role.ADM
"""Whose work both are."""
