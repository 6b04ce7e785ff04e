"""Which event opens which work and for whom, which one ends it, and what readers are told. Pure."""

from __future__ import annotations

from services.notify.domain.news import FOLLOWED, Fact, News, Opening, Place, Telling, digest
from services.notify.domain.notes import NOTES, Note
from services.notify.domain.works import WORKS, Work

__all__ = [
    "FOLLOWED",
    "NOTES",
    "WORKS",
    "Fact",
    "News",
    "Note",
    "Opening",
    "Place",
    "Telling",
    "Work",
    "digest",
]
