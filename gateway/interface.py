"""What the services say of themselves: their interface, and whether they work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import orjson

from gateway.openapi import merge
from gateway.schemas import ServiceStatus

ASK_SECONDS = 2.0
KEPT_SECONDS = 60.0
COMMITTED = Path(__file__).parent.parent / "contracts" / "openapi"
"""What the services said when this was built; for those that do not answer now."""


class Merged(NamedTuple):
    """The description of the whole, and the same as text."""

    merged: dict[str, Any]
    json: bytes


class Interface:
    """Asks the services, and remembers the answer for a minute."""

    def __init__(self, http: httpx.AsyncClient, urls: Mapping[str, str]) -> None:
        self._http, self._urls = http, urls
        self._kept: Merged | None = None
        self._kept_until = 0.0

    async def document(self, own: dict[str, Any]) -> Merged:
        """OpenAPI of all services and of the gateway's own routes."""
        if self._kept is None or time.monotonic() > self._kept_until:
            said = await asyncio.gather(*(self._description(service) for service in self._urls))
            documents = {"gateway": own, **dict(zip(self._urls, said, strict=True))}
            merged = merge({name: one for name, one in documents.items() if one})
            self._kept = Merged(merged, orjson.dumps(merged))
            self._kept_until = time.monotonic() + KEPT_SECONDS
        return self._kept

    async def status(self) -> list[ServiceStatus]:
        """Whether each service takes work."""
        return list(await asyncio.gather(*(self._readiness(service) for service in self._urls)))

    async def _description(self, service: str) -> dict[str, Any]:
        try:
            answer = await self._http.get(f"{self._urls[service]}/openapi.json")
            if answer.status_code == 200:
                return dict(orjson.loads(answer.content))
        except httpx.HTTPError:
            pass
        committed = COMMITTED / f"{service}.json"
        return dict(orjson.loads(committed.read_bytes())) if committed.exists() else {}

    async def _readiness(self, service: str) -> ServiceStatus:
        try:
            answer = await self._http.get(f"{self._urls[service]}/readyz")
            ready = answer.status_code == 200
            return ServiceStatus(service=service, ready=ready, said=answer.text[:2_000])
        except httpx.HTTPError as fault:
            return ServiceStatus(service=service, ready=False, said=type(fault).__name__)
