"""The HTTP side of a service: its routes behind the edge, with probes and problem documents."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from chassis import health, problems
from chassis.auth import Verifier
from chassis.auth.routes import by_token, check_routes
from chassis.db import Database
from chassis.edge import Edge
from chassis.hot import HotRoutes
from chassis.intake import Intake
from chassis.runtime import Runtime
from chassis.service.table import Service
from chassis.settings import ServiceSettings


def make_runtime(
    service: Service, settings: ServiceSettings, db: Database, committed: asyncio.Event
) -> Runtime:
    """What the parts of one process share."""
    authenticate = service.authenticate or by_token(Verifier(service.name, settings.jwks_path))
    runtime = Runtime(service.name, settings, db, service.access, authenticate, committed)
    runtime.checks["database"] = health.database_check(runtime)
    if service.prepare:
        service.prepare(runtime)
    runtime.intakes = {one: Intake(db, one, committed) for one in service.intakes}
    return runtime


def build_app(service: Service, runtime: Runtime) -> ASGIApp:
    """The HTTP side. Raises UndeclaredRoute."""
    app = routed(service, body_bytes_max=runtime.settings.body_bytes_max)
    app.state.runtime = runtime
    health.install(app)
    problems.install(app)
    behind: ASGIApp = HotRoutes(service.hot, runtime, app) if service.hot else app
    if service.front:
        behind = service.front(runtime, behind)
    settings = runtime.settings
    strangers = service.strangers and not settings.strangers_traces
    return Edge(behind, timeout_seconds=settings.request_timeout_seconds, strangers=strangers)


def routed(service: Service, *, body_bytes_max: int | None = None) -> FastAPI:
    """The routes of a service alone, as they are described. Raises UndeclaredRoute."""
    app = _Api(
        title=service.name,
        docs_url=None,
        redoc_url=None,
        responses=problems.RESPONSES,
        max_body_size=body_bytes_max,
    )
    for router in service.routers:
        app.include_router(router)
    check_routes(app.routes, service.access)
    return app


class _Api(FastAPI):
    """Describes its problem documents, too."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        problems.describe(document)
        return document


def build_probes(service: Service, runtime: Runtime) -> ASGIApp:
    """What a process without an API answers: whether it is well."""
    app = FastAPI(title=service.name, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.runtime = runtime
    health.install(app)
    problems.install(app)
    return Edge(app, timeout_seconds=runtime.settings.request_timeout_seconds)
