"""`make bench ORDERS=2000`: place orders, wait for their ends, print one JSON line last.

The suite is started if it does not run, and stays up; the books are verified at the end. `RATE=400`
makes it an open loop of so many orders a second; else `CLIENTS` orders are under way at any time.
`UNTIL=confirmed` lets the orders wait for their deposit once they are confirmed.

`lifecycles_per_second` counts from the first request to the last completed order. What is called
steady, and `confirmed_per_second`, counts the orders between the tenth and the ninetieth per cent,
by when they were completed or confirmed, and divides by the time between these two. Times are from
when an order was due.
"""

from __future__ import annotations

import argparse

from tests.bench import company, running, statements
from tests.bench.figures import COMPLETED, CONFIRMED
from tests.bench.measuring import measure
from tests.bench.profiling import profiled
from tests.bench.running import Block
from tests.bench.site import circumstances, ending, prepare, print_result, say, violations

STATEMENTS = 1_000
UNTIL = {"completed": COMPLETED, "confirmed": CONFIRMED}
DEALERS = {COMPLETED: company.ON_CREDIT, CONFIRMED: company.ON_DEPOSIT}


async def main(block: Block, profile: str | None) -> int:
    site = await prepare(DEALERS[block.until])
    await running.warm_up(site, block.clients, until=block.until)
    say(f"measuring: {block.orders} orders")
    async with profiled(site.suite, profile):
        result, accepted = await measure(site, block)
    counting = Block(min(STATEMENTS, block.orders), block.clients, until=block.until)
    say(f"counting statements: {counting.orders} orders")
    result["statements_per_order"] = await statements.per_order(site, counting)
    result["invariant_violations"] = await violations(site.suite, accepted)
    print_result({**circumstances(), **result})
    there = sum(result["ended"].get(word, 0) for word in ("CONFIRMED", "COMPLETED"))
    return 0 if there == block.orders and not result["invariant_violations"] else 1


def _chosen() -> tuple[Block, str | None]:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--clients", type=int, default=256)
    parser.add_argument("--rate", type=float, default=None)
    parser.add_argument("--until", choices=UNTIL, default="completed")
    parser.add_argument("--profile", metavar="SERVICE", default=None)
    chosen = parser.parse_args()
    block = Block(chosen.orders, chosen.clients, chosen.rate, UNTIL[chosen.until])
    return block, chosen.profile


if __name__ == "__main__":
    ending(main(*_chosen()))
