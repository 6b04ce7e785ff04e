"""The chain of the audit log; pure. `python -m gateway verify-audit-log` walks it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to whom; `facts` are what is new, and never a secret."""

    actor: str
    action: str
    subject_id: UUID
    facts: dict[str, Any]


class Dated(NamedTuple):
    """An entry with its id, a UUIDv7, and the moment of what it tells; None: of being written."""

    entry_id: UUID
    entry: Entry
    at: datetime | None = None


class Link(NamedTuple):
    """An entry in its place in the chain."""

    position: int
    entry_id: UUID
    at: datetime
    entry: Entry
    digest: bytes


class Head(NamedTuple):
    """The newest link."""

    position: int
    digest: bytes


BEGINNING = Head(0, hashlib.sha256(b"").digest())


def links(head: Head, now: datetime, entries: Iterable[Dated]) -> list[Link]:
    """New entries as they follow on the newest one."""
    chain: list[Link] = []
    for entry_id, entry, happened_at in entries:
        before = head_of(chain[-1]) if chain else head
        position, at = before.position + 1, happened_at or now
        digest = digest_of(before.digest, position, entry_id, at, entry)
        chain.append(Link(position, entry_id, at, entry, digest))
    return chain


def digest_of(before: bytes, position: int, entry_id: UUID, at: datetime, entry: Entry) -> bytes:
    """Over the digest before it, and over all that the entry says."""
    said = [position, entry_id, at, entry.actor, entry.action, entry.subject_id, entry.facts]
    return hashlib.sha256(before + text_of(said)).digest()


def text_of(value: object) -> bytes:
    """JSON in one form only, so that what was stored reads the same."""
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)


def breaks(before: Head, chain: Iterable[Link]) -> list[int]:
    """Positions at which a piece of the chain does not follow on what is before it."""
    broken: list[int] = []
    for link in chain:
        expected = digest_of(before.digest, link.position, link.entry_id, link.at, link.entry)
        if link.position != before.position + 1 or link.digest != expected:
            broken.append(link.position)
        before = head_of(link)
    return broken


def head_of(link: Link) -> Head:
    return Head(link.position, link.digest)
