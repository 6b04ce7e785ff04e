"""`make bench-hotspots`: many orders at once for the same thing; each outcome is exact.

| case | what stands ready | what must come out |
|---|---|---|
| one SKU | 100 pieces, 500 orders for one | 100 completed, 400 rejected |
| one account | credit for 10 of 500 equal orders | 10 completed, 490 on hold |
| crosswise | two SKUs, ordered as A B or as B A | 500 completed |

No deadlock in any database, and clean books. Every run makes a warehouse and dealers of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from deploy.demo import logins
from deploy.demo.client import Caller, Refused
from deploy.demo.credit_code import credit_code
from deploy.local.suite import Suite
from tests.bench import company, figures, lag, running
from tests.bench.company import LIMIT_MINOR, TERMS, Session
from tests.bench.lag import Stalled
from tests.bench.running import Block
from tests.bench.site import circumstances, ending, print_result, say, started, told, violations

PIECES, ROOM = 100, 10
BUYERS = 20
"""Dealers who order at the same time, where it is not one account that is hot."""
DEADLOCKS = "SELECT sum(deadlocks) FROM pg_stat_database"
STATISTICS_SECONDS = 11.0
"""How long an idle session of PostgreSQL may keep what it counted to itself."""


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    sessions: Sequence[Session]
    baskets: Sequence[Sequence[Mapping[str, Any]]]
    expected: Mapping[str, int]


async def main(orders: int, clients: int) -> int:
    suite = await started()
    cases = await _prepared(suite, orders)
    await told(suite)
    before = await _deadlocks(suite)
    results, accepted = {}, []
    for case in cases:
        results[case.name], order_ids = await _run(suite, case, orders, clients)
        accepted += order_ids
        say(f"{case.name}: {results[case.name]}")
    await asyncio.sleep(STATISTICS_SECONDS)
    deadlocks = await _deadlocks(suite) - before
    found = await violations(suite, accepted)
    exact = all(results[case.name]["ended"] == case.expected for case in cases)
    print_result(
        {
            **circumstances(),
            "orders": orders,
            "clients": clients,
            "cases": results,
            "exact": exact,
            "deadlocks": deadlocks,
            "invariant_violations": found,
        }
    )
    return 0 if exact and not deadlocks and not found else 1


async def _run(
    suite: Suite, case: Case, orders: int, clients: int
) -> tuple[dict[str, Any], list[str]]:
    block = Block(orders, clients, baskets=case.baskets)
    began = time.perf_counter()
    report = await running.placed(f"{suite.url('gateway')}/api/v1/orders", case.sessions, (), block)
    ended = await _at_rest(suite, report["order_ids"], orders)
    wall = time.perf_counter() - began
    told = {
        "orders_per_second": round(orders / wall, 1),
        "accept_ms": figures.percentiles(report["accepted_ms"]),
        "expected": dict(case.expected),
        "ended": ended,
        "answers": report["answers"],
    }
    return told, report["order_ids"]


async def _at_rest(suite: Suite, order_ids: Sequence[str], orders: int) -> dict[str, int]:
    """How the orders stand once nobody has anything left to do for them. Raises Stalled."""
    async with lag.sampler(suite) as sampler:
        await sampler.quiet()
    ended = await figures.ended(suite, order_ids)
    if sum(ended.values()) != orders:
        raise Stalled(f"{orders} orders were accepted, {ended} are known")
    return ended


async def _prepared(suite: Suite, orders: int) -> list[Case]:
    """A warehouse with few goods, and dealers who order from it."""
    known, url = logins.load(suite.var / "demo-logins.json"), suite.url("gateway")
    mark = int(datetime.now(UTC).timestamp()) % 1_000_000
    async with Caller(url, "admin") as admin, Caller(url, "whs") as keeper:
        await admin.log_in(known.password("admin"))
        await keeper.log_in(known.password("whs"))
        scarce, plenty, left, right = (await company.skus(admin))[:4]
        body = {"code": f"HOT-{mark}", "name": f"热点 {mark}", "mode": "DIRECT"}
        house = (await admin.post("/warehouses", body))["warehouse_id"]
        lines = [
            {"sku": scarce, "quantity": PIECES},
            *({"sku": sku, "quantity": 1_000_000} for sku in (plenty, left, right)),
        ]
        await keeper.post("/inbounds", {"warehouse_id": house, "source": "热点", "lines": lines})
        buyers = {
            f"hot{mark}-{number}": (TERMS, LIMIT_MINOR, credit_code("440200", mark + number), house)
            for number in range(BUYERS)
        }
        sessions = await company.opened(url, admin, known, buyers)
        price = await _price(url, f"hot{mark}-0", known.password(f"hot{mark}-0"), plenty)
        poor = {f"poor{mark}": (TERMS, ROOM * price, credit_code("440300", mark), house)}
        narrow = await company.opened(url, admin, known, poor)
    one = [[{"sku": scarce, "quantity": 1}]]
    crosswise = [[left, right], [right, left]]
    return [
        Case("one_sku", sessions, one, {"COMPLETED": PIECES, "REJECTED": orders - PIECES}),
        Case(
            "one_account",
            narrow,
            [[{"sku": plenty, "quantity": 1}]],
            {"COMPLETED": ROOM, "ON_HOLD": orders - ROOM},
        ),
        Case(
            "crosswise",
            sessions,
            [[{"sku": sku, "quantity": 1} for sku in pair] for pair in crosswise],
            {"COMPLETED": orders},
        ),
    ]


async def _price(url: str, login: str, password: str, sku: str) -> int:
    """What one piece costs such a dealer; the news of him takes a moment to get around."""
    async with Caller(url, login) as buyer:
        await buyer.log_in(password)
        async with asyncio.timeout(30):
            while True:
                try:
                    quote = await buyer.post("/quotes", {"lines": [{"sku": sku, "quantity": 1}]})
                except Refused:
                    await asyncio.sleep(0.1)
                else:
                    return int(quote["total_minor"])


async def _deadlocks(suite: Suite) -> int:
    connection = await asyncpg.connect(suite.superuser_dsn)
    try:
        return int(await connection.fetchval(DEADLOCKS))
    finally:
        await connection.close()


def _chosen() -> tuple[int, int]:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hotspots", description=__doc__)
    parser.add_argument("--orders", type=int, default=500, help="of each case")
    parser.add_argument("--clients", type=int, default=500, help="at the same time")
    chosen = parser.parse_args()
    return chosen.orders, chosen.clients


if __name__ == "__main__":
    ending(main(*_chosen()))
