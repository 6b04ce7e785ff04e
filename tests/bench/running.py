"""A block of orders: the load process places them, and all come as far as they are to come."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.bench import figures
from tests.bench.company import Session
from tests.bench.figures import COMPLETED
from tests.bench.lag import Stalled
from tests.bench.site import Site, say

PATIENCE_SECONDS = 120.0
POLL_SECONDS = 0.05
WARM_UP = 3_000
"""Orders; Kafka's compiler takes half of the broker's time in the first few thousand."""
Report = Mapping[str, Any]
"""What the load process saw (tests.bench.load)."""


@dataclass(frozen=True, slots=True)
class Block:
    """So many orders; with a rate an open loop, else `clients` are under way at any time."""

    orders: int
    clients: int = 256
    rate: float | None = None
    until: str = COMPLETED
    """The event that ends an order's way."""
    baskets: Sequence[Sequence[Mapping[str, Any]]] = ()
    """What is ordered, by chance one of these; else five goods by chance."""


async def warm_up(
    site: Site, clients: int, *, orders: int = WARM_UP, until: str = COMPLETED
) -> Report:
    say(f"warm-up: {orders} orders")
    report, _ = await run(site, Block(orders, clients, until=until))
    return report


async def run(site: Site, block: Block) -> tuple[Report, float]:
    """Place the orders and wait until all are there; what the clients saw, and the seconds."""
    since = datetime.now(UTC)
    began = time.perf_counter()
    report = await placed(
        f"{site.suite.url('gateway')}/api/v1/orders", site.sessions, site.skus, block
    )
    await until_there(site, since, block.until)
    return report, time.perf_counter() - began


async def placed(
    url: str, sessions: Sequence[Session], skus: Sequence[str], block: Block
) -> Report:
    """Let the load process place the orders. Raises Stalled."""
    document = {
        "url": url,
        "skus": list(skus),
        "sessions": [{"cookie": one.cookie, "csrf": one.csrf} for one in sessions],
        "orders": block.orders,
        "clients": block.clients,
        "rate": block.rate,
        "baskets": block.baskets,
    }
    report: Report = await loaded("tests.bench.load", document)
    return report


async def loaded(module: str, document: Mapping[str, Any]) -> Any:
    """Give a load process its plan, and take its report. Raises Stalled."""
    load = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await load.communicate(json.dumps(document).encode())
    if load.returncode:
        raise Stalled("the load process failed")
    return json.loads(out)


async def until_there(site: Site, since: datetime, until: str = COMPLETED) -> None:
    """Wait for the orders that were made after `since`. Raises Stalled when nothing moves."""
    known, moved = -1, time.monotonic()
    while count := await figures.open_orders(site.suite, since, until=until):
        if count != known:
            known, moved = count, time.monotonic()
        if time.monotonic() - moved > PATIENCE_SECONDS:
            raise Stalled(f"{count} orders are not at their end and do not move")
        await asyncio.sleep(POLL_SECONDS)
