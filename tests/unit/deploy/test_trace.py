"""An order's traces as trees: those in which it occurs, whole, in order of time."""

import json

from chassis.telemetry import names
from deploy.ctl import trace


def a_span(span_id, parent_id=None, trace_id="t1", start_ms=0, **attributes):
    return {
        "trace_id": trace_id,
        "span_id": span_id,
        "parent_id": parent_id,
        "service": "orders",
        "name": f"work {span_id}",
        "start_ns": start_ms * 1_000_000,
        "end_ns": (start_ms + 5) * 1_000_000,
        "failed": False,
        "attributes": attributes,
        "links": [],
    }


def read(folder, *spans):
    (folder / "orders-0.jsonl").write_text("".join(json.dumps(span) + "\n" for span in spans))
    return trace.read(folder)


def test_a_trace_of_the_order_is_shown_whole_and_others_are_not(tmp_path):
    spans = read(
        tmp_path,
        a_span("child", "root", start_ms=2, **{names.ORDER_ID: "o1"}),
        a_span("root", start_ms=1),
        a_span("foreign", trace_id="t2", **{names.ORDER_ID: "o2"}),
    )

    (root,) = trace.forest(spans, "o1")

    assert (root.span_id, [child.span_id for child in root.children]) == ("root", ["child"])


def test_a_span_whose_parent_is_not_ours_is_a_root(tmp_path):
    spans = read(tmp_path, a_span("first", "browser", **{names.ORDER_ID: "o1"}))

    assert [root.span_id for root in trace.forest(spans, "o1")] == ["first"]


def test_lines_tell_when_how_long_where_and_who(tmp_path):
    spans = read(
        tmp_path,
        a_span("root", start_ms=10, **{names.ORDER_ID: "o1", names.ACTOR: "user:u7"}),
        a_span("child", "root", start_ms=12),
    )

    _, first, second = trace.told(trace.forest(spans, "o1"), {"u7": "陈志豪"})

    assert first == "      0.0     5.0  orders    work root 陈志豪"
    assert second == "      2.0     5.0  orders      work child"


def test_a_line_that_a_crash_tore_is_left_out(tmp_path):
    whole = json.dumps(a_span("root"))
    (tmp_path / "orders-0.jsonl").write_text(f"{whole}\n{whole[:40]}")

    assert [span.span_id for span in trace.read(tmp_path)] == ["root"]
