"""A client that writes down what it asks and what it sees."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

from deploy.demo.client import Caller, Json, Refused, Unreachable
from tests.history.orders import READ, SUBMIT
from tests.history.record import History

LATER = 429
"""Refused by the gateway before anybody saw it."""


class Client:
    """Somebody with a session, whose requests are logged."""

    def __init__(self, history: History, caller: Caller, name: str = "") -> None:
        self._history, self._caller = history, caller
        self.name = name or f"{caller.login} {uuid4().hex[:8]}"

    async def submit(self, lines: Sequence[Json], key: str | None = None) -> Json | None:
        """Place an order; None when it was refused, or when nobody can say."""
        key = key or str(uuid4())
        operation = self._history.invoke(self.name, SUBMIT, key=key, lines=list(lines))
        body = {"lines": list(lines), "note": key}
        return await self._end(operation, lambda: self._caller.post("/orders", body, key=key))

    async def read(self, order_id: str) -> Json | None:
        """The order as it is now."""
        operation = self._history.invoke(self.name, READ, order_id=order_id)
        return await self._end(operation, lambda: self._caller.get(f"/orders/{order_id}"))

    async def act(self, order_id: str, action: str, body: Json | None = None) -> Json | None:
        """Confirm, reject, cancel …; the order afterwards."""
        key = str(uuid4())
        operation = self._history.invoke(self.name, action, order_id=order_id, key=key)
        path = f"/orders/{order_id}/{action}"
        return await self._end(operation, lambda: self._caller.post(path, body, key=key))

    async def _end(self, operation: str, ask: Callable[[], Awaitable[Json]]) -> Json | None:
        try:
            answer = await ask()
        except Refused as refusal:
            never = refusal.status < 500 or refusal.status == LATER
            told = self._history.fail if never else self._history.unknown
            told(operation, status=refusal.status, slug=refusal.slug)
        except Unreachable as fault:
            self._history.unknown(operation, fault=str(fault))
        else:
            shown = {name: answer.get(name) for name in ("order_id", "version", "status")}
            self._history.ok(operation, **shown)
            return answer
        return None
