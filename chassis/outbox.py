"""Transactional outbox: messages are rows of the same transaction as their cause."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from chassis.db import Tx
from chassis.ids import uuid7
from contracts.message import Message
from contracts.topics import partition_of


class Cause(NamedTuple):
    """Where a message comes from; each part is None where it is unknown."""

    message_id: UUID | None = None
    actor: str | None = None
    """The user on whose request it all began: `user:<id>`."""
    traceparent: str | None = None
    """W3C Trace Context of the span that the new message belongs to."""
    correlation_id: UUID | None = None
    """The order that it is all about, for messages that do not name one themselves."""


NOWHERE = Cause()
_causes: ContextVar[Mapping[bytes, Cause]] = ContextVar("causes", default={})  # noqa: B039


@contextmanager
def caused_by(causes: Mapping[bytes, Cause]) -> Generator[None]:
    """Give, by key, the cause of the messages that are added inside this block.

    The empty key stands for all keys that have no cause of their own.
    """
    token = _causes.set(causes)
    try:
        yield
    finally:
        _causes.reset(token)


def cause_of(key: bytes, order: bytes = b"") -> Cause:
    """Why a message with this key is added now; one that has another key, but is about an order,
    was caused by what came for that order."""
    causes = _causes.get()
    return causes.get(key) or causes.get(order) or causes.get(b"", NOWHERE)


COLUMNS = (
    *("message_id", "type", "topic", "partition", "key", "sequence"),
    *("cause", "correlation", "actor", "traceparent", "body"),
)
Row = tuple[Any, ...]
BODY_BYTES_MAX = 512 * 1024
"""As the table checks: with its headers it must fit into one batch of the producer."""
COPIED_FROM = 32
"""Rows from which COPY costs less than an INSERT, whose one round trip it makes two."""


async def add(tx: Tx, messages: Sequence[Message]) -> None:
    """Queue messages for the relay, in this order; they leave only after `tx` commits.

    Order per key needs that the caller holds the lock of the key's aggregate, or creates it.
    """
    rows = [_row(message) for message in messages]
    if len(rows) >= COPIED_FROM:
        await tx.copy_records_to_table("outbox", records=rows, columns=COLUMNS)
    elif rows:
        await tx.execute(
            """
            INSERT INTO outbox (message_id, type, topic, partition, key, sequence, cause,
                                correlation, actor, traceparent, body)
            SELECT * FROM unnest(
                $1::uuid[], $2::text[], $3::text[], $4::smallint[], $5::bytea[], $6::int[],
                $7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::bytea[]
            )
            """,
            *zip(*rows, strict=True),
        )


def _row(message: Message) -> Row:
    kind, key = type(message), message.key
    versioned, about_order = _known(kind)
    order_id: UUID | None = message.order_id if about_order else None  # type: ignore[attr-defined]
    cause = cause_of(key, order_id.bytes if order_id else b"")
    return (
        uuid7(),
        kind.type,
        kind.topic,
        partition_of(key),
        key,
        message.version if versioned else None,  # type: ignore[attr-defined]
        cause.message_id,
        order_id or cause.correlation_id,
        cause.actor,
        cause.traceparent,
        # As `model_dump_json`, without the way over a string.
        kind.__pydantic_serializer__.to_json(message),
    )


@cache
def _known(kind: type[Message]) -> tuple[bool, bool]:
    """Whether messages of a kind have a version, and an order that they are about."""
    return "version" in kind.model_fields, "order_id" in kind.model_fields


class DeadLetter(NamedTuple):
    """A message that cannot be handled, as it came, with headers that say why."""

    type: str
    key: bytes
    headers: str
    """As `chassis.envelope.encoded` writes them."""
    body: bytes


async def add_dead_letters(tx: Tx, service: str, letters: Sequence[DeadLetter]) -> None:
    """Queue dead letters for the relay, too: nothing else publishes."""
    if not letters:
        return
    await tx.execute(
        """
        INSERT INTO outbox (message_id, topic, type, partition, key, headers, body)
        SELECT message_id, $2, type, partition, key, headers, body
        FROM unnest($1::uuid[], $3::text[], $4::smallint[], $5::bytea[], $6::text[], $7::bytea[])
             AS letter(message_id, type, partition, key, headers, body)
        """,
        [uuid7() for _ in letters],
        f"{service}.dlq",
        [letter.type for letter in letters],
        [partition_of(letter.key) for letter in letters],
        [letter.key for letter in letters],
        [letter.headers for letter in letters],
        [letter.body for letter in letters],
    )
