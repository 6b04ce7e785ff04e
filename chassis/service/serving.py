"""The processes that a service runs as: API and worker in one, or each half apart."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncGenerator, Coroutine, Generator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.db import connect
from chassis.jobs import HOUSEKEEPING_SECONDS, endless, every, forget_keys, measure_waiting
from chassis.process import running
from chassis.runtime import Runtime
from chassis.service.app import build_app, build_probes, make_runtime
from chassis.service.strangers import StrangersProtocol
from chassis.service.table import Service
from chassis.settings import ServiceSettings
from chassis.telemetry.export import started

HALVES = ("all", "api", "worker")
BACKLOG = 4_096
"""Connections that wait while the loop is busy: beyond it the kernel sends them away unanswered."""
STRANGERS_KEPT_SECONDS = 75
"""Longer than clients and balancers keep an idle connection (mostly 60 s): who closes first must be
they, else a request meets a connection that is just being closed."""
KEPT_SECONDS = 5
"""The gateway lets go after four."""
GC_THRESHOLDS = (50_000, 20, 100)
"""A batch makes thousands of objects that die with it: looking for cycles among them every 700 took
a quarter of the processor time of a handler."""


async def serve(service: Service, settings: ServiceSettings, half: str = "all") -> None:
    """Run until SIGTERM or SIGINT; then readiness turns red, requests end, the worker ends."""
    stop = _stop_signal()
    with started(service.name, settings):
        async with _runtime(service, settings, half) as runtime, runtime.exits:
            app = build_probes if half == "worker" else build_app
            http = StrangersProtocol if service.strangers else HttpToolsProtocol
            server = _Server(_uvicorn(app(service, runtime), http, service, settings))
            async with asyncio.TaskGroup() as tasks:
                serving = tasks.create_task(server.serve())
                others = [tasks.create_task(task) for task in _endless(service, runtime, half)]
                gc.collect()
                gc.freeze()  # what lives now lives as long as the process
                gc.set_threshold(*GC_THRESHOLDS)
                await stop.wait()
                runtime.stopping = True
                await asyncio.sleep(settings.drain_seconds)
                server.should_exit = True
                await serving
                for task in others:
                    task.cancel()


@asynccontextmanager
async def _runtime(
    service: Service, settings: ServiceSettings, half: str
) -> AsyncGenerator[Runtime]:
    if half == "api":
        db = await connect(str(settings.postgres_dsn), size_max=settings.postgres_pool_max)
        async with db:
            yield make_runtime(service, settings, db, asyncio.Event())
    else:
        async with running(
            service.name, settings, service.subscriptions, patient=service.patient
        ) as process:
            runtime = make_runtime(service, settings, process.db, process.committed)
            runtime.checks.update(process.checks)
            yield runtime


def _endless(service: Service, runtime: Runtime, half: str) -> Generator[Coroutine[Any, Any, None]]:
    """What runs beside the server in this half."""
    if half != "worker":
        for intake in runtime.intakes.values():
            yield intake.run()
    if half != "api":
        own = (every(HOUSEKEEPING_SECONDS, job) for job in (forget_keys, measure_waiting))
        for task in (*service.background, *own):
            yield endless(task, runtime)


class _Server(uvicorn.Server):
    """Leaves the signals to `serve`, which stops the halves in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def _uvicorn(
    app: ASGIApp, http: type[HttpToolsProtocol], service: Service, settings: ServiceSettings
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=http,
        ws="none",
        lifespan="off",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_config=None,
        backlog=BACKLOG,
        timeout_keep_alive=STRANGERS_KEPT_SECONDS if service.strangers else KEPT_SECONDS,
        timeout_graceful_shutdown=int(settings.stop_timeout_seconds),
    )


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop
