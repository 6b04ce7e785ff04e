"""`make bench-growth`: what an order costs when few have gone before it, and when many have.

Blocks of orders are measured in a suite with at least 1,000 finished orders; then history is loaded
(tests.bench.history) and blocks are measured again. `ratio` is the CPU of an order with the history
by that without it, by process and in all; of several blocks the median counts. `make verify` must
be clean at the end. Use it on a suite of its own: the history stays.

`--memory 20000` instead runs three blocks of so many orders and prints what memory every process
has before the first and after each.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench import accounting, figures, history, running
from tests.bench.measuring import measure
from tests.bench.running import Block
from tests.bench.site import Site, circumstances, ending, prepare, print_result, say, violations

FIRST = 1_000
"""Finished orders that there are before anything is measured."""
MEMORY_RUNS = 3
RATIO_MAX = 1.1


@dataclass(frozen=True, slots=True)
class Plan:
    finished: int
    orders: int
    blocks: int
    clients: int
    memory: int | None


async def main(plan: Plan) -> int:
    site = await prepare()
    accepted: list[str] = []
    await _first_orders(site, plan, accepted)
    told = (
        await _grown(site, plan, accepted)
        if plan.memory is None
        else await _remembering(site, plan.memory, plan.clients, accepted)
    )
    found = await violations(site.suite, accepted)
    print_result({**circumstances(), **told, "invariant_violations": found})
    return 1 if found or not told.get("flat", True) else 0


async def _first_orders(site: Site, plan: Plan, accepted: list[str]) -> None:
    """Warm up, with as many orders as are wanting."""
    orders = max(running.WARM_UP, FIRST - await figures.finished(site.suite))
    report = await running.warm_up(site, plan.clients, orders=orders)
    accepted += report["order_ids"]


async def _grown(site: Site, plan: Plan, accepted: list[str]) -> dict[str, Any]:
    few = await _size(site, plan, accepted)
    wanting = plan.finished - await figures.finished(site.suite)
    if wanting > 0:
        await history.load(site.suite, wanting)
    report = await running.warm_up(site, plan.clients)
    accepted += report["order_ids"]
    many = await _size(site, plan, accepted)
    ratios = {
        name: round(many["cpu_ms"][name] / before, 3)
        for name, before in few["cpu_ms"].items()
        if before
    }
    print("\n".join(_table(few, many, ratios)))
    return {
        "orders": plan.orders,
        "blocks": plan.blocks,
        "few": few,
        "many": many,
        "ratios": ratios,
        "ratio": ratios["in all"],
        "flat": ratios["in all"] <= RATIO_MAX,
    }


async def _size(site: Site, plan: Plan, accepted: list[str]) -> dict[str, Any]:
    """The cost of an order now: by process, and how many a second."""
    finished = await figures.finished(site.suite)
    measured = []
    for number in range(plan.blocks):
        say(f"{finished} finished orders: block {number + 1} of {plan.blocks}")
        figured, own = await measure(site, Block(plan.orders, plan.clients))
        measured.append(figured)
        accepted += own
    names = measured[0]["cpu_seconds_per_order"]
    cpu_ms = {
        name: _median([one["cpu_seconds_per_order"][name] * 1_000 for one in measured])
        for name in names
    }
    return {
        "finished": finished,
        "finished_afterwards": await figures.finished(site.suite),
        "cpu_ms": {**cpu_ms, "in all": _median([one["cpu_ms_in_all"] for one in measured])},
        "lifecycles_per_second": _median([one["steady_lifecycles_per_second"] for one in measured]),
    }


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 3)


def _table(few: dict[str, Any], many: dict[str, Any], ratios: dict[str, float]) -> list[str]:
    return [
        f"| CPU per order | {few['finished']:,} finished | {many['finished']:,} finished | ratio |",
        "|---|---|---|---|",
        *(
            f"| {name} | {few['cpu_ms'][name]:.2f} ms | {many['cpu_ms'][name]:.2f} ms "
            f"| {ratio:.2f} |"
            for name, ratio in ratios.items()
        ),
    ]


async def _remembering(
    site: Site, orders: int, clients: int, accepted: list[str]
) -> dict[str, Any]:
    """Resident memory of every process before the first run and after each."""
    seen = [accounting.memory_mib(site.suite.run)]
    for number in range(MEMORY_RUNS):
        say(f"memory: run {number + 1} of {MEMORY_RUNS}, {orders} orders")
        _, own = await measure(site, Block(orders, clients))
        accepted += own
        seen.append(accounting.memory_mib(site.suite.run))
    runs = " | ".join(f"after run {number + 1}" for number in range(MEMORY_RUNS))
    print(f"| MiB | before | {runs} |\n|---|{'---|' * (MEMORY_RUNS + 1)}")
    for name in seen[0]:
        print(f"| {name} | {' | '.join(str(one[name]) for one in seen)} |")
    return {"orders": orders, "runs": MEMORY_RUNS, "memory_mib": seen}


def _chosen() -> Plan:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth", description=__doc__)
    parser.add_argument("--finished", type=int, default=100_000, help="orders with the history")
    parser.add_argument("--orders", type=int, default=3_000, help="of each block")
    parser.add_argument("--blocks", type=int, default=3, help="at each size")
    parser.add_argument("--clients", type=int, default=256)
    parser.add_argument("--memory", type=int, metavar="ORDERS", help="three runs of so many")
    return Plan(**vars(parser.parse_args()))


if __name__ == "__main__":
    ending(main(_chosen()))
