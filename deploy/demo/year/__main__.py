"""`make demo-year`: twelve months of plausible business in the demo company, within minutes.

A few hundred orders are placed, confirmed, shipped and paid through the public API; they are then
copied over the past year by its seasons and by the very different sizes of the dealers
(deploy.history). The books hold: `make verify` after it. A second run adds as many again.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from uuid import UUID

from deploy import history
from deploy.demo import logins, opening
from deploy.demo.client import Caller, Refused, Unreachable
from deploy.demo.company import Dealer
from deploy.demo.loader import NotLoaded
from deploy.demo.logins import Logins
from deploy.demo.stage import Stage
from deploy.demo.steps import yuan
from deploy.demo.year import orders, seasons
from deploy.demo.year.orders import NotFinished, Work
from deploy.demo.year.progress import Bar
from deploy.local import control
from deploy.local.suite import APPLICATIONS, GATEWAY, Suite, here

SEED = 20_261_125
ENDED_AGO = timedelta(days=16)
"""Messages that are younger, an inbox would have to know."""
ORIGINALS_MAX = 5_000
BAR_WIDTH = 40
LARGEST = 7
HOPELESS = (
    control.NotUp,
    opening.NoAdministrator,
    NotLoaded,
    NotFinished,
    Refused,
    Unreachable,
)


def main() -> int:
    began, asked = time.monotonic(), _arguments()
    suite = here()
    try:
        control.up(suite)
        known = logins.load(opening.logins_file(suite, None))
        asyncio.run(_a_year(suite, known, asked.orders))
    except HOPELESS as fault:
        print(f"\nYEAR FAILED {type(fault).__name__}: {fault}", flush=True)
        return 1
    print(f"YEAR OK orders={asked.orders} seconds={time.monotonic() - began:.0f}")
    return 0


async def _a_year(suite: Suite, known: Logins, wanted: int) -> None:
    chance = random.Random(SEED)
    async with AsyncExitStack() as stack:
        loaded = await opening.load(suite.url(GATEWAY), known, suite)
        stage = Stage(suite.url(GATEWAY), known, loaded, stack)
        buyers = orders.buyers(loaded.company.dealers, chance)
        await _place(stage, buyers, chance)
        shares = seasons.sizes([UUID(loaded.dealers[one.credit_code]) for one in buyers])
        await _copy(suite, shares, wanted, chance)
        await _show(await stage.caller(opening.ADMIN))


async def _place(stage: Stage, buyers: Sequence[Dealer], chance: random.Random) -> None:
    print("\n真实订单  ·  Real orders of the factory's dealers", flush=True)
    for login in {dealer.salesperson for dealer in buyers}:
        await stage.caller(login)
    placed = orders.wanted(buyers)
    work = Work(stage, await stage.caller("fin"), Bar("订单 orders", len(placed)))
    await orders.place_all(work, placed, chance)


async def _copy(
    suite: Suite, shares: Mapping[UUID, float], wanted: int, chance: random.Random
) -> None:
    """Over the year; what belongs to a dealer of another house is not of this year."""
    print("\n铺满一年  ·  Spread over the year", flush=True)
    found = await history.originals(suite, ORIGINALS_MAX, paid=True)
    originals = [one for one in found if one.dealer_id in shares]
    numbers = await history.numbers(suite)
    placed = seasons.moments(wanted, datetime.now(UTC) - ENDED_AGO, chance)
    first = max(seasons.FIRST_NUMBER, await history.highest_order_number(suite) + 1)
    varied = random.Random(time.time_ns())
    copies = list(seasons.plan(originals, shares, placed, numbers, first, varied))
    bar = Bar("订单 × 服务 orders × services", wanted * len(APPLICATIONS))
    done = dict.fromkeys(APPLICATIONS, 0)

    def tell(service: str, so_far: int, _: int) -> None:
        bar.step(so_far - done[service])
        done[service] = so_far

    await history.add(suite, originals, copies, numbers, tell)


async def _show(admin: Caller) -> None:
    """The year as the reports tell it."""
    ending = datetime.now(UTC).date()
    first = ending - seasons.YEAR
    print("\n月度销售  ·  Sales by month", flush=True)
    rows = await admin.rows("/reports/daily-sales", first_day=first, last_day=ending, by="day")
    months: Counter[str] = Counter()
    for row in rows:
        months[row["day"][:7]] += row["gross_minor"]
    _show_bars(sorted(months.items()))

    print("\n最大与最小的经销商  ·  The largest dealers, and the smallest", flush=True)
    rows = await admin.rows("/reports/daily-sales", first_day=first, last_day=ending, by="dealer")
    dealers: Counter[str] = Counter()
    for row in rows:
        dealers[row["dealer"]] += row["gross_minor"]
    ranked = dealers.most_common()
    _show_bars([*ranked[:LARGEST], ranked[-1]])

    print("\n订单漏斗  ·  The way of an order, median hours since the step before", flush=True)
    since = datetime.now(UTC) - seasons.YEAR
    for step in (await admin.get("/reports/order-funnel", since=since.isoformat()))["steps"]:
        if step["orders"]:
            hours = (step["waited_median_seconds"] or 0) / 3_600
            print(f"  {step['orders']:>8,}  {hours:6.1f} h  {step['label_zh']} {step['label_en']}")


def _show_bars(amounts: Sequence[tuple[str, int]]) -> None:
    most = max((minor for _, minor in amounts), default=1)
    for name, minor in amounts:
        print(f"  {'█' * (BAR_WIDTH * minor // most):<{BAR_WIDTH}}  {yuan(minor):>18}  {name}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.demo.year", description=__doc__)
    parser.add_argument("--orders", type=int, default=24_000, help="of the year (24000)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
