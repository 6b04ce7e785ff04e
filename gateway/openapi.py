"""One description of the whole interface, merged from those of the services; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

PREFIX = "/api/v1"
Document = Mapping[str, Any]

INFO = {
    "title": "渠道 Qudao",
    "version": "1",
    "description": (
        "The order and channel system of a distributor. Browsers log in at `/session` and send "
        "its `csrf_token` as `X-CSRF-Token`; machines take a token from `/oauth/token`. Every "
        "error is a problem document (RFC 9457)."
    ),
}
SECURITY = {
    "cookie": {"type": "apiKey", "in": "cookie", "name": "qudao_session"},
    "bearer": {"type": "http", "scheme": "bearer"},
}


def merge(documents: Mapping[str, Document]) -> dict[str, Any]:
    """Merge OpenAPI documents, by service.

    A schema whose name two services use for different things is named after its service.
    """
    ambiguous = _ambiguous(documents)
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for service, document in sorted(documents.items()):
        renamed = {name: f"{service.capitalize()}{name}" for name in ambiguous}
        own = _with_references(deepcopy(dict(document)), renamed)
        for path, operations in own.get("paths", {}).items():
            paths[PREFIX + path] = {
                method: {**operation, "operationId": f"{service}_{_name(operation, path, method)}"}
                for method, operation in operations.items()
            }
        for name, schema in own.get("components", {}).get("schemas", {}).items():
            schemas[renamed.get(name, name)] = schema
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "security": [{"cookie": []}, {"bearer": []}],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": SECURITY},
    }


def _ambiguous(documents: Mapping[str, Document]) -> set[str]:
    """Names that mean two things, because they say so or because they refer to such a one."""
    seen: dict[str, list[Any]] = {}
    for document in documents.values():
        for name, schema in document.get("components", {}).get("schemas", {}).items():
            seen.setdefault(name, []).append(schema)
    shared = {name: schemas for name, schemas in seen.items() if len(schemas) > 1}
    twice = {name for name, schemas in shared.items() if any(one != schemas[0] for one in schemas)}
    while more := {
        name for name, schemas in shared.items() if name not in twice and _refers(schemas, twice)
    }:
        twice |= more
    return twice


def _refers(node: Any, names: set[str]) -> bool:
    """Whether a reference to one of these stands anywhere in it."""
    match node:
        case {"$ref": str(reference)}:
            return reference.rpartition("/")[2] in names
        case dict():
            return any(_refers(value, names) for value in node.values())
        case list():
            return any(_refers(value, names) for value in node)
        case _:
            return False


def _with_references(node: Any, renamed: Mapping[str, str]) -> Any:
    match node:
        case {"$ref": str(reference), **rest}:
            name = reference.rpartition("/")[2]
            target = f"#/components/schemas/{renamed.get(name, name)}"
            return {"$ref": target, **_with_references(rest, renamed)}
        case dict():
            return {key: _with_references(value, renamed) for key, value in node.items()}
        case list():
            return [_with_references(value, renamed) for value in node]
        case _:
            return node


def _name(operation: Mapping[str, Any], path: str, method: str) -> str:
    """The name of the function behind it; the framework appends path and method."""
    appended = re.sub(r"\W", "_", path) + "_" + method
    return str(operation["operationId"]).removesuffix(appended)
