"""What a batch of events means for the to-dos and the readers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from contracts import orders
from contracts.message import Message
from services.notify.domain.notes import NOTES, Note
from services.notify.domain.works import WORKS, Work

FOLLOWED: tuple[type[Message], ...] = tuple(
    dict.fromkeys(
        [
            event
            for work in WORKS.values()
            for event in (work.opened_by, *work.done_by, *work.voided_by)
        ]
        + list(NOTES)
    )
)
"""All events that notify listens to."""


class Fact(NamedTuple):
    """An event with what its envelope says."""

    event: Any
    """One of FOLLOWED."""
    message_id: UUID
    at: datetime
    by: UUID | None = None
    """The user on whose request it happened."""


Place = tuple[str, UUID]
"""Kind and subject: one piece of work."""


class Opening(NamedTuple):
    """Work that an event opens."""

    role: str
    user_id: UUID | None
    fact: Fact
    parameters: Mapping[str, object]


class Telling(NamedTuple):
    """What a reader is told about an event; without `user_id`, every user of its dealer is."""

    template: str
    user_id: UUID | None
    fact: Fact
    parameters: Mapping[str, object]


@dataclass(slots=True)
class News:
    """What a batch of events means for the to-dos and the readers; ends come before openings.

    Work that opens and ends within the batch is not opened: nobody could have seen it.
    """

    done: dict[Place, Fact] = field(default_factory=dict)
    voided: dict[Place, Fact] = field(default_factory=dict)
    opened: dict[Place, Opening] = field(default_factory=dict)
    told: list[Telling] = field(default_factory=list)


def digest(facts: Iterable[Fact]) -> News:
    """Look every event up in the tables above; those of one key are in their order."""
    news = News()
    for fact in facts:
        meaning = _MEANINGS[type(fact.event)]
        for place in _places(meaning.ends, fact):
            news.opened.pop(place, None)
            news.done[place] = fact
        for place in _places(meaning.voids, fact):
            news.opened.pop(place, None)
            news.voided[place] = fact
        for place in _places(meaning.opens, fact):
            if WORKS[place[0]].needed(fact.event):
                news.opened[place] = _opening(WORKS[place[0]], fact)
        if meaning.note and (telling := _telling(meaning.note, fact)):
            news.told.append(telling)
    return news


class _Meaning(NamedTuple):
    """What an event is to the tables: kinds of work, and a note."""

    opens: tuple[str, ...]
    ends: tuple[str, ...]
    voids: tuple[str, ...]
    note: Note | None


def _meaning(event: type[Message]) -> _Meaning:
    return _Meaning(
        opens=tuple(kind for kind, work in WORKS.items() if event is work.opened_by),
        ends=tuple(kind for kind, work in WORKS.items() if event in work.done_by),
        voids=tuple(kind for kind, work in WORKS.items() if event in work.voided_by),
        note=NOTES.get(event),
    )


_MEANINGS = {event: _meaning(event) for event in FOLLOWED}
_ABOUT_A_HOLD = (orders.OrderHeld, orders.OrderHoldReleased)


def _places(kinds: Iterable[str], fact: Fact) -> Iterator[Place]:
    """Those of the kinds that the event concerns, with its subject."""
    for kind in kinds:
        work = WORKS[kind]
        if work.hold and type(fact.event) in _ABOUT_A_HOLD and fact.event.hold is not work.hold:
            continue
        if (subject_id := getattr(fact.event, work.subject)) is not None:
            yield kind, subject_id


def _opening(work: Work, fact: Fact) -> Opening:
    return Opening(
        role=getattr(fact.event, "owner", work.role),
        user_id=getattr(fact.event, work.assignee) if work.assignee else None,
        fact=fact,
        parameters=_facts(fact.event, work.facts),
    )


def _telling(note: Note, fact: Fact) -> Telling | None:
    reader = getattr(fact.event, note.reader)
    if reader is None or not note.needed(fact.event):
        return None
    user_id = None if note.reader == "dealer_id" else reader
    return Telling(note.template, user_id, fact, _facts(fact.event, note.facts))


def _facts(event: Message, fields: Iterable[str]) -> dict[str, object]:
    return {name: getattr(event, name) for name in fields}
