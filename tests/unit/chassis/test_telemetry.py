"""Traces: carried as text, recorded only where that was decided at the beginning."""

import ast
import re
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from chassis import telemetry
from chassis.telemetry import metrics, names, traces

RECORDED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNRECORDED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
CONSTANTS = {name for name in dir(names) if name.isupper()}


@pytest.fixture
def spans(monkeypatch):
    """What was recorded so far."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(traces.recorder, "tracer", provider.get_tracer("test"))
    monkeypatch.setattr(traces.recorder, "active", True)
    return exporter.get_finished_spans


def at_work(parent):
    return telemetry.working(parent, "GET /orders", SpanKind.SERVER, {names.HTTP_METHOD: "GET"})


def an_envelope(traceparent, **others):
    return SimpleNamespace(
        **{
            "message_id": uuid4(),
            "type": "orders.order-placed.v1",
            "subject": "42",
            "correlation_id": uuid4(),
            "traceparent": traceparent,
            **others,
        }
    )


def test_work_is_a_child_of_the_trace_that_it_came_with(spans):
    with at_work(RECORDED):
        inside = telemetry.traceparent()

    (span,) = spans()
    assert f"{span.context.trace_id:032x}" == RECORDED[3:35]
    assert f"{span.parent.span_id:016x}" == RECORDED[36:52]
    assert inside == f"00-{RECORDED[3:35]}-{span.context.span_id:016x}-01"
    assert telemetry.traceparent() is None


def test_an_unrecorded_trace_is_passed_on_untouched(spans):
    with at_work(UNRECORDED):
        assert telemetry.traceparent() == UNRECORDED
        assert telemetry.trace_id() == UNRECORDED[3:35]

    assert spans() == ()


def test_a_process_that_records_nothing_passes_every_trace_on():
    with at_work(RECORDED):
        assert telemetry.traceparent() == RECORDED


@pytest.mark.parametrize("ratio", [0.0, 1.0])
def test_where_a_trace_begins_the_ratio_decides(spans, monkeypatch, ratio):
    monkeypatch.setattr(traces.recorder, "ratio", ratio)

    with at_work(None):
        began = telemetry.traceparent()

    assert traces.context_of(began)
    assert traces.recorded(began) is bool(ratio)
    assert len(spans()) == ratio


@given(st.one_of(st.text(max_size=60), st.from_regex(r"[0-9a-f-]{55}", fullmatch=True)))
def test_what_is_no_traceparent_begins_a_trace_of_its_own(header):
    form = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

    with at_work(header):
        carried = telemetry.traceparent()

    assert form.fullmatch(carried)


@pytest.mark.parametrize(
    "odd",
    [
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        RECORDED + "\n",
        RECORDED + "-extra",
    ],
)
def test_an_invalid_traceparent_is_not_carried_on(odd):
    with at_work(odd):
        assert telemetry.traceparent() != odd


def test_work_that_fails_is_marked(spans):
    with pytest.raises(ZeroDivisionError), at_work(RECORDED):
        raise ZeroDivisionError

    assert not spans()[0].status.is_ok


def test_each_recorded_message_of_a_batch_goes_on_in_its_own_trace(spans):
    other = RECORDED.replace("0af7", "1bf7")
    first, second, third = (an_envelope(text) for text in (RECORDED, UNRECORDED, other))

    with telemetry.delivering("orders", [first, second, third]) as carried:
        pass

    by_trace = {f"{span.context.trace_id:032x}": span for span in spans()}
    assert carried[second.message_id] == UNRECORDED
    for one in (first, third):
        span = by_trace[one.traceparent[3:35]]
        assert f"{span.parent.span_id:016x}" == one.traceparent[36:52]
        assert carried[one.message_id][36:52] == f"{span.context.span_id:016x}"
        assert span.attributes[names.ORDER_ID] == str(one.correlation_id)
    (batch,) = [span for span in spans() if span.parent is None]
    assert batch.attributes[names.MESSAGING_BATCH_SIZE] == 3
    assert len(batch.links) == 2


def test_a_batch_without_a_recorded_message_makes_no_span(spans):
    with telemetry.delivering("orders", [an_envelope(UNRECORDED), an_envelope(None)]):
        pass

    assert spans() == ()


def test_a_batch_that_fails_marks_every_trace_in_it(spans):
    with (
        pytest.raises(ZeroDivisionError),
        telemetry.delivering("orders", [an_envelope(RECORDED)]),
    ):
        raise ZeroDivisionError

    assert not any(span.status.is_ok for span in spans())


def test_no_attribute_has_a_name_of_its_own(spans):
    with telemetry.delivering("orders", [an_envelope(RECORDED)]):
        pass
    with at_work(RECORDED) as work:
        work.set_attribute(names.HTTP_STATUS, 200)

    assert {name for span in spans() for name in span.attributes} <= names.ATTRIBUTES


def test_no_metric_has_a_name_of_its_own_and_all_are_there(monkeypatch):
    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("test")
    monkeypatch.setattr(metrics.meters, "of", metrics.Instruments(meter, read=True))

    metrics.served(method="GET", route="/orders", status=200, seconds=0.1)
    metrics.delivered("orders", size=3, seconds=0.1, lag_seconds=1.0)
    metrics.repeated("orders", 2)
    metrics.published(5)
    metrics.waiting(outbox_age_seconds=0.5, parked_keys=1)
    metrics.sagas("hold_credit", oldest_age_seconds=3.0)
    metrics.grouped(size=7)
    metrics.rejected()

    found = {
        metric.name: metric
        for resource in reader.get_metrics_data().resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    attributes = {
        name
        for metric in found.values()
        for point in metric.data.data_points
        for name in point.attributes
    }
    assert found.keys() == names.METRICS
    assert attributes <= names.ATTRIBUTES


def test_every_constant_belongs_to_a_list():
    lists = {"ATTRIBUTES", "METRICS", "TRACER"}
    values = {getattr(names, name) for name in CONSTANTS - lists}

    assert values == names.ATTRIBUTES | names.METRICS


def test_nobody_names_an_attribute_but_by_its_constant():
    """Every `set_attribute` and every `about[...]` of telemetry takes its name from `names`."""
    literal = [
        f"{path}:{node.lineno}"
        for folder in ("chassis", "services", "gateway")
        for path in Path(folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "set_attribute"
        and isinstance(node.args[0], ast.Constant)
    ]

    assert literal == []


def test_only_the_chassis_speaks_opentelemetry():
    speakers = [
        str(path) for path in Path("services").rglob("*.py") if "opentelemetry" in path.read_text()
    ]

    assert speakers == []
