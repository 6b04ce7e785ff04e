"""What sends spans and metrics to a collector, by OTLP over HTTP."""

from __future__ import annotations

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.trace.export import SpanExporter

EXPORT_SECONDS_MAX = 3
"""A collector that is down keeps a stopping process waiting for so long, for traces and metrics."""


def spans(endpoint: str) -> SpanExporter:
    """`endpoint` without a path, e.g. http://collector:4318."""
    return OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_SECONDS_MAX)


def metrics(endpoint: str) -> MetricReader:
    """Four times a minute."""
    exporter = OTLPMetricExporter(f"{endpoint.rstrip('/')}/v1/metrics", timeout=EXPORT_SECONDS_MAX)
    return PeriodicExportingMetricReader(exporter, export_interval_millis=15_000)
