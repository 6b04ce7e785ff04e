"""Write `schemas/*.json` and `asyncapi.json` from the models. `--check` fails on any difference."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts import billing, catalog, dealers, gateway, inventory, notify, orders
from contracts.message import Command, Event, Message, State

HERE = Path(__file__).parent
MODULES = (dealers, catalog, orders, inventory, billing, notify, gateway)


def messages() -> list[type[Message]]:
    found = (m for module in MODULES for m in vars(module).values())
    return sorted(
        {
            m
            for m in found
            if isinstance(m, type) and issubclass(m, Event | Command | State) and "type" in vars(m)
        },
        key=lambda m: m.type,
    )


def asyncapi(all_messages: list[type[Message]]) -> dict[str, Any]:
    channels: dict[str, Any] = {}
    for message in all_messages:
        channel = channels.setdefault(message.topic, {"address": message.topic, "messages": {}})
        channel["messages"][message.type] = {
            "summary": message.__doc__,
            "payload": {"$ref": f"schemas/{message.type}.json"},
        }
    return {"asyncapi": "3.0.0", "info": {"title": "Suite", "version": "1"}, "channels": channels}


def files() -> Iterator[tuple[Path, str]]:
    for message in messages():
        yield HERE / "schemas" / f"{message.type}.json", _json(message.model_json_schema())
    yield HERE / "asyncapi.json", _json(asyncapi(messages()))


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    stale = [path for path, text in files() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        sys.exit(f"run `make contracts`: {[p.name for p in stale]} differ" if stale else 0)
    for path, text in files():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
