"""A service as one table, and the processes that it runs as."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
import uvloop
from fastapi import APIRouter, FastAPI
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp

from chassis import health, log, problems
from chassis.auth import Access, Actor, Verifier
from chassis.auth.routes import by_token, check_routes
from chassis.consumer import Subscription
from chassis.db import connect
from chassis.edge import Edge
from chassis.hot import HotRoute, HotRoutes
from chassis.intake import GroupCommit, Intake
from chassis.jobs import Background, endless, every, forget_keys
from chassis.process import running
from chassis.runtime import Runtime
from chassis.settings import ServiceSettings
from chassis.telemetry.export import started

Authenticate = Callable[[HTTPConnection], Awaitable[Actor]]
HALVES = ("all", "api", "worker")


@dataclass(frozen=True, slots=True)
class Service:
    """All that a service is made of; the only place where it is put together is its `app.py`."""

    name: str
    settings: type[ServiceSettings]
    access: Access
    routers: tuple[APIRouter, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    hot: tuple[HotRoute[Any], ...] = ()
    intakes: tuple[GroupCommit[Any, Any], ...] = ()
    prepare: Callable[[Runtime], None] | None = None
    """Puts what the service's own parts need into `runtime.state`, before anything runs."""
    background: tuple[Background, ...] = ()
    """Each runs for ever in the worker half."""
    front: Callable[[Runtime, ASGIApp], ASGIApp] | None = None
    """Stands before all routes, inside the edge; what it does not answer it passes on."""
    authenticate: Authenticate | None = None
    """How callers are known; by the gateway's internal token unless said otherwise."""
    commands: Mapping[str, Callable[[Any], Coroutine[Any, Any, None]]] = field(default_factory=dict)
    """More words for the command line: each gets the settings."""


def build_app(service: Service, runtime: Runtime) -> ASGIApp:
    """The HTTP side. Raises UndeclaredRoute."""
    app = FastAPI(
        title=service.name,
        docs_url=None,
        redoc_url=None,
        max_body_size=runtime.settings.body_bytes_max,
    )
    app.state.runtime = runtime
    for router in service.routers:
        app.include_router(router)
    check_routes(app.routes, service.access)
    health.install(app)
    problems.install(app)
    behind: ASGIApp = HotRoutes(service.hot, runtime, app) if service.hot else app
    if service.front:
        behind = service.front(runtime, behind)
    return Edge(behind, timeout_seconds=runtime.settings.request_timeout_seconds)


def build_probes(service: Service, runtime: Runtime) -> ASGIApp:
    """What a process without an API answers: whether it is well."""
    app = FastAPI(title=service.name, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.runtime = runtime
    health.install(app)
    problems.install(app)
    return Edge(app, timeout_seconds=runtime.settings.request_timeout_seconds)


def run(service: Service) -> None:
    """`python -m services.<name> all|api|worker|…`; without a word: all."""
    words = (*HALVES, *service.commands)
    parser = argparse.ArgumentParser(prog=f"python -m services.{service.name}")
    parser.add_argument("word", nargs="?", default="all", choices=words)
    word = parser.parse_args().word
    settings = service.settings()
    log.configure(service.name, level=settings.log_level, form=settings.log_format)
    if word in HALVES:
        uvloop.run(serve(service, settings, word))
    else:
        uvloop.run(service.commands[word](settings))


async def serve(service: Service, settings: ServiceSettings, half: str = "all") -> None:
    """Run until SIGTERM or SIGINT; then readiness turns red, requests end, the worker ends."""
    stop = _stop_signal()
    with started(service.name, settings):
        async with _runtime(service, settings, half) as runtime, runtime.exits:
            app = build_probes if half == "worker" else build_app
            server = _Server(_uvicorn(app(service, runtime), settings))
            async with asyncio.TaskGroup() as tasks:
                serving = tasks.create_task(server.serve())
                others = [tasks.create_task(task) for task in _endless(service, runtime, half)]
                gc.collect()
                gc.freeze()  # what lives now lives as long as the process
                await stop.wait()
                runtime.stopping = True
                await asyncio.sleep(settings.drain_seconds)
                server.should_exit = True
                await serving
                for task in others:
                    task.cancel()


def make_runtime(
    service: Service, settings: ServiceSettings, db: Any, committed: asyncio.Event
) -> Runtime:
    """What the parts of one process share."""
    authenticate = service.authenticate or by_token(Verifier(service.name, settings.jwks_path))
    runtime = Runtime(service.name, settings, db, service.access, authenticate, committed)
    runtime.checks["database"] = health.database_check(runtime)
    if service.prepare:
        service.prepare(runtime)
    runtime.intakes = {one: Intake(db, one, committed) for one in service.intakes}
    return runtime


@asynccontextmanager
async def _runtime(
    service: Service, settings: ServiceSettings, half: str
) -> AsyncGenerator[Runtime]:
    if half == "api":
        db = await connect(str(settings.postgres_dsn), size_max=settings.postgres_pool_max)
        async with db:
            yield make_runtime(service, settings, db, asyncio.Event())
    else:
        async with running(service.name, settings, service.subscriptions) as process:
            yield make_runtime(service, settings, process.db, process.committed)


def _endless(service: Service, runtime: Runtime, half: str) -> Generator[Coroutine[Any, Any, None]]:
    """What runs beside the server in this half."""
    if half != "worker":
        for intake in runtime.intakes.values():
            yield intake.run()
    if half != "api":
        for task in (*service.background, every(60.0, forget_keys)):
            yield endless(task, runtime)


class _Server(uvicorn.Server):
    """Leaves the signals to `serve`, which stops the halves in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def _uvicorn(app: ASGIApp, settings: ServiceSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=int(settings.stop_timeout_seconds),
    )


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop
