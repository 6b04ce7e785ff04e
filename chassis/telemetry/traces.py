"""The trace that the present work belongs to (W3C Trace Context)."""

from __future__ import annotations

from contextvars import ContextVar

_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def traceparent() -> str | None:
    """What a message or a request that is made now carries."""
    return _current.get()


def trace_id() -> str | None:
    """The trace's id in hexadecimal digits."""
    current = _current.get()
    return current[3:35] if current else None
