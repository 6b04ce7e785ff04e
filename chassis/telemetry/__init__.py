"""Traces and metrics; `chassis.telemetry.names` has every name that leaves the process."""

from chassis.telemetry import metrics, names
from chassis.telemetry.messages import delivering
from chassis.telemetry.traces import Work, recorded, trace_id, traceparent, working

__all__ = [
    "Work",
    "delivering",
    "metrics",
    "names",
    "recorded",
    "trace_id",
    "traceparent",
    "working",
]
