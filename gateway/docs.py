"""The documentation page at /api/docs: plain HTML from the merged description, no scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

STYLE = """
body{font:15px/1.55 system-ui,"Noto Sans CJK SC",sans-serif}
body{margin:0 auto;max-width:70rem;padding:2rem}
h2{border-bottom:1px solid #ccc;margin-top:2.5rem}nav a{margin-right:1rem}
details{border:1px solid #ddd;border-radius:6px;margin:.4rem 0;padding:.4rem .8rem}
summary{cursor:pointer}code,pre{font:13px/1.45 ui-monospace,monospace}
pre{background:#f6f6f6;overflow-x:auto;padding:.6rem}table{border-collapse:collapse}
td{border-top:1px solid #eee;padding:.2rem .8rem .2rem 0;vertical-align:top}
.get{color:#06c}.post{color:#080}.patch,.put{color:#a60}.delete{color:#c00}
"""

Document = Mapping[str, Any]


def page(document: Document) -> str:
    """The whole interface on one page, by resource."""
    operations = _by_tag(document)
    links = "".join(f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag in operations)
    sections = "".join(
        f'<h2 id="{escape(tag)}">{escape(tag)}</h2>' + "".join(entries)
        for tag, entries in operations.items()
    )
    info = document["info"]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(info['title'])} API</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} API</h1><p>{escape(info['description'])}</p>"
        '<p><a href="/api/openapi.json">OpenAPI 3.1</a></p>'
        f"<nav>{links}</nav>{sections}</body></html>"
    )


def _by_tag(document: Document) -> dict[str, list[str]]:
    entries: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = path.split("/")[3]
            entries.setdefault(tag, []).append(
                "".join(_operation(document, path, method, operation))
            )
    return dict(sorted(entries.items()))


def _operation(
    document: Document, path: str, method: str, operation: Mapping[str, Any]
) -> Iterator[str]:
    said = operation.get("description") or operation.get("summary") or ""
    yield (
        f'<details><summary><code><b class="{method}">{method.upper()}</b> {escape(path)}</code> '
        f"{escape(said.partition('. ')[0])}</summary><p>{escape(said)}</p>"
    )
    if parameters := operation.get("parameters"):
        yield f"<table>{''.join(map(_parameter, parameters))}</table>"
    body = operation.get("requestBody", {}).get("content", {})
    for content in body.values():
        yield "<h4>Request</h4>" + _example(document, content.get("schema", {}))
    for status, answer in operation.get("responses", {}).items():
        for content in answer.get("content", {}).values():
            yield f"<h4>{escape(status)}</h4>" + _example(document, content.get("schema", {}))
    yield "</details>"


def _parameter(parameter: Mapping[str, Any]) -> str:
    schema = parameter.get("schema", {})
    kind = schema.get("format") or schema.get("type") or ""
    must = "required" if parameter.get("required") else ""
    return (
        f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{escape(parameter['in'])}</td>"
        f"<td>{escape(kind)} {must}</td><td>{escape(parameter.get('description', ''))}</td></tr>"
    )


def _example(document: Document, schema: Mapping[str, Any]) -> str:
    return f"<pre>{escape(_shape(document, schema, ''))}</pre>"


def _shape(document: Document, schema: Mapping[str, Any], indent: str, depth: int = 0) -> str:
    """A schema as people read it: names, kinds, and what they mean."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        if depth > 5:
            return str(name)
        return _shape(document, document["components"]["schemas"][name], indent, depth + 1)
    if options := schema.get("anyOf") or schema.get("enum"):
        return " | ".join(
            _shape(document, one, indent, depth + 1) if isinstance(one, dict) else str(one)
            for one in options
        )
    match schema.get("type"):
        case "array":
            return f"[{_shape(document, schema.get('items', {}), indent, depth + 1)}, …]"
        case "object" if "properties" in schema:
            return _object(document, schema, indent, depth)
        case kind:
            return str(schema.get("format") or kind or "any")


def _object(document: Document, schema: Mapping[str, Any], indent: str, depth: int) -> str:
    inside = indent + "  "
    lines = [
        f"{inside}{name}{'' if name in schema.get('required', ()) else '?'}: "
        f"{_shape(document, one, inside, depth + 1)}{_remark(one)}"
        for name, one in schema["properties"].items()
    ]
    return "{\n" + "\n".join(lines) + f"\n{indent}}}"


def _remark(schema: Mapping[str, Any]) -> str:
    return f"   # {schema['description']}" if schema.get("description") else ""
