"""What handlers may ask about their messages, and what their own messages are caused by."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

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


@contextmanager
def delivering(group: str, wave: Sequence[Parcel]) -> Generator[None]:
    """What handlers may ask about their messages, and what their own messages will be caused by."""
    found = [(delivery, _cause(delivery)) for delivery, _ in wave]
    causes = {delivery.key: cause for delivery, cause in found}
    watched = [delivery for delivery, cause in found if recorded(cause.traceparent)]
    token = _delivered.set({id(message): delivery for delivery, message in wave})
    try:
        with telemetry.delivering(group, [one.envelope for one in watched]) as spans:
            for one in watched:
                causes[one.key] = causes[one.key]._replace(traceparent=spans[one.message_id])
            with outbox.caused_by(causes):
                yield
    finally:
        _delivered.reset(token)


def _cause(delivery: Delivery) -> Cause:
    headers = dict(delivery.headers)
    return Cause(
        delivery.message_id,
        text_in(headers.get("ce_actor")),
        text_in(headers.get("traceparent")),
        uuid_in(headers.get("ce_correlationid")),
    )
