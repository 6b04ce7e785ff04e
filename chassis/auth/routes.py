"""What a route asks of its caller: each has exactly one `allowed(...)`, or says `anyone`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from chassis.auth.rules import Access, Actor, Forbidden, Unauthenticated
from chassis.auth.tokens import Verifier

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import HTTPConnection

    from chassis.runtime import Runtime


class UndeclaredRoute(Exception):
    """A route does not say, by one `allowed(...)` of a known action, who may use it."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """A dependency: the caller, when his role allows the action."""

    action: str

    async def __call__(self, request: Request) -> Actor:
        runtime: Runtime = request.app.state.runtime
        actor = await authenticated(request, runtime)
        if not runtime.access[self.action].roles & actor.roles:
            raise Forbidden(action=self.action)
        return actor


def allowed(action: str) -> Allowed:
    """`Annotated[Actor, Depends(allowed("orders.confirm"))]`: who asks, and that his role may."""
    return Allowed(action)


async def anyone() -> None:
    """`dependencies=[Depends(anyone)]`: the route is open to callers that are not logged in."""


async def authenticated(connection: HTTPConnection, runtime: Runtime) -> Actor:
    """Who asks; found out once per request. Raises Unauthenticated."""
    known: Actor | None = connection.scope.get("qudao.actor")
    if known is None:
        known = connection.scope["qudao.actor"] = await runtime.authenticate(connection)
    return known


def by_token(verifier: Verifier) -> Callable[[HTTPConnection], Awaitable[Actor]]:
    """Know a caller by the internal token in his `Authorization: Bearer` header."""

    async def authenticate(connection: HTTPConnection) -> Actor:
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated
        return verifier.actor(token)

    return authenticate


def check_routes(routes: Iterable[BaseRoute], access: Access) -> None:
    """Raises UndeclaredRoute, naming all routes that do not say who may use them."""
    wrong = [
        f"{', '.join(sorted(route.methods or ()))} {context.path}: {fault}"
        for context in iter_route_contexts(list(routes))
        if isinstance(route := context.original_route, APIRoute)
        and (fault := _fault(route.dependant, access))
    ]
    if wrong:
        raise UndeclaredRoute("; ".join(wrong))


def _fault(dependant: Dependant, access: Access) -> str | None:
    calls = [call for call in _calls(dependant) if isinstance(call, Allowed) or call is anyone]
    if len(calls) != 1:
        return f"declares {len(calls)} actions instead of one"
    (call,) = calls
    if isinstance(call, Allowed) and call.action not in access:
        return f"names the action {call.action}, which is not in the table"
    return None


def _calls(dependant: Dependant) -> Iterable[object]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _calls(dependency)
