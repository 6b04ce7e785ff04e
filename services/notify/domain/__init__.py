"""Which event opens which work and for whom, which one ends it, and what readers are told. Pure."""

from __future__ import annotations

from services.notify.domain.mails import (
    MAIL_WORKS,
    MEND_ADDRESS,
    MENDER,
    REASON_LENGTH_MAX,
    Errands,
    Mail,
    Outcome,
    Patience,
    Settlement,
    Verdict,
    errands,
    settle,
)
from services.notify.domain.news import FOLLOWED, Fact, News, Opening, Place, Telling, digest
from services.notify.domain.notes import NOTES, Note
from services.notify.domain.owed import MOVING, OwedLine, Picker, move, reminders
from services.notify.domain.works import WORKS, Work

__all__ = [
    "FOLLOWED",
    "MAIL_WORKS",
    "MENDER",
    "MEND_ADDRESS",
    "MOVING",
    "NOTES",
    "REASON_LENGTH_MAX",
    "WORKS",
    "Errands",
    "Fact",
    "Mail",
    "News",
    "Note",
    "Opening",
    "Outcome",
    "OwedLine",
    "Patience",
    "Picker",
    "Place",
    "Settlement",
    "Telling",
    "Verdict",
    "Work",
    "digest",
    "errands",
    "move",
    "reminders",
    "settle",
]
