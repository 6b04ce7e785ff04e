"""Write `schemas/*.json`, `asyncapi.json` and missing examples from the models.

`--check` changes nothing and fails on any difference.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts import billing, catalog, dealers, gateway, inventory, notify, orders
from contracts.message import Message
from contracts.specimens import full, minimal
from contracts.topics import PARTITIONS, TOPICS

HERE = Path(__file__).parent
MODULES = (dealers, catalog, orders, inventory, billing, notify, gateway)


def messages() -> list[type[Message]]:
    """Every concrete message, by type."""
    found = (model for module in MODULES for model in vars(module).values())
    return sorted(
        {
            model
            for model in found
            if isinstance(model, type) and issubclass(model, Message) and "type" in vars(model)
        },
        key=lambda model: model.type,
    )


def asyncapi(all_messages: list[type[Message]]) -> dict[str, Any]:
    """AsyncAPI 3.0 of all topics; `{cell}` is the installation's cell, e.g. `local`."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Qudao", "version": "1"},
        "defaultContentType": "application/json",
        "channels": {name: _channel(name, all_messages) for name in TOPICS},
        "operations": dict(_operations()),
    }


def _channel(name: str, all_messages: list[type[Message]]) -> dict[str, Any]:
    topic = TOPICS[name]
    return {
        "address": "{cell}." + name,
        "parameters": {"cell": {"default": "local"}},
        "description": f"Keyed by {topic.key}.",
        "bindings": {
            "kafka": {
                "partitions": PARTITIONS,
                "topicConfiguration": {
                    "cleanup.policy": [topic.cleanup],
                    "retention.ms": topic.retention_hours * 3_600_000,
                },
            }
        },
        "messages": {
            message.type: {
                "name": message.type,
                "summary": _first_line(message),
                "payload": {"$ref": f"schemas/{message.type}.json"},
            }
            for message in all_messages
            if message.topic == name
        },
    }


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, topic in TOPICS.items():
        channel = {"$ref": f"#/channels/{name}"}
        for service in topic.producers:
            yield f"{service} sends {name}", {"action": "send", "channel": channel}
        for service in topic.consumers:
            yield f"{service} receives {name}", {"action": "receive", "channel": channel}


def files() -> Iterator[tuple[Path, str]]:
    """What is generated, with its text."""
    for message in messages():
        yield HERE / "schemas" / f"{message.type}.json", _json(message.model_json_schema())
    yield HERE / "asyncapi.json", _json(asyncapi(messages()))


def examples() -> Iterator[tuple[Path, str]]:
    """First examples of messages that have none; from then on they are never edited."""
    for message in messages():
        folder = HERE / "examples" / message.type
        if not folder.exists():
            yield folder / "minimal.json", _json(minimal(message))
            yield folder / "full.json", _json(full(message))


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _first_line(message: type[Message]) -> str:
    return (message.__doc__ or "").strip().partition("\n")[0]


def main(arguments: list[str]) -> int:
    wanted = [*files(), *examples()]
    stale = [path for path, text in wanted if not path.exists() or path.read_text("utf-8") != text]
    known = {path for path, _ in wanted}
    orphans = [path for path in (HERE / "schemas").glob("*.json") if path not in known]
    if "--check" in arguments:
        for path in [*stale, *orphans]:
            sys.stderr.write(f"run `make contracts`: {path.relative_to(HERE)} is out of date\n")
        return 1 if stale or orphans else 0
    for path, text in wanted:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for path in orphans:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
