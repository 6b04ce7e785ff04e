"""How the books stand before the first request: what all later sums start from."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from deploy.demo.client import Caller, Json
from tests.history.picture import Looker, Shelf, at_rest
from tests.history.record import Facts, History, Operation, Outcome

OPENING = "opening"
REST_SECONDS, POLL_SECONDS = 60.0, 0.5


class NotAtRest(Exception):
    """Something still moves by itself, so sums that start here would not add up."""


class NoOpening(Exception):
    """The history does not say how the books stood when it began."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The newest ids, what was open, and every balance, when the history began."""

    order_id: str
    invoice_id: str
    payment_id: str
    inbound_ids: frozenset[str]
    orders: dict[str, Json]
    """The open ones, each in somebody's queue."""
    invoices: list[Json]
    """Those of the open orders."""
    stock: dict[Shelf, Json]
    accounts: dict[str, Json]

    @classmethod
    def of(cls, facts: Facts) -> Opening:
        return cls(
            facts["order_id"],
            facts["invoice_id"],
            facts["payment_id"],
            frozenset(facts["inbound_ids"]),
            {order["order_id"]: order for order in facts["orders"]},
            facts["invoices"],
            {(row["warehouse_id"], row["sku"]): row for row in facts["stock"]},
            {row["dealer_id"]: row for row in facts["accounts"]},
        )


async def open_history(history: History, caller: Caller) -> None:
    """Write down how the books stand; `caller` may read all of them. Raises NotAtRest."""
    operation = history.invoke("opening", OPENING)
    looker = Looker(caller)
    orders = await _orders_at_rest(looker)
    invoices: list[Json] = []
    for order_id in orders:
        invoices += await caller.rows("/invoices", order_id=order_id)
    stock, accounts = await looker.stock(), await looker.accounts()
    history.ok(
        operation,
        order_id=await looker.newest("/orders", "order_id"),
        invoice_id=await looker.newest("/invoices", "invoice_id"),
        payment_id=await looker.newest("/payments", "payment_id"),
        inbound_ids=[row["inbound_id"] for row in await caller.rows("/inbounds")],
        orders=list(orders.values()),
        invoices=invoices,
        stock=list(stock.values()),
        accounts=list(accounts.values()),
    )


def opening_of(operations: list[Operation]) -> Opening:
    """Raises NoOpening."""
    for operation in operations:
        if operation.op == OPENING and operation.outcome is Outcome.OK:
            return Opening.of(operation.answered)
    raise NoOpening("call open_history before the first request")


async def _orders_at_rest(looker: Looker) -> dict[str, Json]:
    deadline = asyncio.get_running_loop().time() + REST_SECONDS
    while True:
        orders = await looker.orders(await looker.open_orders())
        put_backs = await looker.put_backs()
        moving = [one["number"] for one in orders.values() if not at_rest(one, put_backs)]
        if not moving:
            return orders
        if asyncio.get_running_loop().time() > deadline:
            raise NotAtRest(f"{len(moving)} orders, the first: {moving[0]}")
        await asyncio.sleep(POLL_SECONDS)
