"""`make compose-test`: from nothing to a demo in containers; each is stopped once; books are whole.

On an engine with Compose. Images that cannot be pulled are built from packages (deploy/airgap). The
last line is `COMPOSE OK …`; any other end is a non-zero exit. Nothing of it is left behind.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from deploy.demo import logins
from deploy.demo.client import Caller, Json, Refused, Unreachable
from deploy.demo.loader import NotLoaded
from deploy.local.suite import APPLICATIONS, free_ports
from tests.bench import company
from tests.compose.engine import EngineFailed, Project, ensure_bases

SERVERS = ("kafka", "postgres")
PATIENCE_SECONDS = 120.0
LINES = 3


class NotHealed(Exception):
    """An order that was placed after a container had been stopped did not come to its end."""


def main() -> int:
    began = time.monotonic()
    port, password = str(free_ports()), secrets.token_urlsafe(16)
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="qudao-compose-") as folder:
        project = Project(
            f"qudao-test-{port}",
            {"QUDAO_POSTGRES_PASSWORD": secrets.token_urlsafe(24), "QUDAO_PORT": port},
        )
        try:
            for image in ensure_bases():
                say(f"{image} cannot be pulled: built from packages instead")
            _start(project, password)
            _demo(url, password, Path(folder))
            asyncio.run(_stop_each(project, url, password, Path(folder)))
            say(_verified(project))
        except (EngineFailed, NotHealed, NotLoaded, Refused, Unreachable) as fault:
            print(f"COMPOSE FAILED {type(fault).__name__}: {fault}", flush=True)
            return 1
        finally:
            project.run("down", "--volumes", "--remove-orphans", "--timeout", "10")
    print(f"COMPOSE OK containers={len(APPLICATIONS) + 2} seconds={time.monotonic() - began:.0f}")
    return 0


def _start(project: Project, password: str) -> None:
    say("building the images")
    for service in ("prepare", *APPLICATIONS):
        project.run("build", service)
        say(f"  {service}")
    project.run("up", "--detach", "--wait")
    say("everything is up")
    administrator = (
        *("--env", "GATEWAY_ADMIN_LOGIN=admin", "--env", "GATEWAY_ADMIN_NAME=admin"),
        *("--env", f"GATEWAY_ADMIN_PASSWORD={password}"),
    )
    project.run("exec", "--no-TTY", *administrator, "gateway", "start", "create-admin")


def _demo(url: str, password: str, var: Path) -> None:
    """The demo as a user would run it. Raises EngineFailed."""
    done = subprocess.run(
        [sys.executable, "-m", "deploy.demo"],
        env={
            **os.environ,
            "QUDAO_URL": url,
            "QUDAO_ADMIN_PASSWORD": password,
            "QUDAO_VAR": str(var),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EngineFailed(f"the demo did not come to its end\n{done.stdout}{done.stderr}")
    say(done.stdout.splitlines()[-1])


async def _stop_each(project: Project, url: str, password: str, var: Path) -> None:
    """Stop one container after the other; each time it comes back, and orders go through.

    Raises NotHealed, EngineFailed.
    """
    known = logins.load(var / "compose-logins.json")
    async with Caller(url, "admin") as admin:
        await admin.log_in(password)
        await company.sessions(url, admin, known, count=1)
        goods = (await company.skus(admin))[:LINES]
        for name in (*APPLICATIONS, *SERVERS):
            began = time.monotonic()
            await asyncio.to_thread(project.run, "kill", name)
            await asyncio.to_thread(project.run, "up", "--detach", "--wait", "--no-recreate")
            login = f"{company.ON_CREDIT.login}000"
            number = await _through(url, login, known.password(login), goods)
            say(f"  {name} killed: {number} completed after {time.monotonic() - began:.1f} s")


async def _through(url: str, login: str, password: str, goods: list[str]) -> str:
    """Place an order and follow it to its end; its number. Raises NotHealed."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    lines = [{"sku": sku, "quantity": 1} for sku in goods]
    async with Caller(url, login) as buyer:
        await buyer.log_in(password)
        order: Json = await buyer.post("/orders", {"lines": lines})
        while order["status"] != "COMPLETED":
            if time.monotonic() > deadline:
                raise NotHealed(f"{order['number']} stands at {order['status']}")
            await asyncio.sleep(0.2)
            order = await buyer.get(f"/orders/{order['order_id']}")
    return str(order["number"])


def _verified(project: Project) -> str:
    """Raises EngineFailed when an invariant is violated."""
    dsn = (
        f"postgresql://postgres:{project.environment['QUDAO_POSTGRES_PASSWORD']}@postgres/postgres"
    )
    told = project.run(
        *("run", "--rm", "--no-deps", "--no-TTY", "--entrypoint", "python", "prepare"),
        *("-m", "deploy.ctl.verify", "--postgres", dsn),
    )
    return told.splitlines()[-1]


def say(text: str) -> None:
    """Progress."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
