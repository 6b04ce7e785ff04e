"""The running suite with the demo company in it, and its people."""

import os
import subprocess
import sys
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from deploy.demo import logins
from deploy.demo.client import Caller
from deploy.demo.company import company as the_company
from deploy.demo.loader import Loaded
from deploy.demo.stage import Stage
from deploy.local.suite import GATEWAY


@pytest.fixture(scope="session")
def told(suite):
    """What `make demo` printed; it ran to its end before anything else here."""
    environment = os.environ | {
        "QUDAO_VAR": str(suite.var),
        "QUDAO_PORT_BASE": str(suite.ports[GATEWAY]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "deploy.demo"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
async def stage(suite, told):
    """A stage on which the people of the demo company act."""
    known = logins.load(suite.var / "demo-logins.json")
    url = suite.url(GATEWAY)
    async with AsyncExitStack() as stack:
        admin = await stack.enter_async_context(Caller(url, "admin"))
        await admin.log_in(known.password("admin"))
        houses = {row["code"]: row["warehouse_id"] for row in await admin.rows("/warehouses")}
        stage = Stage(url, known, Loaded(the_company(), houses, {}, {}), stack)
        stage.callers["admin"] = admin
        yield stage


@asynccontextmanager
async def stranger(suite):
    """Somebody without a session."""
    async with Caller(suite.url(GATEWAY), "nobody") as caller:
        yield caller
