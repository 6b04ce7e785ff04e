"""`make fuzz-api MINUTES=2`: every route by every role, through the gateway of a suite of its own.

Requests, valid and not, are made by schemathesis from the description of the whole interface; what
they name exists, mostly. A fault is a status of 500 or more, a status or an answer that is not
described, or a refused request that has changed the books, which are verified at the end. Each is
told with a request that shows it; `SEED=n` makes the same requests again, `ONLY='POST /orders'`
those of some operations alone. QUDAO_VAR names a suite to use, and to disorder, instead.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass

from chassis.auth import Role
from deploy.ctl import verify
from deploy.demo import logins
from deploy.local.suite import Suite
from tests.fuzz import books, people
from tests.fuzz.books import Unchanged
from tests.fuzz.people import Person
from tests.fuzz.pool import Pool
from tests.fuzz.site import NotReady, own_suite
from tests.fuzz.walk import Walk, Walked

SETTLE_SECONDS = 60.0
REFUSED_PER_MINUTE = 60
LISTS = (
    *("orders", "pick-tasks", "shipments", "inbounds", "warehouses", "payments", "invoices"),
    *("dealers", "dealer-applications", "products", "categories", "price-lists", "users", "todos"),
)
"""What is asked for first, so that something is known."""


@dataclass(frozen=True, slots=True)
class Plan:
    minutes: float
    seed: int
    only: str


def main() -> int:
    plan = _plan()
    try:
        with own_suite() as suite:
            return _fuzz(suite, plan)
    except NotReady as reason:
        sys.exit(f"fuzz: {reason}")


def _fuzz(suite: Suite, plan: Plan) -> int:
    known = logins.load(suite.var / "demo-logins.json")
    with people.gathered(suite, known) as everybody:
        pool = Pool(people.own_ids(everybody))
        _look_around(everybody, pool)
        say(f"seed {plan.seed}, {plan.minutes:g} minutes, {len(everybody)} callers")
        walk = Walk(everybody, pool, plan.seed, int(REFUSED_PER_MINUTE * plan.minutes), say)
        walked = walk.through(plan.minutes * 60, plan.only)
        print("\n".join(_summary(walked, everybody)))
        began = time.monotonic()
        unchanged = asyncio.run(_refused_again(suite, walked))
    say(
        f"{unchanged.sent} refused requests once more, {unchanged.compared} of them compared: "
        f"{len(unchanged.culprits)} changed the books ({time.monotonic() - began:.0f} s)"
    )
    violated = _verified(suite)
    print("\n".join(_told(walked, unchanged)))
    faults = len(walked.faults) + len(unchanged.culprits)
    outcome = "FAILED" if faults or violated else "OK"
    print(f"FUZZ {outcome} requests={walked.requests} faults={faults} seed={plan.seed}")
    return 1 if faults or violated else 0


def _look_around(everybody: list[Person], pool: Pool) -> None:
    admin = next(one for one in everybody if one.role == Role.ADM)
    for resource in LISTS:
        path = f"{people.API}/{resource}"
        pool.learn(admin.http.get(path).raise_for_status().json(), path)


async def _refused_again(suite: Suite, walked: Walked) -> Unchanged:
    async with books.opened(suite) as opened:
        return await opened.unchanged_by(walked.refused)


def _verified(suite: Suite) -> int:
    findings = asyncio.run(
        verify.verify(suite.superuser_dsn, settle_seconds=SETTLE_SECONDS, only=None)
    )
    return verify.report(findings, must_look=False)


def _summary(walked: Walked, everybody: Iterable[Person]) -> Iterable[str]:
    yield f"{'caller':<10}{'asked':>8}{'2xx':>8}{'4xx':>8}{'5xx':>8}"
    for person in everybody:
        sums = [
            sum(often for status, often in person.answers.items() if status // 100 == hundred)
            for hundred in (2, 4, 5)
        ]
        counted = "".join(f"{one:>8,}" for one in (sum(person.answers.values()), *sums))
        yield f"{person.role:<10}{counted}"
    never = [
        operation
        for operation, statuses in walked.statuses.items()
        if not any(status < 400 for status in statuses)
    ]
    asked = len(walked.statuses)
    share = (asked - len(never)) * 100 // asked if asked else 0
    yield f"{asked} operations asked, {asked - len(never)} of them ({share} %) with success"
    for one in sorted(never):
        often = ", ".join(f"{status}: {n}" for status, n in walked.statuses[one].most_common())
        yield f"  never: {one} ({often})"


def _told(walked: Walked, unchanged: Unchanged) -> Iterable[str]:
    for fault, (often, first) in walked.faults.items():
        yield f"\nFAULT {fault.operation}: {fault.what}, {often} times, as {first.person.role}"
        yield f"  {first.curl()}"
        yield f"  {fault.words}"
    for one, tables in unchanged.culprits:
        yield f"\nCHANGED {', '.join(tables)} by a refused request as {one.person.role}"
        yield f"  {one.curl()}"


def say(text: str) -> None:
    """Progress."""
    print(text, flush=True)


def _plan() -> Plan:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--only", default="", help="operations with these words in their name")
    return Plan(**vars(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
