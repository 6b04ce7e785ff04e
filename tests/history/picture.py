"""What the public API says, as data: the checkers need nothing else beside the history."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from deploy.demo.client import Caller, Json, Refused, Unreachable

T = TypeVar("T")
ENDED = frozenset({"COMPLETED", "CLOSED_SHORT", "CANCELLED", "REJECTED", "EXPIRED"})
OPEN = (
    "SUBMITTED",
    "ON_HOLD",
    "PENDING_CONFIRMATION",
    "CONFIRMED",
    "IN_FULFILMENT",
    "CANCELLING",
)
AT_ONCE, PAGE = 8, 200
PATIENCE_SECONDS, RETRY_SECONDS = 60.0, 0.5
Shelf = tuple[str, str]
"""Warehouse and SKU."""


@dataclass(slots=True)
class Picture:
    """The books at one moment, as their owner may read them."""

    orders: dict[str, Json] = field(default_factory=dict)
    """By id: whatever was placed since the opening, and what was open then."""
    timelines: dict[str, list[Json]] = field(default_factory=dict)
    """Events by order, as reports tells them."""
    put_backs: frozenset[str] = frozenset()
    """Orders whose goods somebody has to put back."""
    stock: dict[Shelf, Json] = field(default_factory=dict)
    accounts: dict[str, Json] = field(default_factory=dict)
    """By dealer."""
    invoices: list[Json] = field(default_factory=list)
    inbounds: list[Json] = field(default_factory=list)
    payments: list[Json] = field(default_factory=list)


class Looker:
    """Looks at the gateway again and again; what has not changed is not asked for again."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._orders: dict[str, tuple[Json, Json]] = {}
        self._timelines: dict[str, tuple[Json, list[Json]]] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def summaries(self, since: str) -> list[Json]:
        """Orders newer than `since`, an order's id."""
        return await self._newest("/orders", lambda row: row["order_id"] <= since)

    async def open_orders(self) -> list[Json]:
        rows: list[Json] = []
        for status in OPEN:
            rows += await self._patiently(partial(self._caller.rows, "/orders", status=status))
        return rows

    async def orders(self, summaries: Iterable[Json]) -> dict[str, Json]:
        """Whole orders by id."""

        async def one(row: Json) -> None:
            known = self._orders.get(row["order_id"])
            if known is None or known[0] != row:
                self._orders[row["order_id"]] = (row, await self._get("/orders", row["order_id"]))

        wanted = list(summaries)
        await self._all(one(row) for row in wanted)
        return {row["order_id"]: self._orders[row["order_id"]][1] for row in wanted}

    async def timelines(self, summaries: Iterable[Json]) -> dict[str, list[Json]]:
        """Events by order; none yet for one that reports has not heard of."""

        async def one(row: Json) -> None:
            known = self._timelines.get(row["order_id"])
            if known and known[0] == row and _told_to_the_end(row, known[1]):
                return
            path = f"{row['order_id']}/timeline"
            story = await self._get("/orders", path, missing={"events": []})
            self._timelines[row["order_id"]] = (row, story["events"])

        wanted = list(summaries)
        await self._all(one(row) for row in wanted)
        return {row["order_id"]: self._timelines[row["order_id"]][1] for row in wanted}

    async def put_backs(self) -> frozenset[str]:
        rows = await self._patiently(lambda: self._caller.rows("/pick-tasks", status="PUT_BACK"))
        return frozenset(row["order_id"] for row in rows)

    async def stock(self) -> dict[Shelf, Json]:
        rows = await self._patiently(lambda: self._caller.rows("/stock"))
        return {(row["warehouse_id"], row["sku"]): row for row in rows}

    async def accounts(self) -> dict[str, Json]:
        rows = await self._patiently(lambda: self._caller.rows("/accounts"))
        return {row["dealer_id"]: row for row in rows}

    async def invoices(self, since: str) -> list[Json]:
        return await self._newest("/invoices", lambda row: row["invoice_id"] <= since)

    async def payments(self, since: str) -> list[Json]:
        return await self._newest("/payments", lambda row: row["payment_id"] <= since)

    async def inbounds(self, known: Collection[str]) -> list[Json]:
        """With their lines."""
        rows = await self._newest("/inbounds", lambda row: row["inbound_id"] in known)
        return [await self._get("/inbounds", row["inbound_id"]) for row in rows]

    async def newest(self, path: str, name: str) -> str:
        """The highest id of a list; empty when it has none."""
        page = await self._patiently(lambda: self._caller.get(path, limit=1))
        return str(page["items"][0][name]) if page["items"] else ""

    async def _newest(self, path: str, old: Callable[[Json], bool]) -> list[Json]:
        """Rows of a list that shows the newest first, until one is old."""
        rows: list[Json] = []
        cursor: str | None = None
        while True:
            page = await self._patiently(partial(self._caller.get, path, cursor=cursor, limit=PAGE))
            fresh = [row for row in page["items"] if not old(row)]
            rows += fresh
            cursor = page["next_cursor"]
            if cursor is None or len(fresh) < len(page["items"]):
                return rows

    async def _get(self, path: str, rest: str, *, missing: Json | None = None) -> Json:
        async with self._gate:
            try:
                return await self._patiently(lambda: self._caller.get(f"{path}/{rest}"))
            except Refused as refusal:
                if refusal.status != 404 or missing is None:
                    raise
                return missing

    async def _all(self, work: Iterable[Awaitable[None]]) -> None:
        await asyncio.gather(*work)

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask again while the suite is busy or on its way up. Raises Refused, Unreachable."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            try:
                return await ask()
            except (Refused, Unreachable) as fault:
                busy = isinstance(fault, Unreachable) or fault.status in {429, 502, 503, 504}
                if not busy or asyncio.get_running_loop().time() > deadline:
                    raise
            await asyncio.sleep(RETRY_SECONDS)


def at_rest(order: Json, put_backs: Collection[str]) -> bool:
    """Ended, or in somebody's queue."""
    waits = order["queue"] or order["order_id"] in put_backs
    return order["status"] in ENDED or bool(waits)


ENDINGS: Mapping[str, str] = {
    "COMPLETED": "orders.order-completed.v1",
    "CLOSED_SHORT": "orders.order-completed.v1",
    "CANCELLED": "orders.order-cancelled.v1",
    "REJECTED": "orders.order-rejected.v1",
    "EXPIRED": "orders.order-expired.v1",
}
"""The last event of an order, by how it ended."""


def _told_to_the_end(order: Json, events: Iterable[Json]) -> bool:
    return ENDINGS.get(order["status"]) in {event["type"] for event in events}
