"""A first example of a message, made from its schema: with required fields only, or with all."""

from __future__ import annotations

from typing import Any

from contracts.message import Message

Schema = dict[str, Any]

BY_FORMAT = {
    "uuid": "01930000-0000-7000-8000-000000000001",
    "date-time": "2026-11-24T04:00:00Z",
}
BY_PATTERN = {r"^\d{1,12}(\.\d{1,6})?$": "19.9"}


def minimal(message: type[Message]) -> Schema:
    """An example with nothing but what is required."""
    schema = message.model_json_schema()
    example: Schema = _object(schema, schema, everything=False)
    return example


def full(message: type[Message]) -> Schema:
    """An example with every field."""
    schema = message.model_json_schema()
    example: Schema = _object(schema, schema, everything=True)
    return example


def _object(schema: Schema, root: Schema, *, everything: bool) -> Schema:
    required = set(schema.get("required", ()))
    return {
        name: _value(field, root, everything=everything)
        for name, field in schema.get("properties", {}).items()
        if everything or name in required
    }


def _value(field: Schema, root: Schema, *, everything: bool) -> Any:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return _value(root["$defs"][name], root, everything=everything)
    if "anyOf" in field:
        chosen = field["anyOf"][0 if everything else -1]
        return _value(chosen, root, everything=everything)
    if "enum" in field:
        return field["enum"][0]
    return _plain(field, root, everything=everything)


def _plain(field: Schema, root: Schema, *, everything: bool) -> Any:
    match field.get("type"):
        case "object":
            return _object(field, root, everything=everything)
        case "array":
            many = everything or field.get("minItems")
            return [_value(field["items"], root, everything=everything)] if many else []
        case "integer":
            return max(field.get("minimum", 0), field.get("exclusiveMinimum", -1) + 1)
        case "boolean":
            return everything
        case "string":
            return _text(field)
        case _:
            return None


def _text(field: Schema) -> str:
    if "format" in field:
        return BY_FORMAT[field["format"]]
    return BY_PATTERN.get(field.get("pattern", ""), "示例")
