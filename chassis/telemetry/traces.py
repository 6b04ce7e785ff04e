"""One trace from the click to the last consumer (W3C Trace Context).

A trace is carried as text: in the headers of requests and messages, in the rows of the outbox, and
here in a context variable. Whether it is recorded was decided where it began. What is not recorded
costs a copy of that text; OpenTelemetry is asked only for the rest.
"""

from __future__ import annotations

import random
import re
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    NoOpTracer,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

Value = str | int
_FORM = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")

RECORDED = frozenset("13579bdf")
"""What the flags of a recorded trace end with."""

_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


@dataclass(slots=True)
class Recorder:
    """Where spans go: nowhere, until `chassis.telemetry.export.started` says so."""

    tracer: Tracer = field(default_factory=NoOpTracer)
    ratio: float = 0.0
    """Of the traces that begin here, how many are recorded."""
    active: bool = False


recorder = Recorder()


class Work(Protocol):
    """What is being done; it may say more about itself."""

    def set_attribute(self, key: str, value: Value) -> None: ...
    def update_name(self, name: str) -> None: ...


class _Unrecorded:
    def set_attribute(self, key: str, value: Value) -> None:
        """Nobody listens."""

    def update_name(self, name: str) -> None:
        """Nobody listens."""


UNRECORDED = _Unrecorded()


def traceparent() -> str | None:
    """What a message or a request that is made now carries."""
    return _current.get()


def trace_id() -> str | None:
    """The trace's id in hexadecimal digits."""
    current = _current.get()
    return current[3:35] if current else None


def recorded(parent: str | None) -> bool:
    """Whether the trace is one of those that are looked at, and this process records at all."""
    if not recorder.active:
        return False
    return parent is not None and parent[-1:] in RECORDED and bool(_FORM.fullmatch(parent))


@contextmanager
def working(
    parent: str | None, name: str, kind: SpanKind, about: Mapping[str, Value]
) -> Generator[Work]:
    """Be a part of the trace `parent` in this block, or begin one where there is none."""
    if parent is None or not _FORM.fullmatch(parent):
        parent = None if random.random() < recorder.ratio else _unrecorded()
    if parent is not None and not recorded(parent):
        token = _current.set(parent)
        try:
            yield UNRECORDED
        finally:
            _current.reset(token)
        return
    span = start(parent, name, kind, about)
    token = _current.set(text_of(span) or parent)
    try:
        with _ended(span):
            yield span
    finally:
        _current.reset(token)


def start(
    parent: str | None,
    name: str,
    kind: SpanKind,
    about: Mapping[str, Value],
    links: Iterable[Link] = (),
) -> Span:
    """A span of a recorded trace; `parent` None: the first one of its trace."""
    context = context_of(parent) if parent else None
    above = set_span_in_context(NonRecordingSpan(context), Context()) if context else Context()
    return recorder.tracer.start_span(
        name, above, kind, {**about}, list(links), record_exception=False
    )


@contextmanager
def _ended(span: Span) -> Generator[None]:
    try:
        yield
    except Exception as error:
        fail(span, error)
        raise
    finally:
        span.end()


def fail(span: Span, error: Exception) -> None:
    span.set_status(StatusCode.ERROR, type(error).__name__)


def context_of(parent: str) -> SpanContext | None:
    """None for what is no traceparent."""
    if not (form := _FORM.fullmatch(parent)):
        return None
    trace, span, flags = (int(part, 16) for part in form.groups())
    return SpanContext(trace, span, is_remote=True, trace_flags=TraceFlags(flags))


def text_of(span: Span) -> str | None:
    """The traceparent that makes others the children of a span."""
    context = span.get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def _unrecorded() -> str:
    """A trace that nobody records still has an id, for logs and problem documents."""
    return f"00-{random.getrandbits(128):032x}-{random.getrandbits(64):016x}-00"
