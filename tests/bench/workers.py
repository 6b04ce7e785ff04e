"""`make bench-workers`: a second worker of each service in turn, beside the running suite.

The second one is a child of the benchmark with a name of its own in the consumer group, so the
broker gives it half of the partitions. For each service a block of orders is run with one worker,
and one with two; then the second is stopped as an operator would, and the next block waits until
the broker has taken its place in the group away. A table, then one JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psutil
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local import servers
from deploy.local.suite import APPLICATIONS, CELL, ROOT, Suite, application
from tests.bench import running
from tests.bench.lag import Stalled
from tests.bench.measuring import measure
from tests.bench.running import Block
from tests.bench.site import Site, circumstances, ending, prepare, print_result, say, violations

REBALANCE_SECONDS_MAX = 120.0
"""A static member that left is missed after its session has run out, 45 seconds."""
HEAD = (
    "| service | lifecycles/s, 1 worker | 2 workers | by | CPU per order, 1 worker | 2 workers "
    "| of the service itself, 1 worker | 2 workers |\n|---|---|---|---|---|---|---|---|"
)
Row = dict[str, Any]


async def main(services: Sequence[str], orders: int, clients: int) -> int:
    site = await prepare()
    await running.warm_up(site, clients)
    rows: list[Row] = []
    accepted: list[str] = []
    for service in services:
        say(f"{service}: {orders} orders with one worker, then with two")
        rows.append(await _compared(site, service, Block(orders, clients), accepted))
        say(_line(rows[-1]))
    found = await violations(site.suite, accepted)
    print("\n".join([HEAD, *map(_line, rows)]))
    print_result(
        {**circumstances(), "orders": orders, "workers": rows, "invariant_violations": found}
    )
    return 1 if found else 0


async def _compared(site: Site, service: str, block: Block, accepted: list[str]) -> Row:
    one, own = await measure(site, block)
    accepted += own
    async with _second(site.suite, service) as process:
        before = process.cpu_times()
        two, own = await measure(site, block)
        accepted += own
        after = process.cpu_times()
    second_ms = (sum(after[:2]) - sum(before[:2])) / block.orders * 1_000
    itself = one["cpu_seconds_per_order"][service] * 1_000
    both = two["cpu_seconds_per_order"][service] * 1_000 + second_ms
    return {
        "service": service,
        "one_per_second": one["lifecycles_per_second"],
        "two_per_second": two["lifecycles_per_second"],
        "one_cpu_ms": one["cpu_ms_in_all"],
        "two_cpu_ms": round(two["cpu_ms_in_all"] + second_ms, 2),
        "itself_one_cpu_ms": round(itself, 2),
        "itself_two_cpu_ms": round(both, 2),
    }


def _line(row: Row) -> str:
    by = row["two_per_second"] / row["one_per_second"] if row["one_per_second"] else 0.0
    return (
        f"| {row['service']} | {row['one_per_second']:.0f} | {row['two_per_second']:.0f} "
        f"| {by:.2f} | {row['one_cpu_ms']:.2f} ms | {row['two_cpu_ms']:.2f} ms "
        f"| {row['itself_one_cpu_ms']:.2f} ms | {row['itself_two_cpu_ms']:.2f} ms |"
    )


@asynccontextmanager
async def _second(suite: Suite, service: str) -> AsyncGenerator[psutil.Process]:
    """A second worker of the service; inside the block it has its share of the partitions."""
    program = application(suite, service)
    prefix = service.upper()
    environment = {
        **program.environment,
        f"{prefix}_INSTANCE": f"bench-{os.getpid()}",
        f"{prefix}_PORT": str(servers.free_port()),
    }
    with (suite.log / f"{service}-second.log").open("ab") as log:
        worker = await asyncio.create_subprocess_exec(
            *program.argv, "worker", cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    async with _broker(suite) as broker:
        try:
            await _until_members(broker, service, 2)
            yield psutil.Process(worker.pid)
        finally:
            if worker.returncode is None:
                worker.terminate()
            await worker.wait()
            await _until_members(broker, service, 1)


async def _until_members(broker: AIOKafkaAdminClient, service: str, count: int) -> None:
    """The group has so many members, and all know their partitions. Raises Stalled."""
    deadline = time.monotonic() + REBALANCE_SECONDS_MAX
    seen: tuple[str, int] | None = None
    while seen != ("Stable", count):
        if time.monotonic() > deadline:
            raise Stalled(f"the group of {service} does not come to {count} members: {seen}")
        await asyncio.sleep(0.2)
        try:
            (answer,) = await broker.describe_consumer_groups([f"{CELL}.{service}"])
        except KafkaError as refusal:
            if not refusal.retriable:
                raise
            continue
        for _, _, state, _, _, members, *_ in answer.groups:
            seen = state, len(members)


@asynccontextmanager
async def _broker(suite: Suite) -> AsyncGenerator[AIOKafkaAdminClient]:
    broker = AIOKafkaAdminClient(bootstrap_servers=suite.bootstrap_servers)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.close()


def _chosen() -> tuple[list[str], int, int]:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.workers", description=__doc__)
    parser.add_argument("--services", nargs="+", choices=APPLICATIONS, default=list(APPLICATIONS))
    parser.add_argument("--orders", type=int, default=3_000, help="of each block")
    parser.add_argument("--clients", type=int, default=256)
    chosen = parser.parse_args()
    return chosen.services, chosen.orders, chosen.clients


if __name__ == "__main__":
    ending(main(*_chosen()))
