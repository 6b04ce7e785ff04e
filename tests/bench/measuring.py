"""A block of orders, and all that is to be said of it."""

from __future__ import annotations

from typing import Any

from tests.bench import accounting, figures, lag, running
from tests.bench.figures import COMPLETED, CONFIRMED, percentiles, steady_rate
from tests.bench.running import Block, Report
from tests.bench.site import Site


async def measure(site: Site, block: Block) -> tuple[dict[str, Any], list[str]]:
    """The figures of a block, and the orders that the clients saw accepted."""
    suite = site.suite
    async with lag.sampler(suite) as sampler:
        await sampler.quiet()
        cpu, counts = accounting.cpu_seconds(suite.run), await figures.counts(suite)
        async with lag.watched(sampler) as seen:
            report, wall = await running.run(site, block)
            # Who only listens has not caught up yet; that is part of an order's cost.
            await sampler.quiet()
        used = accounting.used(cpu, accounting.cpu_seconds(suite.run))
        now = await figures.counts(suite)
    per_order = {
        name: round(seconds / block.orders, 6)
        for name, seconds in {**used, "load": report["cpu_seconds"]}.items()
    }
    figured = {
        "orders": block.orders,
        "clients": None if block.rate else block.clients,
        "rate": block.rate,
        "wall_seconds": round(wall, 2),
        **await _rates(site, block, report, wall),
        "cpu_seconds_per_order": per_order,
        "cpu_ms_in_all": round(sum(per_order.values()) * 1_000, 2),
        "messages_per_order": round((now.messages - counts.messages) / block.orders, 2),
        "transactions_per_order": round((now.transactions - counts.transactions) / block.orders, 2),
        "lag": seen.told(),
        "memory_mib": accounting.memory_mib(suite.run),
        "answers": report["answers"],
        "ended": await figures.ended(suite, report["order_ids"]),
    }
    return figured, report["order_ids"]


async def _rates(site: Site, block: Block, report: Report, wall: float) -> dict[str, Any]:
    """How many a second, and how long each took from when it was due."""
    order_ids = report["order_ids"]
    due = dict(zip(order_ids, report["due_at"], strict=True))
    confirmed = await figures.times(site.suite, order_ids, CONFIRMED)
    told = {
        "accepted_per_second": round(block.orders / (report["ended"] - report["began"]), 1),
        "confirmed_per_second": steady_rate(confirmed.values()),
        "accept_ms": percentiles(report["accepted_ms"]),
        "confirmed_ms": percentiles((at - due[one]) * 1_000 for one, at in confirmed.items()),
    }
    if block.until == COMPLETED:
        completed = await figures.times(site.suite, order_ids, COMPLETED)
        told |= {
            "lifecycles_per_second": round(len(completed) / wall, 1),
            "steady_lifecycles_per_second": steady_rate(completed.values()),
            "completed_ms": percentiles((at - due[one]) * 1_000 for one, at in completed.items()),
        }
    return told
