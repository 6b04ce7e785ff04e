"""`make demo`: start the suite, load a company, and walk orders through their whole life.

QUDAO_URL names another suite; QUDAO_ADMIN_PASSWORD is then the password of its user `admin`.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from io import TextIOWrapper
from pathlib import Path
from urllib.parse import urlsplit

from deploy.demo import logins, stories
from deploy.demo.client import API, Caller, Refused, Unreachable
from deploy.demo.company import company
from deploy.demo.loader import Loaded, Loader, NotLoaded, people
from deploy.demo.logins import Logins
from deploy.demo.stage import Stage, StoryFailed
from deploy.local import control
from deploy.local.suite import GATEWAY, Suite, application, here

ADMIN = "admin"
SHOWN_LOGINS = (
    "admin",
    "admin2",
    "fin",
    "sal.huanan",
    "pck.gz",
    "whs.gz",
    "dlv.gz",
    "dlr01",
    "dlr02",
)


class NoAdministrator(Exception):
    """Nobody may load the company."""


def main() -> int:
    began = time.monotonic()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the locale says
    suite, given = here(), os.environ.get("QUDAO_URL")
    try:
        if not given:
            control.up(suite)
        url = (given or suite.url(GATEWAY)).rstrip("/")
        known = logins.load(_logins_file(suite, given))
        number, state = asyncio.run(_play(url, known, None if given else suite))
    except (control.NotUp, NoAdministrator, NotLoaded, Refused, Unreachable, StoryFailed) as fault:
        print(f"\nDEMO FAILED {type(fault).__name__}: {fault}", flush=True)
        return 1
    _show_the_way(url, known, number)
    print(f"DEMO OK order={number} state={state} seconds={time.monotonic() - began:.0f}")
    return 0


async def _play(url: str, known: Logins, suite: Suite | None) -> tuple[str, str]:
    """Number and state of the first story's order."""
    async with AsyncExitStack() as stack:
        loaded = await _load(url, known, suite)
        stage = Stage(url, known, loaded, stack)
        newcomer = await stories.newcomer_becomes_dealer(stage)
        order = await stories.prepaid_order(stage, newcomer)
        await stories.credit_order_on_behalf(stage)
        await stories.cancelled_after_picking(stage, newcomer)
        return order["number"], order["status"]


async def _load(url: str, known: Logins, suite: Suite | None) -> Loaded:
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


def _logins_file(suite: Suite, given: str | None) -> Path:
    """One file per suite: a password belongs to one installation."""
    if not given:
        return suite.var / "demo-logins.json"
    return suite.var / f"demo-logins.{urlsplit(given).netloc.replace(':', '-')}.json"


def _show_the_way(url: str, known: Logins, number: str) -> None:
    names = {person.login: person for person in people(company())}
    print("\n系统已就绪  ·  The suite is running")
    print(f"  门户 portal   {url}/")
    print(f"  接口 API      {url}{API}/   文档 docs  {url}/api/docs")
    print(f"  登录 logins   {known.path}  (全部 all of them)")
    for login in SHOWN_LOGINS:
        person = names[login]
        print(
            f"    {login:<12} {known.passwords[login]:<28} {person.name} {'/'.join(person.roles)}"
        )
    print("  停止 stop: make down   状态 status: make status   核查 proof: make verify")
    print(f"  追踪 trace    .venv/bin/python -m deploy.ctl trace {number}\n")


if __name__ == "__main__":
    sys.exit(main())
