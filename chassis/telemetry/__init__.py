"""Traces and metrics; `chassis.telemetry.names` has every name that leaves the process."""

from chassis.telemetry.traces import trace_id, traceparent

__all__ = ["trace_id", "traceparent"]
