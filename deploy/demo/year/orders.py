"""A few hundred real orders, through the public API: what a year is made of."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.demo.client import Caller, Json
from deploy.demo.company import Dealer, Product
from deploy.demo.stage import Stage
from deploy.demo.year.progress import Bar

HOUSE = "ZF"
"""What the factory sends itself needs nobody in a warehouse."""
PER_DEALER = (10, 30)
"""Orders of the smallest and of the largest."""
LINES = (2, 9)
QUANTITIES = {"PROVINCE": 40, "CITY": 15, "COUNTY": 6}
"""At most, of one line."""
AT_ONCE = 12
PATIENCE_ROUNDS, POLL_SECONDS = 300, 0.2


class NotFinished(Exception):
    """An order did not come to its end."""


@dataclass(frozen=True, slots=True)
class Work:
    """Everybody who takes part, logged in."""

    stage: Stage
    finance: Caller
    bar: Bar


def buyers(dealers: Sequence[Dealer], chance: random.Random) -> list[Dealer]:
    """Those of the factory's house, in the order of their size."""
    found = [one for one in dealers if one.warehouse == HOUSE]
    ranks = {"PROVINCE": 0, "CITY": 1, "COUNTY": 2}
    return sorted(found, key=lambda one: ranks[one.tier] + chance.random() * 1.5)


def wanted(dealers: Sequence[Dealer]) -> list[Dealer]:
    """The dealer of each order that is to be placed."""
    least, most = PER_DEALER
    step = (most - least) / max(len(dealers) - 1, 1)
    counts = [round(most - step * rank) for rank in range(len(dealers))]
    return [dealer for dealer, count in zip(dealers, counts, strict=True) for _ in range(count)]


async def place_all(work: Work, dealers: Sequence[Dealer], chance: random.Random) -> None:
    """Each from its beginning to its payment. Raises NotFinished, Refused."""
    slots = asyncio.Semaphore(AT_ONCE)
    products = list(work.stage.loaded.company.products)

    async def live(dealer: Dealer) -> None:
        lines = basket(products, QUANTITIES[dealer.tier], chance)
        async with slots:
            await _whole_life(work, dealer, lines)
        work.bar.step()

    await asyncio.gather(*map(live, dealers))


def basket(products: Sequence[Product], most: int, chance: random.Random) -> list[Json]:
    """Some goods more often than others: a few sell well."""
    count = chance.randint(*LINES)
    chosen = {int(len(products) * chance.random() ** 2) for _ in range(count)}
    return [
        {"sku": products[place].sku, "quantity": chance.randint(1, most)}
        for place in sorted(chosen)
    ]


async def _whole_life(work: Work, dealer: Dealer, lines: list[Json]) -> None:
    salesperson = await work.stage.caller(dealer.salesperson)
    dealer_id = work.stage.loaded.dealers[dealer.credit_code]
    placed = await salesperson.post("/orders", {"dealer_id": dealer_id, "lines": lines})
    path = f"/orders/{placed['order_id']}"
    await _until(salesperson, path, "PENDING_CONFIRMATION")
    await salesperson.post(f"{path}/confirm")
    if dealer.terms["kind"] == "PREPAID":
        order = await _until(salesperson, path, "CONFIRMED")
        await _pay(work, order)
        await _until(salesperson, path, "COMPLETED")
    else:
        await _pay(work, await _until(salesperson, path, "COMPLETED"))


async def _until(caller: Caller, path: str, status: str) -> Json:
    """Raises NotFinished."""
    for _ in range(PATIENCE_ROUNDS):
        order = await caller.get(path)
        if order["status"] == status:
            return order
        await asyncio.sleep(POLL_SECONDS)
    raise NotFinished(f"{order['number']} is {order['status']} instead of {status}")


async def _pay(work: Work, order: Json) -> None:
    amount = order["total_minor"]
    body = {
        "dealer_id": order["dealer_id"],
        "amount_minor": amount,
        "method": "BANK_TRANSFER",
        "reference": order["number"],
        "note": "货款",
        "allocations": [{"order_id": order["order_id"], "amount_minor": amount}],
    }
    await work.finance.post("/payments", body)
