"""What handlers may ask about their messages, and what their own messages are caused by."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from chassis import outbox, telemetry
from chassis.consumer.parcels import Parcel
from chassis.envelope import Delivery, Envelope, text_in, uuid_in
from chassis.outbox import Cause
from chassis.telemetry import recorded
from contracts.message import Message

_delivered: ContextVar[Mapping[int, Delivery]] = ContextVar("delivered", default={})  # noqa: B039


def envelope_of(message: Message) -> Envelope:
    """The envelope of a message that a handler was given; only inside that handler."""
    return delivery_of(message).envelope


def delivery_of(message: Message) -> Delivery:
    """The same, unread: for a handler that needs little of it, of many messages."""
    return _delivered.get()[id(message)]


class Causes(Mapping[bytes, Cause]):
    """What a wave's messages are the causes of, by their keys; read when somebody asks."""

    def __init__(
        self, wave: Sequence[Parcel], traceparents: Mapping[UUID, str | None] | None = None
    ) -> None:
        self._by_key = {parcel.delivery.key: parcel.delivery for parcel in wave}
        self._traceparents = traceparents or {}

    def __getitem__(self, key: bytes) -> Cause:
        delivery = self._by_key[key]
        headers = dict(delivery.headers)
        message_id = delivery.message_id
        return Cause(
            message_id,
            text_in(headers.get("ce_actor")),
            self._traceparents.get(message_id) or text_in(headers.get("traceparent")),
            uuid_in(headers.get("ce_correlationid")),
        )

    def get(self, key: bytes, default: Any = None) -> Any:
        """Without the way over an exception, which most of its askers would take."""
        return self[key] if key in self._by_key else default

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)


@contextmanager
def delivering(group: str, wave: Sequence[Parcel]) -> Generator[None]:
    """What handlers may ask about their messages, and what their own messages will be caused by."""
    watched = [one.delivery for one in wave if recorded(one.delivery.traceparent)]
    token = _delivered.set({id(message): delivery for delivery, message in wave})
    try:
        with (
            telemetry.delivering(group, [one.envelope for one in watched]) as spans,
            outbox.caused_by(Causes(wave, spans)),
        ):
            yield
    finally:
        _delivered.reset(token)
