"""Every route of every service, asked through the gateway by every role: as the tables say."""

import asyncio
from importlib import import_module
from uuid import uuid4

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from chassis.auth import Role
from chassis.auth.routes import Allowed
from deploy.demo import logins
from deploy.local.suite import GATEWAY
from deploy.openapi import MODULES

PEOPLE = {
    Role.ADM: "admin",
    Role.FIN: "fin",
    Role.PCK: "pck.gz",
    Role.WHS: "whs.gz",
    Role.DLV: "dlv.gz",
    Role.SAL: "sal.huanan",
    Role.DLR: "dlr01",
}
UNASKED = {("DELETE", "/session"), ("POST", "/session/close-all")}
"""They would end the session that asks."""
AT_ONCE = 8
"""Requests that are under way together: the matrix has some thousands."""


def routes(service):
    """(method, path, action) of what a service answers; no action: open to anybody."""
    for router in import_module(MODULES[service]).SERVICE.routers:
        for context in iter_route_contexts(list(router.routes)):
            route = context.original_route
            if isinstance(route, APIRoute) and route.include_in_schema:
                for method in sorted(route.methods):
                    yield method, context.path, action_of(route.dependant)


def action_of(dependant):
    if isinstance(dependant.call, Allowed):
        return dependant.call.action
    return next(filter(None, map(action_of, dependant.dependencies)), None)


def address(path):
    """A path with ids that nothing has."""
    parts = (str(uuid4()) if part.startswith("{") else part for part in path.split("/"))
    return "/api/v1" + "/".join(parts)


async def ask(client, method, path):
    return await client.request(
        method, address(path), json={}, headers={"Idempotency-Key": str(uuid4())}
    )


@pytest.fixture
async def applicant(suite, told):
    """Somebody who has registered and is nobody yet."""
    async with httpx.AsyncClient(base_url=suite.url(GATEWAY), timeout=30) as client:
        body = {"login": f"new-{uuid4().hex[:12]}", "password": "correct horse", "name": "新人"}
        await client.post("/api/v1/registrations", json=body)
        yield await logged_in(client, body["login"], body["password"])


async def logged_in(client, login, password):
    answer = await client.post("/api/v1/session", json={"login": login, "password": password})
    client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return client


@pytest.mark.parametrize("role", PEOPLE, ids=str)
async def test_each_role_may_do_what_the_tables_say_and_nothing_else(suite, told, role):
    known = logins.load(suite.var / "demo-logins.json")
    wrong = []
    async with httpx.AsyncClient(base_url=suite.url(GATEWAY), timeout=30) as client:
        await logged_in(client, PEOPLE[role], known.password(PEOPLE[role]))
        for service in MODULES:
            wrong += await misanswered(client, service, role)

    assert not wrong


async def test_an_applicant_sees_no_price_no_stock_and_no_order(applicant):
    wrong = [
        one for service in MODULES for one in await misanswered(applicant, service, Role.APPLICANT)
    ]
    hidden = [
        await applicant.get(f"/api/v1/{resource}")
        for resource in ("price-lists", "stock", "orders")
    ]
    products = (await applicant.get(f"/api/v1/products?dealer_id={uuid4()}")).json()["items"]

    assert not wrong
    assert {answer.status_code for answer in hidden} == {403}
    assert {product["price"] for product in products} == {None}


async def test_nobody_is_answered_without_a_login(suite, told):
    async with httpx.AsyncClient(base_url=suite.url(GATEWAY), timeout=30) as client:
        answered = [
            (method, path)
            for service in MODULES
            for method, path, action in routes(service)
            if action and (await ask(client, method, path)).status_code != 401
        ]

    assert not answered


async def misanswered(client, service, role):
    """What is refused against the table, allowed against it, or answered by a fault."""
    access = import_module(MODULES[service]).SERVICE.access
    places, exporting = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(1)

    async def answered(method, path, action):
        # A service sends away whoever wants one export too many.
        async with exporting if path.startswith("/exports/") else places:
            answer = await ask(client, method, path)
        may = role in access[action].roles
        right = (answer.status_code == 403) != may and answer.status_code != 401
        if not right or answer.is_server_error:
            return method, path, action, answer.status_code, answer.text[:200]
        return None

    asked = [
        answered(method, path, action)
        for method, path, action in routes(service)
        if action is not None and (method, path) not in UNASKED
    ]
    assert asked
    return list(filter(None, await asyncio.gather(*asked)))
