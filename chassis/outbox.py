"""Transactional outbox: messages are rows of the same transaction as their cause."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from chassis.db import Tx
from chassis.ids import uuid7
from contracts.message import Message
from contracts.topics import partition_of


@dataclass(frozen=True, slots=True)
class Cause:
    """Where a message comes from; each part is None where it is unknown."""

    message_id: UUID | None = None
    actor: str | None = None
    """The user on whose request it all began: `user:<id>`."""
    traceparent: str | None = None
    """W3C Trace Context of the span that the new message belongs to."""


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


def cause_of(key: bytes) -> Cause:
    """Why a message with this key is added now."""
    causes = _causes.get()
    return causes.get(key) or causes.get(b"", NOWHERE)


async def add(tx: Tx, messages: Sequence[Message]) -> None:
    """Queue messages for the relay, in this order; they leave only after `tx` commits.

    Order per key needs that the caller holds the lock of the key's aggregate, or creates it.
    """
    if not messages:
        return
    keys = [message.key for message in messages]
    causes = [cause_of(key) for key in keys]
    await tx.execute(
        """
        INSERT INTO outbox (message_id, type, topic, partition, key, sequence, cause, actor,
                            traceparent, body)
        SELECT * FROM unnest(
            $1::uuid[], $2::text[], $3::text[], $4::smallint[], $5::bytea[], $6::int[],
            $7::uuid[], $8::text[], $9::text[], $10::bytea[]
        )
        """,
        [uuid7() for _ in messages],
        [message.type for message in messages],
        [message.topic for message in messages],
        [partition_of(key) for key in keys],
        keys,
        [getattr(message, "version", None) for message in messages],
        [cause.message_id for cause in causes],
        [cause.actor for cause in causes],
        [cause.traceparent for cause in causes],
        [message.model_dump_json().encode() for message in messages],
    )
