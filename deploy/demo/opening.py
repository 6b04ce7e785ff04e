"""Before anything can be shown: an administrator who is logged in, and the company in the suite."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

from deploy.demo.client import Caller, Refused
from deploy.demo.company import company
from deploy.demo.loader import Loaded, Loader
from deploy.demo.logins import Logins
from deploy.local.suite import GATEWAY, Suite, application

ADMIN = "admin"


class NoAdministrator(Exception):
    """Nobody may load the company."""


async def load(url: str, known: Logins, suite: Suite | None) -> Loaded:
    """`suite` is None where it is another's. Raises NoAdministrator, NotLoaded, Refused."""
    print("\n装载演示公司  ·  Loading the demo company", flush=True)
    began = time.monotonic()
    async with Caller(url, ADMIN) as admin:
        await _administrator(admin, known, suite)
        loader = Loader(
            url,
            company(),
            known,
            admin,
            lambda text: print(f"  [{time.monotonic() - began:6.2f} s]  {text}", flush=True),
            ours=suite is not None,
        )
        return await loader.load()


async def _administrator(admin: Caller, known: Logins, suite: Suite | None) -> None:
    """Log the first administrator in; in the suite of this tree he is made when there is none."""
    if given := os.environ.get("QUDAO_ADMIN_PASSWORD"):
        known.passwords[ADMIN] = given
    try:
        await admin.log_in(known.password(ADMIN))
    except Refused as refusal:
        if suite is None or refusal.status != 401:
            raise NoAdministrator(
                f"{refusal}. Name the password of the user admin: QUDAO_ADMIN_PASSWORD=…"
            ) from refusal
        password = known.password(ADMIN)
        known.save()  # before there is an administrator whose password nobody knows
        await asyncio.to_thread(_create_administrator, suite, password)
        await admin.log_in(password)
    known.save()


def _create_administrator(suite: Suite, password: str) -> None:
    gateway = application(suite, GATEWAY)
    name = next(person.name for person in company().staff if person.login == ADMIN)
    asked = {
        "GATEWAY_ADMIN_LOGIN": ADMIN,
        "GATEWAY_ADMIN_NAME": name,
        "GATEWAY_ADMIN_PASSWORD": password,
    }
    done = subprocess.run(
        [*gateway.argv, "create-admin"],
        env={**gateway.environment, **asked},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoAdministrator((done.stdout + done.stderr).strip())


def logins_file(suite: Suite, given: str | None) -> Path:
    """One file per suite: a password belongs to one installation."""
    if not given:
        return suite.var / "demo-logins.json"
    return suite.var / f"demo-logins.{urlsplit(given).netloc.replace(':', '-')}.json"
