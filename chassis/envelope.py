"""The envelope of a message: CloudEvents 1.0 attributes in Kafka headers (binary mode)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

import orjson
from asyncpg import Record
from asyncpg.pgproto import pgproto

from chassis.ids import millis_of, time_of

Header = tuple[str, bytes]

ID = "ce_id"
TYPE = "ce_type"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands on a message besides its body; None is what it does not say."""

    message_id: UUID
    type: str
    time: datetime
    """When it happened."""
    source: str | None = None
    """Who says so: `cell/service`."""
    subject: str | None = None
    """Its key, readable."""
    sequence: int | None = None
    """The aggregate's version."""
    causation_id: UUID | None = None
    """The message that this one answers."""
    correlation_id: UUID | None = None
    """The order that it is all about."""
    actor: str | None = None
    traceparent: str | None = None

    @classmethod
    def of(cls, message_id: UUID, message_type: str, headers: Mapping[str, bytes]) -> Envelope:
        """Read headers that `headers_of` wrote."""
        return cls(
            message_id=message_id,
            type=message_type,
            time=time_of(message_id),
            source=text_in(headers.get("ce_source")),
            subject=text_in(headers.get("ce_subject")),
            sequence=int(sequence)
            if (sequence := (headers.get("ce_sequence") or b"")).isdigit()
            else None,
            causation_id=uuid_in(headers.get("ce_causationid")),
            correlation_id=uuid_in(headers.get("ce_correlationid")),
            actor=text_in(headers.get("ce_actor")),
            traceparent=text_in(headers.get("traceparent")),
        )


class Delivery(NamedTuple):
    """A message as it came from Kafka."""

    message_id: UUID
    type: str
    key: bytes
    body: bytes
    headers: tuple[Header, ...] = ()
    topic: str = ""
    """Without the cell."""
    partition: int = 0
    offset: int = 0

    @property
    def actor(self) -> str | None:
        """On whose request it was said: `user:<id>`."""
        for name, value in self.headers:
            if name == "ce_actor":
                return text_in(value)
        return None

    @property
    def traceparent(self) -> str | None:
        for name, value in self.headers:
            if name == "traceparent":
                return text_in(value)
        return None

    @property
    def envelope(self) -> Envelope:
        return Envelope.of(self.message_id, self.type, dict(self.headers))

    @property
    def place_id(self) -> UUID:
        """A UUIDv7 of the message's place in Kafka, always the same; its time is the message's."""
        return place_id_of(millis_of(self.message_id), self.topic, self.partition, self.offset)


def place_id_of(millis: int, topic: str, partition: int, offset: int) -> UUID:
    """A UUIDv7 of a place in Kafka, at this moment."""
    mark = place_mark(topic.encode(), b"%d" % partition, b"%d" % offset)
    return UUID(bytes=millis.to_bytes(6, "big") + mark)


def place_mark(topic: bytes, partition: bytes, offset: bytes) -> bytes:
    """The part of a `place_id` that only the place decides."""
    return blake2b(b"/".join((topic, partition, offset)), digest_size=10).digest()


@lru_cache(maxsize=4096)
def constant_headers(message_type: str, source: str) -> tuple[Header, ...]:
    """The headers that all messages of a type from one service share."""
    return (
        ("ce_specversion", b"1.0"),
        ("ce_source", source.encode()),
        (TYPE, message_type.encode()),
        ("content-type", b"application/json"),
    )


def headers_of(row: Record, source: str) -> list[Header]:
    """The headers of a row of the outbox."""
    headers: list[Header] = [
        *constant_headers(row["type"], source),
        (ID, str(row["message_id"]).encode()),
        ("ce_subject", subject_of(row["key"]).encode()),
    ]
    if (sequence := row["sequence"]) is not None:
        headers.append(("ce_sequence", b"%d" % sequence))
    if (cause := row["cause"]) is not None:
        headers.append(("ce_causationid", str(cause).encode()))
    if (correlation := row["correlation"]) is not None:
        headers.append(("ce_correlationid", str(correlation).encode()))
    if (actor := row["actor"]) is not None:
        headers.append(("ce_actor", actor.encode()))
    if (traceparent := row["traceparent"]) is not None:
        headers.append(("traceparent", traceparent.encode()))
    return headers


def subject_of(key: bytes) -> str:
    """A key as text: an id in its usual form, anything else as it is."""
    if len(key) == 16 and key[8] & 0xC0 == 0x80 and 0x10 <= key[6] < 0x90:
        text = key.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
    return key.decode(errors="backslashreplace")


def encoded(headers: Iterable[Header]) -> str:
    """Headers as text that keeps every byte."""
    return orjson.dumps([(name, (value or b"").hex()) for name, value in headers]).decode()


def decoded(text: str) -> tuple[Header, ...]:
    """What `encoded` wrote."""
    return tuple((name, bytes.fromhex(value)) for name, value in orjson.loads(text))


def text_in(value: bytes | None) -> str | None:
    """A header as text, whatever its bytes are."""
    return None if value is None else value.decode(errors="replace")


def uuid_in(value: bytes | None) -> UUID | None:
    """An id in a header; one that is none says nothing, as it must not spoil the message."""
    try:
        return None if value is None else pgproto.UUID(value.decode())
    except ValueError:
        return None
