"""Traces through a consumer: one span per batch, and one per message whose trace is recorded."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol
from uuid import UUID

from opentelemetry.trace import Link, Span, SpanKind

from chassis.telemetry import names
from chassis.telemetry.traces import Value, context_of, fail, recorded, start, text_of

LINKS_MAX = 128


class _Envelope(Protocol):
    @property
    def message_id(self) -> UUID: ...
    @property
    def type(self) -> str: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def correlation_id(self) -> UUID | None: ...
    @property
    def traceparent(self) -> str | None: ...


@contextmanager
def delivering(group: str, envelopes: Sequence[_Envelope]) -> Generator[Mapping[UUID, str | None]]:
    """Handle a batch in this block; gives, by message id, the traceparent of what it causes.

    A message of a trace that nobody records passes its traceparent on as it is.
    """
    carried = {envelope.message_id: envelope.traceparent for envelope in envelopes}
    watched = [envelope for envelope in envelopes if recorded(envelope.traceparent)]
    if not watched:
        yield carried
        return
    batch = _batch_span(group, watched, len(envelopes))
    spans = [_message_span(group, envelope, batch) for envelope in watched]
    for envelope, span in zip(watched, spans, strict=True):
        carried[envelope.message_id] = text_of(span) or envelope.traceparent
    try:
        yield carried
    except Exception as error:
        for span in (batch, *spans):
            fail(span, error)
        raise
    finally:
        for span in (*spans, batch):
            span.end()


def _batch_span(group: str, watched: Sequence[_Envelope], size: int) -> Span:
    about: dict[str, Value] = {**_about(group), names.MESSAGING_BATCH_SIZE: size}
    links = [link for one in watched[:LINKS_MAX] if (link := _link(one.traceparent))]
    return start(None, f"deliver {group}", SpanKind.CONSUMER, about, links)


def _message_span(group: str, envelope: _Envelope, batch: Span) -> Span:
    about = _about(group)
    about[names.MESSAGE_ID] = str(envelope.message_id)
    about[names.MESSAGE_TYPE] = envelope.type
    if envelope.correlation_id:
        about[names.ORDER_ID] = str(envelope.correlation_id)
    if envelope.subject:
        about[names.SUBJECT] = envelope.subject
    links = [Link(batch.get_span_context())]
    return start(envelope.traceparent, f"handle {envelope.type}", SpanKind.CONSUMER, about, links)


def _about(group: str) -> dict[str, Value]:
    return {
        names.MESSAGING_SYSTEM: "kafka",
        names.MESSAGING_OPERATION: "process",
        names.MESSAGING_GROUP: group,
    }


def _link(parent: str | None) -> Link | None:
    context = context_of(parent) if parent else None
    return Link(context) if context else None
