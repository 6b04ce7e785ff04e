"""Whatever comes in at the door, it holds: requests made from the gateway's own description."""

import asyncio
import os
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from chassis.auth import Role
from chassis.db import connect
from chassis.service import routed
from deploy.postgres import roles
from gateway.app import SERVICE
from tests.builders.gateway import a_gateway

EXAMPLES = int(os.environ.get("QUDAO_FUZZ_EXAMPLES", "10"))


def operations():
    """What the gateway answers itself, but for what would end the session that asks."""
    document = schemathesis.openapi.from_dict(routed(SERVICE).openapi())
    known = [result.ok() for result in document.get_all_operations()]
    return [pytest.param(one, id=one.label) for one in known if one.label != "DELETE /session"]


class Door:
    """A gateway on an event loop of its own, and an administrator in front of it."""

    def __init__(self, address):
        self._runner, self._stack = asyncio.Runner(), AsyncExitStack()
        self._admin = self._runner.run(self._open(address))

    async def _open(self, address):
        db = await self._stack.enter_async_context(await connect(address))
        plenty = {"failed_logins_per_account": 10_000, "registrations_per_address_per_hour": 10_000}
        gateway = await self._stack.enter_async_context(a_gateway(db, **plenty))
        admin = await gateway.logged_in(Role.ADM)
        self._stack.push_async_callback(admin.aclose)
        return admin

    def ask(self, case):
        """The answer to a generated request, or None where no client could send it."""
        return self._runner.run(self._ask(case.as_transport_kwargs(base_url="http://any")))

    async def _ask(self, request):
        body = {"content": request["data"]} if "data" in request else {}
        if "json" in request:
            body = {"json": request["json"]}
        path = "/api/v1" + urlsplit(request["url"]).path
        try:
            return await self._admin.request(
                request["method"],
                path,
                params=request["params"],
                headers={**request["headers"]},
                **body,
            )
        except (UnicodeError, ValueError, TypeError):
            return None

    def close(self):
        self._runner.run(self._stack.aclose())
        self._runner.close()


@pytest.fixture
def door(gateway_db, postgres):
    database = gateway_db._connect_args[0].rpartition("/")[2]
    door = Door(roles.dsn_of(postgres, database, role="gateway", password="service"))
    yield door
    door.close()


@pytest.mark.parametrize("operation", operations())
def test_no_request_makes_the_gateway_fall_over(door, operation):
    cases = st.one_of(
        operation.as_strategy(generation_mode=mode)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    )

    @given(case=cases)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def holds(case):
        answer = door.ask(case)

        if answer is not None:
            assert answer.status_code < 500, answer.text
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["status"] == answer.status_code

    holds()
