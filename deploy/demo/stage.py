"""What the stories stand on: who is logged in, what has happened to an order, and what is shown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from deploy.demo.client import Caller, Json, Refused
from deploy.demo.loader import Loaded
from deploy.demo.logins import Logins

ROLES = {
    "ADM": "管理",
    "FIN": "财务",
    "PCK": "配货",
    "WHS": "仓管",
    "DLV": "送货",
    "SAL": "业务",
    "DLR": "经销商",
    "APPLICANT": "申请人",
}
PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.1
T = TypeVar("T")


class StoryFailed(Exception):
    """Something did not happen as it should."""


@dataclass(slots=True)
class Stage:
    """One run of the demo."""

    url: str
    logins: Logins
    loaded: Loaded
    stack: AsyncExitStack
    began: float = field(default_factory=time.monotonic)
    callers: dict[str, Caller] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Name and role by user id."""

    async def caller(self, login: str) -> Caller:
        """Somebody with a session; he logs in at his first entrance."""
        if login not in self.callers:
            caller = await self.stack.enter_async_context(Caller(self.url, login))
            await caller.log_in(self.logins.password(login))
            self.callers[login] = caller
            self.entered(caller)
        return self.callers[login]

    def entered(self, caller: Caller) -> None:
        """From now on his role is shown beside his name."""
        self.names[caller.user_id] = f"{caller.name} {ROLES[caller.role]}"

    def title(self, zh: str, en: str) -> None:
        print(f"\n{zh}  ·  {en}", flush=True)

    def did(self, who: Caller, zh: str, en: str) -> None:
        """One line about what somebody did."""
        self.entered(who)
        self.tell(who.user_id, zh, en)

    def tell(self, user_id: str | None, zh: str, en: str, *, took: float | None = None) -> None:
        """One line: when, who, what in Chinese, what in English, how long it took."""
        who = self.names.get(user_id, user_id[:8]) if user_id else "系统 自动"
        took_words = f"  ({took:.2f} s)" if took is not None else ""
        at = time.monotonic() - self.began
        print(f"  [{at:6.2f} s]  {_padded(who, 14)}{zh}  ·  {en}{took_words}", flush=True)

    async def wait_for(
        self, what: str, ask: Callable[[], Awaitable[T]], reached: Callable[[T], bool]
    ) -> T:
        """Ask until the answer is as it should be. Raises StoryFailed."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not reached(answer := await ask()):
            if time.monotonic() > deadline:
                raise StoryFailed(f"waited {PATIENCE_SECONDS:.0f} s for {what}")
            await asyncio.sleep(POLL_SECONDS)
        return answer

    async def watch(self, order_id: str) -> Watch:
        """Follow one order, as an administrator sees it."""
        return Watch(self, await self.caller("admin"), order_id)


@dataclass(slots=True)
class Watch:
    """One order's story, shown event by event as it happens."""

    stage: Stage
    observer: Caller
    order_id: str
    shown: set[str] = field(default_factory=set)
    """Ids of the events that the screen has; one may arrive after a later one of another topic."""
    last: datetime | None = None

    async def until(self, what: str, reached: Callable[[Json], bool]) -> Json:
        """Show what happens until the order is as it should be; the order. Raises StoryFailed."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            order = await self.observer.get(f"/orders/{self.order_id}")
            await self._show()
            if reached(order):
                return order
            if order["status"] in {"REJECTED", "EXPIRED"} or time.monotonic() > deadline:
                raise StoryFailed(
                    f"order {order['number']} is {order['status']} ({order['display_zh']}, "
                    f"reason: {order['reason']}) instead of {what}"
                )
            await asyncio.sleep(POLL_SECONDS)

    async def until_status(self, status: str) -> Json:
        return await self.until(status, lambda order: order["status"] == status)

    async def until_covered(self, minor: int) -> Json:
        return await self.until(
            f"covered by {minor}", lambda order: bool(order["covered_minor"] >= minor)
        )

    async def until_told(self, event_type: str) -> Json:
        """Show what happens until an event of this type is among it. Raises StoryFailed."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for event in await self._show():
                if event["type"] == event_type:
                    return event
            await asyncio.sleep(POLL_SECONDS)
        raise StoryFailed(f"{event_type} did not happen to order {self.order_id}")

    async def _show(self) -> list[Json]:
        """The whole story so far; what is new of it goes to the screen."""
        try:
            story = await self.observer.get(f"/orders/{self.order_id}/timeline")
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return []
        events: list[Json] = story["events"]
        for event in events:
            if event["message_id"] in self.shown:
                continue
            self.shown.add(event["message_id"])
            at = datetime.fromisoformat(event["at"])
            took = (at - self.last).total_seconds() if self.last and at > self.last else None
            self.last = max(at, self.last or at)
            self.stage.tell(event["actor_id"], event["text_zh"], event["text_en"], took=took)
        return events


def _padded(text: str, width: int) -> str:
    """To this many columns; a Chinese sign takes two."""
    columns = sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
    return text + " " * max(width - columns, 1)


async def eventually(call: Callable[[], Awaitable[T]], *passing: str) -> T:
    """Call until it is not refused for one of these reasons: news takes a moment to get around."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await call()
        except Refused as refusal:
            if refusal.slug not in passing or time.monotonic() > deadline:
                raise
        await asyncio.sleep(POLL_SECONDS)
