"""Reads the file and the gateway, and lets every checker judge."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.demo.client import Caller
from tests.history import orders, sums
from tests.history.findings import Finding
from tests.history.opening import Opening, opening_of
from tests.history.picture import Looker, Picture
from tests.history.record import Operation, read

SETTLE_SECONDS, POLL_SECONDS = 120.0, 2.0


async def check(
    path: Path | str, caller: Caller, *, settle_seconds: float = SETTLE_SECONDS
) -> list[Finding]:
    """What the history violates; `caller` may read all orders, stock and accounts.

    News is on its way between services, so what is wrong now may be right in a moment: it looks
    again until nothing is wrong, or for `settle_seconds`. Raises NoOpening, Refused, Unreachable.
    """
    operations = read(path)
    opening = opening_of(operations)
    looker, clock = Looker(caller), asyncio.get_running_loop().time
    deadline = clock() + settle_seconds
    while True:
        findings = list(judge(operations, opening, await look(looker, opening)))
        if not findings or clock() > deadline:
            return findings
        await asyncio.sleep(POLL_SECONDS)


def judge(operations: Sequence[Operation], opening: Opening, now: Picture) -> Iterator[Finding]:
    """All checkers; pure, so that a planted bad history shows that each of them sees."""
    if not any(operation.op == orders.SUBMIT for operation in operations):
        yield Finding("lost", "the history", "nobody submitted anything: this proves nothing")
    yield from orders.lost(operations, now)
    yield from orders.duplicate(operations, opening, now)
    yield from orders.unasked(operations, opening, now)
    yield from sums.oversold(opening, now)
    yield from sums.ledger(opening, now)
    yield from orders.order_per_key(operations, now)
    yield from orders.saga_terminal(opening, now)


async def look(looker: Looker, opening: Opening) -> Picture:
    """The books as they stand now."""
    summaries = await looker.summaries(opening.order_id)
    return Picture(
        orders=await looker.orders([*summaries, *opening.orders.values()]),
        timelines=await looker.timelines(summaries),
        put_backs=await looker.put_backs(),
        stock=await looker.stock(),
        accounts=await looker.accounts(),
        invoices=await looker.invoices(opening.invoice_id),
        inbounds=await looker.inbounds(opening.inbound_ids),
        payments=await looker.payments(opening.payment_id),
    )


def counts(operations: Sequence[Operation]) -> str:
    """How many requests of each kind ended how, in words."""
    seen = Counter((operation.op, operation.outcome.value) for operation in operations)
    return ", ".join(f"{count} {op} {outcome}" for (op, outcome), count in sorted(seen.items()))
