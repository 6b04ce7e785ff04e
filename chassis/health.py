"""Probes: whether the process lives, and whether it is ready for work."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.requests import Request

from chassis.db import TRANSIENT
from chassis.runtime import Check, Runtime

CHECK_SECONDS_MAX = 2.0


def install(app: FastAPI) -> None:
    """`/livez`: the event loop turns. `/readyz`: every check by name; 503 while one is red."""
    app.add_route("/livez", _livez)
    app.add_route("/readyz", _readyz)


def database_check(runtime: Runtime) -> Check:
    """Whether the database answers."""

    async def check() -> str | None:
        try:
            await runtime.db.fetchval("SELECT 1", timeout=CHECK_SECONDS_MAX)
        except TRANSIENT as fault:
            return repr(fault)
        return None

    return check


async def faults_of(runtime: Runtime) -> dict[str, str]:
    """What keeps the process from taking work, by the name of the check."""
    if runtime.stopping:
        return {"process": "stopping"}
    names = list(runtime.checks)
    answers = await asyncio.gather(*(_ask(runtime.checks[name]) for name in names))
    return {name: fault for name, fault in zip(names, answers, strict=True) if fault}


async def _ask(check: Check) -> str | None:
    try:
        return await asyncio.wait_for(check(), CHECK_SECONDS_MAX)
    except TimeoutError:
        return f"no answer within {CHECK_SECONDS_MAX:.0f} s"


async def _livez(_: Request) -> JSONResponse:
    return JSONResponse({"status": "live"})


async def _readyz(request: Request) -> JSONResponse:
    faults = await faults_of(request.app.state.runtime)
    body = {"status": "not ready" if faults else "ready", "faults": faults}
    return JSONResponse(body, 503 if faults else 200)
