"""After the last fault: every order at its end, the books and the history without a fault."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from contracts.orders import OrderCancelDeclined
from deploy.ctl.verify import verify
from deploy.demo.client import Caller
from tests.chaos.ground import Ground
from tests.chaos.load import Load
from tests.history import History, check

PATIENCE_SECONDS = 120.0
"""R4: every saga is at its end so long after the faults ended."""
SETTLE_SECONDS = 60.0
SHOWN_MAX = 20
EXPECTED: Mapping[str, frozenset[str]] = {
    "through": frozenset({"COMPLETED"}),
    "impossible": frozenset({"REJECTED", "CANCELLED"}),
}
"""How orders end that nobody cancelled."""
TOO_LATE = "COMPLETED after all"
"""The cancel was taken, then declined: its goods had left."""
CANCELLED = frozenset({"CANCELLED", TOO_LATE})


async def violations(
    ground: Ground, load: Load, history: History, admin: Caller, since: datetime
) -> tuple[list[str], dict[str, int]]:
    """What is wrong, in words; and the orders by their end."""
    stuck = await _stuck(ground, since)
    ends = await _ends(ground, load)
    findings = await verify(
        ground.suite.superuser_dsn,
        settle_seconds=SETTLE_SECONDS,
        only=None,
        accepted=[UUID(one) for one in load.accepted],
    )
    books = [
        f"{one.id} {one.sentence} {one.violations} violations: {list(one.offenders.items())[:3]}"
        for one in findings
        if one.violations
    ]
    told = [str(finding) for finding in await check(history.path, admin)]
    counted: dict[str, int] = {}
    for kind, status in ends.values():
        counted[f"{kind}: {status}"] = counted.get(f"{kind}: {status}", 0) + 1
    return [*stuck, *unexpected(load, ends), *books, *told, *load.violations], counted


async def _stuck(ground: Ground, since: datetime) -> list[str]:
    """Orders that are not at their end, and where they stand."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    async with ground.database("orders") as database:
        while True:
            rows = await database.fetch(
                """
                SELECT number, status, at, attempt, deadline::text FROM orders
                WHERE phase IN ('FORWARD', 'BACKWARD') AND submitted_at >= $1
                """,
                since,
            )
            if not rows or time.monotonic() > deadline:
                return [f"stuck: {dict(row)}" for row in rows]
            await asyncio.sleep(0.5)


async def _ends(ground: Ground, load: Load) -> dict[str, tuple[str, str]]:
    """Kind and end of each accepted order that is stored."""
    async with ground.database("orders") as database:
        declined = {
            row["key"]
            for row in await database.fetch(
                "SELECT key FROM event_log WHERE type = $1", OrderCancelDeclined.type
            )
        }
        rows = await database.fetch(
            "SELECT order_id::text, status FROM orders WHERE order_id = ANY($1::uuid[])",
            [UUID(one) for one in load.accepted],
        )
    return {
        row["order_id"]: (
            load.accepted[row["order_id"]].kind,
            TOO_LATE if UUID(row["order_id"]).bytes in declined else row["status"],
        )
        for row in rows
    }


def unexpected(load: Load, ends: Mapping[str, tuple[str, str]]) -> list[str]:
    faults = []
    for order_id, asked in load.accepted.items():
        _, status = ends.get(order_id, ("", "lost"))
        fitting = CANCELLED if asked.cancelled else EXPECTED.get(asked.kind)
        if fitting and status not in fitting:
            faults.append(f"order {order_id}, {asked.kind}, ended as {status}")
    return faults
