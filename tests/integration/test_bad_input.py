"""Whatever comes in, no service falls over: valid and invalid requests made from its description.

`QUDAO_FUZZ_EXAMPLES=500` looks longer than the few examples per operation of the usual run.
"""

import asyncio
import os
from contextlib import AsyncExitStack
from importlib import import_module
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from chassis.auth import Role
from chassis.db import connect
from chassis.ids import uuid7
from chassis.service import routed
from deploy.postgres import roles
from tests.builders.edge import an_actor, serving

SERVICES = ("dealers", "catalog", "orders", "inventory", "billing", "notify", "reports")
EXAMPLES = int(os.environ.get("QUDAO_FUZZ_EXAMPLES", "6"))
ACTORS = (
    an_actor(*(set(Role) - {Role.DLR, Role.APPLICANT, Role.MACHINE})),
    an_actor(Role.DLR, dealer_id=uuid7()),
)
"""Between them they pass every check of a role, and come as far as the rules and the database."""


def operations():
    """Service and operation, for all services but the gateway, whose door has tests of its own."""
    for name in SERVICES:
        description = routed(import_module(f"services.{name}.app").SERVICE).openapi()
        for result in schemathesis.openapi.from_dict(description).get_all_operations():
            yield pytest.param(name, result.ok(), id=f"{name} {result.ok().label}")


class Served:
    """A service on a database and an event loop of its own, for tests that are not async."""

    def __init__(self, name, dsn, folder):
        self._runner, self._stack = asyncio.Runner(), AsyncExitStack()
        self._api = self._runner.run(self._start(name, dsn, folder))

    async def _start(self, name, dsn, folder):
        service = import_module(f"services.{name}.app").SERVICE
        secrets = {}
        if "quote_key_path" in service.settings.model_fields:
            secrets["quote_key_path"] = folder / "quote.key"
            secrets["quote_key_path"].write_text("s" * 64)
        db = await self._stack.enter_async_context(await connect(dsn))
        return await self._stack.enter_async_context(serving(service, db, **secrets))

    def ask(self, case, actor):
        """The answer to a generated request, or None where no client could send it."""
        return self._runner.run(self._ask(case.as_transport_kwargs(base_url="http://any"), actor))

    async def _ask(self, request, actor):
        body = {"content": request["data"]} if "data" in request else {}
        if "json" in request:
            body = {"json": request["json"]}
        headers = {**request["headers"]}
        headers.setdefault("idempotency-key", str(uuid7()))
        path = urlsplit(request["url"]).path
        async with self._api(actor) as client:
            try:
                return await client.request(
                    request["method"], path, params=request["params"], headers=headers, **body
                )
            except (UnicodeError, ValueError, TypeError):
                return None

    def stop(self):
        self._runner.run(self._stack.aclose())
        self._runner.close()


@pytest.fixture
def served(request, postgres, tmp_path):
    """Makes a service with an empty, migrated database."""
    running = []

    def serve(name):
        # That pool belongs to another event loop: only its database is of use here.
        database = request.getfixturevalue(f"{name}_db")._connect_args[0].rpartition("/")[2]
        dsn = roles.dsn_of(postgres, database, role=name, password="service")
        running.append(Served(name, dsn, tmp_path))
        return running[-1]

    yield serve
    for one in running:
        one.stop()


@pytest.mark.parametrize(("name", "operation"), operations())
def test_no_request_makes_a_service_fall_over(served, name, operation):
    service = served(name)
    cases = st.one_of(
        operation.as_strategy(generation_mode=mode)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    )

    @given(case=cases, actor=st.sampled_from(ACTORS))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def holds(case, actor):
        answer = service.ask(case, actor)

        if answer is not None:
            assert answer.status_code < 500, answer.text
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["status"] == answer.status_code

    holds()
