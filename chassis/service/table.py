"""A service as one table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp

from chassis.auth import Access, Actor
from chassis.consumer import Subscription
from chassis.hot import HotRoute
from chassis.intake import GroupCommit
from chassis.jobs import Background
from chassis.runtime import Runtime
from chassis.settings import ServiceSettings

Authenticate = Callable[[HTTPConnection], Awaitable[Actor]]


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
    patient: bool = False
    """Nobody waits for what it does with messages: it takes more at once, a little later."""
    strangers: bool = False
    """Its callers are not our own processes: what they say of their trace is not believed."""
    authenticate: Authenticate | None = None
    """How callers are known; by the gateway's internal token unless said otherwise."""
    commands: Mapping[str, Callable[[Any], Coroutine[Any, Any, None]]] = field(default_factory=dict)
    """More words for the command line: each gets the settings."""
