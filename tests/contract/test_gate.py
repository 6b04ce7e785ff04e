"""The gate lets optional fields in and nothing else, and says who rolls out first."""

import pytest

from contracts.compat import breaks
from contracts.gate import compare
from contracts.orders import OrderShipped

FIELDS = {"a": {"type": "integer"}, "b": {"type": "string"}}
OLD = {
    "properties": FIELDS,
    "required": ["a"],
    "type": "object",
}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"properties": {"a": {"type": "integer"}}}, "$.b: removed"),
        ({"required": ["a", "b"]}, "$.b: required changed"),
        ({"required": []}, "$.a: required changed"),
        (
            {"properties": FIELDS | {"a": {"type": "string"}}},
            "$.a: type changed",
        ),
        (
            {"properties": FIELDS | {"a": {"type": "integer", "maximum": 9}}},
            "$.a: maximum changed",
        ),
    ],
)
def test_what_breaks_a_reader_or_a_writer_is_found(change, fault):
    assert list(breaks(OLD, OLD | change)) == [fault]


def test_an_optional_field_and_other_words_break_nothing():
    added = {"properties": FIELDS | {"c": {"type": "string"}}, "title": "New"}

    assert list(breaks(OLD, OLD | added)) == []


def test_a_broken_part_of_a_message_is_found():
    old = {"$defs": {"Line": OLD}}
    new = {"$defs": {"Line": OLD | {"required": []}}}

    assert list(breaks(old, new)) == ["$#Line.a: required changed"]


def test_a_removed_type_is_forbidden():
    findings = compare({"orders.order-shipped.v1": {}}, {})

    assert findings.faults == [
        "orders.order-shipped.v1: removed; a type lives until its last reader has moved"
    ]


def test_readers_are_rolled_out_before_writers():
    findings = compare({}, {OrderShipped.type: OrderShipped})

    assert findings.rollout == [
        "orders.order-shipped.v1 (new type): first its readers notify, reports, gateway, "
        "then orders"
    ]
