"""Composition root of the gateway; the only place where things are put together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp

from chassis.auth import Actor, Unauthenticated
from chassis.jobs import every
from chassis.runtime import Runtime
from chassis.service import Service
from gateway.access import ACCESS
from gateway.administrator import create_administrator
from gateway.consumers import SUBSCRIPTIONS
from gateway.parts import parts_of, prepare
from gateway.proxy.front import Front
from gateway.routes import ROUTERS
from gateway.settings import Settings
from gateway.store import audit, sessions
from gateway.verification import anchor_audit_log, verify_audit_log

SWEEP_SECONDS = 60.0
SWEEP_ROWS = 1_000
ANCHOR_SECONDS = 3_600.0
FORGET_SECONDS = 600.0
FORGOTTEN_AT_ONCE = 5_000


def front(runtime: Runtime, own: ASGIApp) -> ASGIApp:
    """Before the gateway's own routes: it knows the callers, and asks the services."""
    return Front(parts_of(runtime), own)


async def only_known(connection: HTTPConnection) -> Actor:  # noqa: ARG001
    """Callers whom the front did not recognise are nobody."""
    raise Unauthenticated


async def forget_ended(runtime: Runtime) -> int:
    """Delete sessions and tokens that have ended; returns how many."""
    idle = timedelta(hours=runtime.settings.session_idle_hours)
    return await sessions.delete_ended(runtime.db, idle=idle, limit=SWEEP_ROWS)


async def forget_old_audits(runtime: Runtime) -> int:
    """Drop entries of the audit log that are older than they are to be kept."""
    older_than = datetime.now(UTC) - timedelta(days=runtime.settings.audit_days)
    return await audit.forget(runtime.db, older_than, FORGOTTEN_AT_ONCE)


SERVICE = Service(
    name="gateway",
    settings=Settings,
    access=ACCESS,
    routers=ROUTERS,
    subscriptions=SUBSCRIPTIONS,
    prepare=prepare,
    front=front,
    strangers=True,
    authenticate=only_known,
    background=(
        every(SWEEP_SECONDS, forget_ended),
        every(ANCHOR_SECONDS, anchor_audit_log),
        every(FORGET_SECONDS, forget_old_audits),
    ),
    commands={
        "create-admin": create_administrator,
        "verify-audit-log": verify_audit_log,
    },
)
