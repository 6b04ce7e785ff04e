"""One run: the load all the time, the faults one after the other, the judgement at the end."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from aiokafka.errors import KafkaError

from deploy.demo import logins
from deploy.demo.client import Caller
from deploy.local.suite import GATEWAY, here
from tests.bench import company
from tests.chaos import dealers, ending
from tests.chaos.fault import Fault
from tests.chaos.ground import Ground, NotReached
from tests.chaos.health import Prober, late
from tests.chaos.load import Load
from tests.chaos.report import Injected, Outcome, beginning
from tests.chaos.schedule import LEVELS, schedule
from tests.history import History, open_history

NOT_AS_PLANNED = (NotReached, asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError, OSError)
"""A fault that was not what it should be, or hit the harness itself: the run goes on, and fails."""
DIRECT_DEALERS = 30
PROBER = "bench000"


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for."""

    level: int
    seed: int
    only: tuple[str, ...]
    clients: int
    orders_per_fault: int
    report: Path | None


@dataclass(frozen=True, slots=True)
class Run:
    """What the steps of a run share."""

    plan: Plan
    ground: Ground
    load: Load
    prober: Prober
    admin: Caller
    outcome: Outcome


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


async def run(plan: Plan) -> Outcome:
    """Raises UnknownFault, NotHealthy, NotReached when it cannot even begin."""
    chance = random.Random(plan.seed)
    planned = schedule(LEVELS[plan.level], chance, plan.only)
    ground, began = Ground(here(), chance), time.monotonic()
    say(f"{len(planned)} faults, seed {plan.seed}")
    if _logins_file(ground).exists():
        await ground.operate("up")
    elif await ground.command((sys.executable, "-m", "deploy.demo"), ground.environment):
        raise NotReached("the demo company is there")
    async with _on_stage(plan, ground) as now:
        loading = asyncio.create_task(now.load.run(plan.clients))
        await _inject_all(now, planned, loading)
        if not plan.only:
            await _until_placed(now.load, LEVELS[plan.level].orders, loading)
        now.load.running = False
        say("the load ends; every order is to come to its end")
        await loading
        await _judge(now)
    now.outcome.seconds = time.monotonic() - began
    return now.outcome


@asynccontextmanager
async def _on_stage(plan: Plan, ground: Ground) -> AsyncGenerator[Run]:
    """Everybody is logged in, and the history open."""
    url, known = ground.suite.url(GATEWAY), logins.load(_logins_file(ground))
    async with Caller(url, "admin") as admin, Caller(url, PROBER) as dealer:
        await admin.log_in(known.password("admin"))
        direct = await company.sessions(url, admin, known, DIRECT_DEALERS)
        waiting = await dealers.sessions(url, admin, known)
        await dealer.log_in(known.password(PROBER))
        skus = await company.skus(admin)
        outcome = beginning(plan.level, plan.seed)
        path = ground.suite.var / "chaos" / f"history-{outcome.began:%Y%m%d-%H%M%S}.jsonl"
        history = History(path)
        say(f"the clients' history: {path}")
        await open_history(history, admin)
        load = Load(url, history, skus, direct, waiting)
        yield Run(plan, ground, load, Prober(dealer, history, skus[0]), admin, outcome)


async def _inject_all(now: Run, planned: Sequence[Fault], loading: asyncio.Task[None]) -> None:
    for number, fault in enumerate(planned, 1):
        began, placed = time.monotonic(), len(now.load.accepted)
        now.ground.notes.clear()
        try:
            await fault.inject(now.ground)
        except NOT_AS_PLANNED as reason:
            now.outcome.violations.append(f"{fault.name}: {reason!r}")
        took = time.monotonic() - began
        recovery = await now.prober.seconds_until_healthy(now.ground)
        now.outcome.injected.append(Injected(fault.name, fault.sentence, recovery))
        if late(recovery):
            why = "; ".join(now.ground.notes)
            now.outcome.violations.append(f"{fault.name}: healthy after {recovery:.0f} s ({why})")
        await _until_placed(now.load, placed + now.plan.orders_per_fault, loading)
        say(
            f"{number:4}/{len(planned)}  {fault.name:44} {took:5.1f} s, healthy {recovery:4.1f} s,"
            f" {len(now.load.accepted):6} orders  {'; '.join(now.ground.notes)}"
        )
        _tell_new(now)


def _tell_new(now: Run) -> None:
    """Violations as soon as they are known."""
    for one in now.load.violations:
        say(f"           VIOLATED: {one}")
    now.outcome.violations += now.load.violations
    now.load.violations.clear()


async def _until_placed(load: Load, count: int, loading: asyncio.Task[None]) -> None:
    """Raises what ended the load."""
    while len(load.accepted) < count:
        if loading.done():
            loading.result()
        await asyncio.sleep(0.1)


async def _judge(now: Run) -> None:
    amiss, ends = await ending.violations(
        now.ground, now.load, now.prober.history, now.admin, now.outcome.began
    )
    now.outcome.violations += amiss
    now.outcome.orders, now.outcome.answers = ends, dict(now.load.answers)
    for one in now.outcome.violations:
        say(f"VIOLATED: {one}")


def _logins_file(ground: Ground) -> Path:
    return ground.suite.var / "demo-logins.json"
