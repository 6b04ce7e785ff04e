"""Write `contracts/openapi/*.json` from the services' routes. `--check` fails on any difference.

One file per service, and `qudao.json`: the whole interface as the gateway shows it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from chassis.service import Service, routed
from gateway.openapi import merge

FOLDER = Path(__file__).parent.parent / "contracts" / "openapi"
MODULES = {
    "dealers": "services.dealers.app",
    "catalog": "services.catalog.app",
    "orders": "services.orders.app",
    "inventory": "services.inventory.app",
    "billing": "services.billing.app",
    "notify": "services.notify.app",
    "reports": "services.reports.app",
    "gateway": "gateway.app",
}


def description(service: Service) -> dict[str, Any]:
    """OpenAPI of one service."""
    return routed(service).openapi()


def files() -> Iterator[tuple[Path, str]]:
    """Path and content of all that is generated."""
    documents = {
        name: description(import_module(module).SERVICE) for name, module in MODULES.items()
    }
    for name, document in {**documents, "qudao": merge(documents)}.items():
        text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        yield FOLDER / f"{name}.json", text


def stale() -> list[str]:
    """Names of the files that are not what the routes say."""
    return [path.name for path, text in files() if not path.exists() or path.read_text() != text]


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(f"run `make contracts`: {', '.join(names)} differ" if (names := stale()) else 0)
    FOLDER.mkdir(exist_ok=True)
    for path, text in files():
        path.write_text(text)
