"""Healthy again: every service says so, and an order that is placed now comes to its end."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from uuid import uuid4

from deploy.demo.client import Caller, Refused, Unreachable
from deploy.local.suite import APPLICATIONS
from tests.bench import machine
from tests.chaos.ground import Ground
from tests.history import History

RECOVERY_SECONDS_MAX = 30.0
"""On an ordinary machine: most of it is how long processes take to start (tests.bench.machine)."""
GIVEN_UP_SECONDS = 180.0
"""After that long there is no use in going on."""
LATE_SECONDS = 18.0
POLL_SECONDS = 0.2


class NotHealthy(Exception):
    """It does not recover by itself."""


def late(recovery_seconds: float) -> bool:
    """Whether it took too long, for a machine that is as fast as this one just now."""
    if recovery_seconds <= RECOVERY_SECONDS_MAX:
        return False
    return recovery_seconds > RECOVERY_SECONDS_MAX * machine.slowness()


@dataclass(frozen=True, slots=True)
class Prober:
    """A dealer whose orders go through by themselves, and who looks at what becomes of them."""

    caller: Caller
    history: History
    sku: str

    async def seconds_until_healthy(self, ground: Ground) -> float:
        """How long it took from now on. Raises NotHealthy."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(GIVEN_UP_SECONDS), ground.beside(_told_when_late(ground)):
                for name in APPLICATIONS:
                    await ground.until_ready(name, GIVEN_UP_SECONDS)
                await self._until_completed(await self._placed())
        except TimeoutError:
            raise NotHealthy(
                f"after {GIVEN_UP_SECONDS:.0f} s an order does not come to its end"
            ) from None
        return time.monotonic() - began

    async def _placed(self) -> str:
        key = str(uuid4())
        lines = [{"sku": self.sku, "quantity": 1}]
        while True:
            operation = self.history.invoke("prober", "submit", key=key, lines=lines)
            try:
                answer = await self.caller.post("/orders", {"lines": lines, "note": key}, key=key)
            except (Refused, Unreachable):
                self.history.unknown(operation)
                await asyncio.sleep(POLL_SECONDS)
            else:
                self.history.ok(operation, order_id=answer["order_id"])
                return str(answer["order_id"])

    async def _until_completed(self, order_id: str) -> None:
        while True:
            try:
                order = await self.caller.get(f"/orders/{order_id}")
            except (Refused, Unreachable):
                order = {}
            if order.get("status") == "COMPLETED":
                return
            await asyncio.sleep(POLL_SECONDS)


async def _told_when_late(ground: Ground) -> None:
    """Where it hangs: who is not ready, and at which steps orders stand."""
    await asyncio.sleep(LATE_SECONDS)
    ill = [name for name in APPLICATIONS if not await ground.ready(name)]
    async with ground.database("orders") as database:
        rows = await database.fetch(
            "SELECT at, count(*) AS orders, max(attempt) AS attempt FROM orders"
            " WHERE phase IN ('FORWARD', 'BACKWARD') AND deadline IS NOT NULL GROUP BY at"
        )
    steps = ", ".join(f"{row['orders']} at {row['at']} ({row['attempt']})" for row in rows)
    ground.notes.append(f"after {LATE_SECONDS:.0f} s: not ready {ill or 'nobody'}; waiting {steps}")
