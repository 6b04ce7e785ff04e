"""`make bench-latency`: how long an order takes at 70 % of what the suite can do.

First a closed loop finds saturation: its lifecycles a second, ramp and tail included, because a
window between them counts what had piled up before. Then an open loop places orders at 70 % of
that, each due at its own moment whatever became of the others. Times are from when an order was
due, so a stall counts for all who had to wait (no coordinated omission). The JSON line has both.
"""

from __future__ import annotations

import argparse
from typing import Any

from tests.bench import running
from tests.bench.measuring import measure
from tests.bench.running import Block
from tests.bench.site import Site, circumstances, ending, prepare, print_result, say, violations

SHARE = 0.7


async def main(orders: int, clients: int, share: float) -> int:
    site = await prepare()
    await running.warm_up(site, clients)
    saturated, accepted = await saturation(site, orders, clients)
    rate = saturated["lifecycles_per_second"] * share
    say(f"open loop: {orders} orders, {rate:.1f} a second")
    relaxed, also_accepted = await measure(site, Block(orders, rate=rate))
    found = await violations(site.suite, [*accepted, *also_accepted])
    print_result(
        {
            **circumstances(),
            "saturation": saturated,
            "share": share,
            "open_loop": relaxed,
            "accept_ms": relaxed["accept_ms"],
            "confirmed_ms": relaxed["confirmed_ms"],
            "completed_ms": relaxed["completed_ms"],
            "invariant_violations": found,
        }
    )
    complete = all(one["ended"] == {"COMPLETED": orders} for one in (saturated, relaxed))
    return 0 if complete and not found else 1


async def saturation(site: Site, orders: int, clients: int) -> tuple[dict[str, Any], list[str]]:
    """A closed loop with many orders under way: more than this the suite cannot do."""
    say(f"closed loop: {orders} orders, {clients} clients")
    return await measure(site, Block(orders, clients))


def _chosen() -> tuple[int, int, float]:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.latency", description=__doc__)
    parser.add_argument("--orders", type=int, default=5_000, help="of each block")
    parser.add_argument("--clients", type=int, default=256)
    parser.add_argument("--share", type=float, default=SHARE)
    chosen = parser.parse_args()
    return chosen.orders, chosen.clients, chosen.share


if __name__ == "__main__":
    ending(main(*_chosen()))
