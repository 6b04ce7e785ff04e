"""`make demo`: start the suite, load a company, and walk orders through their whole life.

QUDAO_URL names another suite; QUDAO_ADMIN_PASSWORD is then the password of its user `admin`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from contextlib import AsyncExitStack
from io import TextIOWrapper

from deploy.demo import logins, opening, stories
from deploy.demo.client import API, Refused, Unreachable
from deploy.demo.company import company
from deploy.demo.loader import NotLoaded, people
from deploy.demo.logins import Logins
from deploy.demo.stage import Stage, StoryFailed
from deploy.local import control
from deploy.local.suite import GATEWAY, Suite, here

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
HOPELESS = (
    control.NotUp,
    opening.NoAdministrator,
    NotLoaded,
    Refused,
    Unreachable,
    StoryFailed,
)


def main() -> int:
    began = time.monotonic()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the locale says
    suite, given = here(), os.environ.get("QUDAO_URL")
    try:
        if not given:
            control.up(suite)
        url = (given or suite.url(GATEWAY)).rstrip("/")
        known = logins.load(opening.logins_file(suite, given))
        number, state = asyncio.run(_play(url, known, None if given else suite))
    except HOPELESS as fault:
        print(f"\nDEMO FAILED {type(fault).__name__}: {fault}", flush=True)
        return 1
    _show_the_way(url, known, number)
    print(f"DEMO OK order={number} state={state} seconds={time.monotonic() - began:.0f}")
    return 0


async def _play(url: str, known: Logins, suite: Suite | None) -> tuple[str, str]:
    """Number and state of the first story's order."""
    async with AsyncExitStack() as stack:
        loaded = await opening.load(url, known, suite)
        stage = Stage(url, known, loaded, stack)
        newcomer = await stories.newcomer_becomes_dealer(stage)
        order = await stories.prepaid_order(stage, newcomer)
        await stories.credit_order_on_behalf(stage)
        await stories.cancelled_after_picking(stage, newcomer)
        await stories.amended_short_and_followed(stage, newcomer)
        return order["number"], order["status"]


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
