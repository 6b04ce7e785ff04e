"""Where telemetry goes: to an OTLP endpoint, else to a file of spans, else nowhere."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

import orjson
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import NoOpTracer

from chassis.settings import ServiceSettings
from chassis.telemetry import names
from chassis.telemetry.metrics import UNREAD, Instruments, meters
from chassis.telemetry.traces import recorder


class SpanFile(SpanExporter):
    """One JSON object per span and line, for the demo and the tests.

    `trace_id, span_id, parent_id, service, name, start_ns, end_ns, failed, attributes, links`
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        for span in spans:
            self._file.write(orjson.dumps(_row(span)) + b"\n")
        self._file.flush()
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self._file.close()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002
        return True


@contextmanager
def started(service: str, settings: ServiceSettings) -> Generator[None]:
    """Send telemetry while the block runs, if the settings say where to; flush at its end."""
    resource = Resource(
        {names.SERVICE: service, names.INSTANCE: settings.instance, names.CELL: settings.cell}
    )
    exporter = _span_exporter(service, settings)
    if exporter is None:
        yield
        return
    tracing = TracerProvider(resource=resource, shutdown_on_exit=False)
    tracing.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1_000))
    measuring = MeterProvider(_readers(settings), resource, shutdown_on_exit=False)
    recorder.tracer, recorder.active = tracing.get_tracer(names.TRACER), True
    recorder.ratio = settings.trace_ratio
    meters.of = Instruments(measuring.get_meter(names.TRACER), read=bool(settings.otlp_endpoint))
    try:
        yield
    finally:
        recorder.tracer, recorder.active, recorder.ratio = NoOpTracer(), False, 0.0
        meters.of = UNREAD
        tracing.shutdown()
        measuring.shutdown()


def _span_exporter(service: str, settings: ServiceSettings) -> SpanExporter | None:
    if settings.otlp_endpoint:
        exporter: SpanExporter = _otlp().spans(settings.otlp_endpoint)
        return exporter
    if settings.spans_path:
        return SpanFile(settings.spans_path / f"{service}-{settings.instance}.jsonl")
    return None


def _readers(settings: ServiceSettings) -> list[MetricReader]:
    return [_otlp().metrics(settings.otlp_endpoint)] if settings.otlp_endpoint else []


def _otlp() -> ModuleType:
    """Loaded only where telemetry is sent: it takes a tenth of a process's time to start."""
    return import_module("chassis.telemetry.otlp")


def _row(span: ReadableSpan) -> dict[str, object]:
    return {
        "trace_id": f"{span.context.trace_id:032x}",
        "span_id": f"{span.context.span_id:016x}",
        "parent_id": f"{span.parent.span_id:016x}" if span.parent else None,
        "service": span.resource.attributes[names.SERVICE],
        "name": span.name,
        "start_ns": span.start_time,
        "end_ns": span.end_time,
        "failed": not span.status.is_ok and not span.status.is_unset,
        "attributes": dict(span.attributes or {}),
        "links": [
            f"{link.context.trace_id:032x}-{link.context.span_id:016x}" for link in span.links
        ],
    }
