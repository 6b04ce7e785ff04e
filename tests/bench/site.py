"""What every benchmark stands on: a running suite with dealers who are logged in."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

from deploy.ctl.verify import verify
from deploy.demo import logins
from deploy.demo.client import Caller, Refused, Unreachable
from deploy.local.suite import Suite, here
from tests.bench import company, lag, machine
from tests.bench.company import Dealers, Session
from tests.bench.lag import Stalled

SETTLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Site:
    """A suite that runs, who orders there, and what."""

    suite: Suite
    sessions: Sequence[Session]
    skus: Sequence[str]


def say(text: str) -> None:
    """Progress; the result alone goes to the standard output."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def print_result(result: Mapping[str, Any]) -> None:
    """The one JSON line, last."""
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()


def ending(benchmark: Coroutine[Any, Any, int]) -> NoReturn:
    """Run it, and end the process with what it says, or with why it could not go on."""
    try:
        sys.exit(asyncio.run(benchmark))
    except (Stalled, Refused, Unreachable) as fault:
        sys.exit(f"bench: {fault}")


async def prepare(dealers: Dealers = company.ON_CREDIT) -> Site:
    """Start the suite and load the demo company, unless that is done; log the dealers in."""
    suite = await started()
    async with Caller(suite.url("gateway"), "admin") as admin:
        known = logins.load(suite.var / "demo-logins.json")
        await admin.log_in(known.password("admin"))
        sessions = await company.sessions(suite.url("gateway"), admin, known, dealers=dealers)
        await told(suite)
        return Site(suite, sessions, await company.skus(admin))


async def told(suite: Suite) -> None:
    """Wait until every service has heard of all that was entered. Raises Stalled."""
    async with lag.sampler(suite) as sampler:
        await sampler.quiet()


async def started() -> Suite:
    """The suite of this tree, running, with the demo company in it."""
    suite = here()
    if not (suite.var / "demo-logins.json").exists():
        await command("deploy.demo")
    await command("deploy.local", "up")
    return suite


async def command(*words: str) -> None:
    """Run a module of ours. Raises Stalled."""
    done = await asyncio.create_subprocess_exec(sys.executable, "-m", *words, stdout=sys.stderr)
    if await done.wait():
        raise Stalled(f"python -m {' '.join(words)} failed")


async def violations(suite: Suite, accepted: Sequence[str]) -> dict[str, int]:
    """Violations by invariant; those that found nothing to look at are named on the way."""
    findings = await verify(
        suite.superuser_dsn,
        settle_seconds=SETTLE_SECONDS,
        only=None,
        accepted=[UUID(one) for one in accepted],
    )
    say(f"verified: {len(findings)} checks, {sum(one.looked for one in findings)} rows looked at")
    for one in findings:
        if not one.looked:
            say(f"nothing to look at: {one.id} {one.sentence}")
    return {f"{one.id} {one.sentence}": one.violations for one in findings if one.violations}


def circumstances() -> dict[str, Any]:
    """What a figure is worth nothing without."""
    shown = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return {
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "python_loop_ns": machine.python_loop_ns(),
        "commit": shown.stdout.strip(),
    }
