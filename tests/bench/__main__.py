"""`make bench ORDERS=2000`: place orders, wait for their ends, print one JSON line last.

The suite is started if it does not run, and stays up; the books are verified at the end. `RATE=400`
makes it an open loop of so many orders a second; else `CLIENTS` orders are under way at any time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.ctl.verify import verify
from deploy.demo import logins
from deploy.demo.client import Caller, Refused, Unreachable
from deploy.local import state
from deploy.local.suite import Suite, here
from tests.bench import accounting, company, figures
from tests.bench.company import Session

WARM_UP = 500
PATIENCE_SECONDS = 120.0
SETTLE_SECONDS = 60.0
CONFIRMED, COMPLETED = "orders.order-confirmed.v1", "orders.order-completed.v1"


@dataclass(frozen=True, slots=True)
class Plan:
    orders: int
    clients: int
    rate: float | None
    profile: str | None = None
    """The service whose flame graph is wanted."""


class Stalled(Exception):
    """Orders did not come to their end in time."""


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


async def main(plan: Plan) -> int:
    suite = here()
    callers, skus = await _prepare(suite)
    say(f"warm-up: {WARM_UP} orders")
    await _run(suite, callers, skus, Plan(WARM_UP, plan.clients, None))
    say(f"measuring: {plan.orders} orders")
    async with _profiled(suite, plan.profile):
        result, accepted = await _measure(suite, callers, skus, plan)
    result["invariant_violations"] = await _violations(suite, accepted)
    sys.stdout.write(json.dumps(result) + "\n")
    return 0 if result["ended"] == {"COMPLETED": plan.orders} and not violated(result) else 1


def violated(result: Mapping[str, Any]) -> bool:
    return bool(result["invariant_violations"])


async def _violations(suite: Suite, accepted: Sequence[str]) -> dict[str, int]:
    """Violations by invariant; one that looked at nothing counts, too."""
    findings = await verify(
        suite.superuser_dsn,
        settle_seconds=SETTLE_SECONDS,
        only=None,
        accepted=[UUID(one) for one in accepted],
    )
    say(f"verified: {len(findings)} checks, {sum(one.looked for one in findings)} rows looked at")
    return {
        f"{one.id} {one.sentence}": one.violations
        for one in findings
        if one.violations or not one.looked
    }


async def _prepare(suite: Suite) -> tuple[list[Session], list[str]]:
    """A running suite with the demo company, and the dealers of the benchmark, logged in."""
    logins_file = suite.var / "demo-logins.json"
    if not logins_file.exists():
        await _command("deploy.demo")
    await _command("deploy.local", "up")
    url, known = suite.url("gateway"), logins.load(logins_file)
    async with Caller(url, "admin") as admin:
        await admin.log_in(known.password("admin"))
        return await company.sessions(url, admin, known), await company.skus(admin)


@asynccontextmanager
async def _profiled(suite: Suite, service: str | None) -> AsyncGenerator[None]:
    """Where the service spends its time while the block runs, as a flame graph (py-spy)."""
    if service is None:
        yield
        return
    known = state.read(suite.run)
    pid = next(one.pid for one in known.processes if one.name == service) if known else None
    picture = suite.var / f"profile-{service}.svg"
    command = ("record", "--rate", "200", "--output", str(picture), "--pid", str(pid))
    spy = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("py-spy")), *command, stdout=sys.stderr
    )
    try:
        yield
    finally:
        spy.send_signal(signal.SIGINT)
        await spy.wait()
        say(f"flame graph: {picture}")


async def _command(*words: str) -> None:
    done = await asyncio.create_subprocess_exec(sys.executable, "-m", *words, stdout=sys.stderr)
    if await done.wait():
        raise Stalled(f"python -m {' '.join(words)} failed")


async def _measure(
    suite: Suite, callers: Sequence[Session], skus: Sequence[str], plan: Plan
) -> tuple[dict[str, Any], Sequence[str]]:
    """The figures, and the orders that the clients saw accepted."""
    cpu, counts = accounting.cpu_seconds(suite.run), await figures.counts(suite)
    report, wall = await _run(suite, callers, skus, plan)
    used = accounting.used(cpu, accounting.cpu_seconds(suite.run)) | {"load": report["cpu_seconds"]}
    now = await figures.counts(suite)
    order_ids = report["order_ids"]
    confirmed = await figures.took_ms(suite, order_ids, CONFIRMED)
    completed = await figures.took_ms(suite, order_ids, COMPLETED)
    per_order = {name: round(seconds / plan.orders, 6) for name, seconds in used.items()}
    figured = {
        **asdict(plan),
        "cores": os.cpu_count(),
        "commit": _commit(),
        "wall_seconds": round(wall, 2),
        "lifecycles_per_second": round(len(completed) / wall, 1),
        "accepted_per_second": round(plan.orders / (report["ended"] - report["began"]), 1),
        "accept_ms": _percentiles(report["accepted_ms"]),
        "confirmed_ms": _percentiles(confirmed),
        "completed_ms": _percentiles(completed),
        "cpu_seconds_per_order": per_order,
        "cpu_ms_in_all": round(sum(per_order.values()) * 1_000, 2),
        "messages_per_order": round((now.messages - counts.messages) / plan.orders, 2),
        "transactions_per_order": round((now.transactions - counts.transactions) / plan.orders, 2),
        "memory_mib": accounting.memory_mib(suite.run),
        "answers": report["answers"],
        "ended": await figures.ended(suite, order_ids),
    }
    return figured, order_ids


async def _run(
    suite: Suite, callers: Sequence[Session], skus: Sequence[str], plan: Plan
) -> tuple[dict[str, Any], float]:
    """Place the orders and wait until all have ended; what the clients saw, and the seconds."""
    document = {
        **asdict(plan),
        "url": suite.url("gateway") + "/api/v1/orders",
        "skus": list(skus),
        "sessions": [asdict(one) for one in callers],
    }
    began = time.perf_counter()
    load = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.load",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await load.communicate(json.dumps(document).encode())
    if load.returncode:
        raise Stalled("the load process failed")
    await _until_ended(suite)
    return json.loads(out), time.perf_counter() - began


async def _until_ended(suite: Suite) -> None:
    """Raises Stalled when nothing moves any more."""
    known, since = -1, time.monotonic()
    while count := await figures.open_orders(suite):
        if count != known:
            known, since = count, time.monotonic()
        if time.monotonic() - since > PATIENCE_SECONDS:
            raise Stalled(f"{count} orders are not at their end and do not move")
        await asyncio.sleep(0.05)


def _percentiles(values: Sequence[float]) -> Mapping[str, float]:
    ordered = sorted(values)
    return {
        f"p{part}": round(ordered[min(int(len(ordered) * part / 100), len(ordered) - 1)], 1)
        for part in (50, 95, 99)
        if ordered
    }


def _commit() -> str:
    shown = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()


def _plan() -> Plan:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--clients", type=int, default=256)
    parser.add_argument("--rate", type=float, default=None)
    parser.add_argument("--profile", metavar="SERVICE", default=None)
    return Plan(**vars(parser.parse_args()))


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main(_plan())))
    except (Stalled, Refused, Unreachable) as fault:
        sys.exit(f"bench: {fault}")
