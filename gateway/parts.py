"""What the gateway is put together from, besides what every service has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, cast

import httpx
import orjson
from fastapi import Depends
from joserfc.jwk import OKPKey
from starlette.types import ASGIApp, Scope

from chassis.http import RuntimeDep
from chassis.runtime import Runtime
from gateway.interface import ASK_SECONDS, Interface
from gateway.live.feed import Feed
from gateway.live.hub import Hub
from gateway.passwords import Passwords
from gateway.portal_files import PortalFiles
from gateway.proxy.callers import Callers
from gateway.proxy.diary import Diary
from gateway.proxy.headers import Headers
from gateway.proxy.limits import Limits
from gateway.proxy.upstream import Upstream
from gateway.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """One per process."""

    settings: Settings
    callers: Callers
    limits: Limits
    passwords: Passwords
    upstreams: Mapping[str, Upstream]
    diary: Diary
    interface: Interface
    hub: Hub
    feed: Feed
    portal: ASGIApp

    def address(self, scope: Scope, headers: Headers) -> str:
        """Where the caller is: the nearest address that is not one of our own proxies."""
        client = scope.get("client")
        address: str = client[0] if client else ""
        hops = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
        while address in self.settings.trusted_proxies and hops:
            address = hops.pop().strip() or address
        return address


def prepare(runtime: Runtime) -> None:
    """Make the parts of this process."""
    settings: Settings = runtime.settings
    key = OKPKey.import_key(orjson.loads(settings.signing_key_path.read_bytes()))
    upstreams = {
        service: Upstream(service, url, settings) for service, url in settings.upstreams.items()
    }
    for upstream in upstreams.values():
        runtime.exits.push_async_callback(upstream.close)
    http = httpx.AsyncClient(timeout=ASK_SECONDS)
    runtime.exits.push_async_callback(http.aclose)
    hub = Hub(clients_max=settings.live_clients_max)
    feed = Feed(runtime, hub)
    runtime.exits.push_async_callback(feed.stop)
    runtime.state["parts"] = Parts(
        settings=settings,
        callers=Callers(runtime.db, settings, key),
        limits=Limits(settings),
        passwords=Passwords(),
        upstreams=upstreams,
        diary=Diary(runtime.db),
        interface=Interface(http, settings.upstreams),
        hub=hub,
        feed=feed,
        portal=PortalFiles(settings.portal_path),
    )


def parts_of(runtime: Runtime) -> Parts:
    return cast("Parts", runtime.state["parts"])


async def _parts(runtime: RuntimeDep) -> Parts:
    return parts_of(runtime)


PartsDep = Annotated[Parts, Depends(_parts)]
