"""`make bench-limit`: how far the suite is from what this machine can move.

The bare pipeline moves what the suite moves for an order: as many messages with the same bodies
through the same broker, as many rows of the same width through the same PostgreSQL, over as many
hops to as many readers in as many processes, with the chassis' own outbox, relay and consumption.
What it leaves out is the work: rules, models, saga, other indexes, telemetry, the gateway's hop.

Blocks of both alternate, each about as long as asked for; the first pair is dropped. Throughput is
orders by the time from the first request until the last order is done. `ratio` is the median over
pairs of the suite's throughput by the bare pipeline's, with a bootstrap interval of 95 %;
`steady_ratio` is the same without the ramp and the tail of each block (figures.steady_rate), and
`cpu_ratio` compares what an order costs. A run in which a row or message is missing is void.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deploy.demo.client import Refused, Unreachable
from tests.bench import accounting, figures, lag, running
from tests.bench.figures import COMPLETED
from tests.bench.lag import Sampler, Stalled
from tests.bench.limit import pipeline, shape
from tests.bench.limit.pipeline import Pipeline
from tests.bench.limit.shape import Shape
from tests.bench.running import Block
from tests.bench.site import Site, circumstances, prepare, print_result, say, violations

WARM_UP = 500
SETTLE_SECONDS = 5.0
"""Until the consumers of the bare pipeline have their partitions."""
RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Plan:
    pairs: int
    seconds: float
    clients: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one block."""

    orders: int
    per_second: float
    steady_per_second: float
    cpu_ms: float
    """Per order, servers and load included."""
    accepted: Sequence[str] = ()


@dataclass(slots=True)
class Both:
    """The two that are compared, ready."""

    site: Site
    bare: Pipeline
    suite_lag: Sampler
    bare_lag: Sampler
    bare_orders: int = 0

    async def suite_block(self, orders: int, clients: int) -> Outcome:
        await self.suite_lag.quiet()
        before = accounting.cpu_seconds(self.site.suite.run)
        report, wall = await running.run(self.site, Block(orders, clients))
        await self.suite_lag.quiet()
        used = accounting.used(before, accounting.cpu_seconds(self.site.suite.run))
        cpu_ms = (sum(used.values()) + report["cpu_seconds"]) / orders * 1_000
        times = await figures.times(self.site.suite, report["order_ids"], COMPLETED)
        steady = figures.steady_rate(times.values())
        return Outcome(orders, orders / wall, steady, cpu_ms, report["order_ids"])

    async def bare_block(self, orders: int, clients: int) -> Outcome:
        await self.bare_lag.quiet()
        before, began = self._bare_cpu(), time.perf_counter()
        report = await running.placed(
            self.bare.url, self.site.sessions, self.site.skus, Block(orders, clients)
        )
        self.bare_orders += len(report["order_ids"])
        await self.bare.until_done()
        wall = time.perf_counter() - began
        await self.bare_lag.quiet()
        used = accounting.used(before, self._bare_cpu())
        cpu_ms = (sum(used.values()) + report["cpu_seconds"]) / orders * 1_000
        dsn = self.bare.databases[pipeline.INTAKE]
        times = await figures.times_in(dsn, report["order_ids"], COMPLETED)
        return Outcome(orders, orders / wall, figures.steady_rate(times.values()), cpu_ms)

    def _bare_cpu(self) -> dict[str, float]:
        suite = accounting.cpu_seconds(self.site.suite.run)
        return {**self.bare.cpu_seconds(), **{f"the {one}": suite[one] for one in SHARED}}


SHARED = ("postgres", "kafka")


async def main(plan: Plan) -> int:
    site = await prepare()
    say(f"the suite warms up, and shows what an order moves: {WARM_UP} orders")
    moved = await shape.measured(site, WARM_UP)
    say(f"an order: {moved.messages} messages of {moved.body_bytes} bytes, {moved.rows} rows")
    accepted: list[str] = []
    async with (
        pipeline.running(site.suite, moved) as bare,
        lag.sampler(site.suite) as suite_lag,
        lag.sampler_of(site.suite.bootstrap_servers, bare.cell, bare.databases) as bare_lag,
    ):
        await asyncio.sleep(SETTLE_SECONDS)
        both = Both(site, bare, suite_lag, bare_lag)
        pairs = await _pairs(both, plan, accepted)
        missing = await bare.missing(both.bare_orders, moved)
    found = await violations(site.suite, accepted)
    print_result({**_told(plan, moved, pairs), "missing": missing, "invariant_violations": found})
    return 1 if missing or found else 0


async def _pairs(both: Both, plan: Plan, accepted: list[str]) -> list[tuple[Outcome, Outcome]]:
    """Warm up, find how many orders fill a block, then alternate; the first pair is dropped."""
    bare = await both.bare_block(WARM_UP, plan.clients)
    suite = await both.suite_block(WARM_UP, plan.clients)
    accepted += suite.accepted
    pairs = []
    for number in range(plan.pairs + 1):
        bare = await both.bare_block(_filling(bare, plan), plan.clients)
        suite = await both.suite_block(_filling(suite, plan), plan.clients)
        accepted += suite.accepted
        say(
            f"pair {number}: bare {bare.per_second:.0f}/s at {bare.cpu_ms:.2f} ms, "
            f"suite {suite.per_second:.0f}/s at {suite.cpu_ms:.2f} ms, "
            f"ratio {suite.per_second / bare.per_second:.3f}{'' if number else ' (dropped)'}"
        )
        pairs.append((suite, bare))
    return pairs[1:]


def _filling(last: Outcome, plan: Plan) -> int:
    """How many orders a block needs to last, by how the last one went."""
    return max(100, round(last.per_second * plan.seconds))


def _told(plan: Plan, moved: Shape, pairs: Sequence[tuple[Outcome, Outcome]]) -> dict[str, Any]:
    ratios = [suite.per_second / bare.per_second for suite, bare in pairs]
    steady = [suite.steady_per_second / bare.steady_per_second for suite, bare in pairs]
    costs = [bare.cpu_ms / suite.cpu_ms for suite, bare in pairs]
    return {
        **circumstances(),
        "pairs": len(pairs),
        "block_seconds": plan.seconds,
        "clients": plan.clients,
        "messages_per_order": moved.messages,
        "body_bytes_per_order": moved.body_bytes,
        "rows_per_order": moved.rows,
        "suite_per_second": [round(suite.per_second, 1) for suite, _ in pairs],
        "bare_per_second": [round(bare.per_second, 1) for _, bare in pairs],
        "suite_cpu_ms_per_order": round(statistics.median(s.cpu_ms for s, _ in pairs), 2),
        "bare_cpu_ms_per_order": round(statistics.median(b.cpu_ms for _, b in pairs), 2),
        "cpu_ratio": round(statistics.median(costs), 3),
        "steady_ratio": round(statistics.median(steady), 3),
        "steady_ratio_interval": interval(steady),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_interval": interval(ratios),
    }


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Where the median lies in 95 of 100 resamples."""
    chance = random.Random(7)
    medians = sorted(
        statistics.median(chance.choices(values, k=len(values))) for _ in range(RESAMPLES)
    )
    return round(medians[RESAMPLES // 40], 3), round(medians[-RESAMPLES // 40 - 1], 3)


def _chosen() -> Plan:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.limit", description=__doc__)
    parser.add_argument("--pairs", type=int, default=7, help="that count; one more is dropped")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of a block")
    parser.add_argument("--clients", type=int, default=256)
    return Plan(**vars(parser.parse_args()))


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main(_chosen())))
    except (Stalled, Refused, Unreachable) as fault:
        sys.exit(f"bench: {fault}")
