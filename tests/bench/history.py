"""A long history for the benchmarks: the newest finished orders on credit, over and over."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from deploy import history
from deploy.history import Copy, Numbers, Original
from deploy.local.suite import Suite
from tests.bench.lag import Stalled
from tests.bench.site import say

ORIGINALS_MAX = 1_000
NEWEST, OLDEST = timedelta(days=16), timedelta(days=80)
"""How far back the copies lie."""


async def load(suite: Suite, orders: int) -> None:
    """Add so many finished orders to every database. Raises Stalled."""
    originals = await history.originals(suite, ORIGINALS_MAX, paid=False)
    if not originals:
        raise Stalled("there is no finished order to copy: run `make bench` first")
    numbers = await history.numbers(suite)
    copies = list(_copies(originals, orders, numbers))
    say(f"{len(copies)} finished orders: copies of {len(originals)}")
    for service, (rows, seconds) in (
        await history.add(suite, originals, copies, numbers, _tell)
    ).items():
        say(f"{service}: {rows} rows in {seconds:.0f} s")


def _copies(originals: Sequence[Original], orders: int, numbers: Numbers) -> Iterator[Copy]:
    """All originals again and again, evenly over the past, the oldest first."""
    now, chance = datetime.now(UTC), random.Random(time.time_ns())
    for copy in range(orders):
        original = originals[place := copy % len(originals)]
        began = now - OLDEST + (OLDEST - NEWEST) * copy / orders
        mask = chance.getrandbits(47)
        yield Copy(
            *(place, began, 1.0, mask, f"{original.number}-{mask >> 15:x}"),
            numbers.take(original.shipment_number, began),
            numbers.take(original.invoice_number, began),
            receipt_number=None,
        )


def _tell(service: str, done: int, of: int) -> None:
    if service in ("orders", "reports"):
        say(f"{service}: {done} of {of}")
