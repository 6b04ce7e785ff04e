"""The gate lets optional fields in and nothing else, and says who rolls out first."""

import pytest

from contracts.compat import breaks
from contracts.gate import changed_examples, compare, current, released, without
from contracts.generate import messages
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


def test_the_released_contracts_are_compared_also_in_a_clone_without_history():
    types = {message.type for message in messages()}

    assert released().schemas.keys() <= types
    assert len(released().schemas) > 50
    assert len(released().examples) > 100


@pytest.mark.parametrize("name", sorted(released().schemas))
def test_a_field_that_goes_is_seen_in_every_released_type(name):
    (model,) = (one for one in messages() if one.type == name)
    before = released().schemas[name]
    field = {"type": "string"}
    older = before | {"properties": before.get("properties", {}) | {"a_field_that_went": field}}

    assert compare({name: older}, {name: model}).faults == [
        f"{name}: $.a_field_that_went: removed; make a new version instead"
    ]


def test_an_edited_or_lost_example_is_seen():
    old = {"a/full.json": "1", "a/minimal.json": "2", "b/full.json": "3"}
    new = {"a/full.json": "1", "a/minimal.json": "9", "c/full.json": "4"}

    assert list(changed_examples(old, new)) == ["a/minimal.json", "b/full.json"]


def test_a_retired_type_takes_its_examples_along():
    name = sorted(current().schemas)[0]

    rest = without(current(), [name])

    assert name not in rest.schemas
    assert not any(path.startswith(f"{name}/") for path in rest.examples)
