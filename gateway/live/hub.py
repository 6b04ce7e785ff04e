"""Who listens now, and the last events for those who come back."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from uuid import UUID

from chassis.auth import Actor
from gateway.live.events import Key, LiveEvent, keys_of

REMEMBERED_MAX = 1_000
PENDING_MAX = 256
"""Events that wait for one client; one that is slower than that is sent away, and comes back."""

RESET = b"event: reset\ndata: {}\n\n"
"""Something may have been missed: read anew what is shown."""


class Client:
    """One open page."""

    def __init__(self, actor: Actor) -> None:
        self.keys = keys_of(actor)
        self._warehouse_ids = actor.warehouse_ids
        self._pending: deque[bytes] = deque()
        self._something = asyncio.Event()
        self.closed = False

    def tell(self, event: LiveEvent) -> None:
        """Queue an event, unless it is of a warehouse in which he does not work."""
        if not self._concerns(event):
            return
        if len(self._pending) >= PENDING_MAX:
            self.close()
        else:
            self.push(event.frame)

    def push(self, frame: bytes) -> None:
        self._pending.append(frame)
        self._something.set()

    def close(self) -> None:
        """End his stream."""
        self.closed = True
        self._something.set()

    async def next(self, seconds: float) -> bytes:
        """What is pending, in one piece; empty when nothing comes in time."""
        try:
            async with asyncio.timeout(seconds):
                await self._something.wait()
        except TimeoutError:
            return b""
        self._something.clear()
        frames = b"".join(self._pending)
        self._pending.clear()
        return frames

    def _concerns(self, event: LiveEvent) -> bool:
        mine, there = self._warehouse_ids, event.warehouse_id
        return mine is None or there is None or there in mine


class Hub:
    """Clients by audience: an event costs only those whom it concerns."""

    def __init__(self, *, clients_max: int) -> None:
        self._clients_max = clients_max
        self._clients: set[Client] = set()
        self._by_key: dict[Key, set[Client]] = {}
        self._last: deque[LiveEvent] = deque(maxlen=REMEMBERED_MAX)
        self._salespeople: dict[UUID, UUID | None] = {}

    def __len__(self) -> int:
        return len(self._clients)

    @property
    def full(self) -> bool:
        return len(self._clients) >= self._clients_max

    def join(self, client: Client, last_event_id: str | None) -> None:
        """Tell him from now on; and first what came after the event that he saw last."""
        self._clients.add(client)
        for key in client.keys:
            self._by_key.setdefault(key, set()).add(client)
        if last_event_id is not None:
            self._catch_up(client, last_event_id)

    def leave(self, client: Client) -> None:
        self._clients.discard(client)
        for key in client.keys:
            others = self._by_key[key]
            others.discard(client)
            if not others:
                del self._by_key[key]

    def publish(self, event: LiveEvent) -> None:
        """Tell everybody whom it concerns, each once."""
        self._last.append(event)
        told = {client for key in event.audience for client in self._by_key.get(key, ())}
        for client in told:
            client.tell(event)

    def missed(self) -> None:
        """The log was not followed for a while: nobody can be told what happened then."""
        self._last.clear()
        for client in self._clients:
            client.push(RESET)

    def dismiss(self) -> None:
        """Send everybody away; they come back to whoever answers then."""
        for client in self._clients:
            client.close()

    def salesperson_of(self, dealer_id: UUID) -> UUID | None:
        return self._salespeople.get(dealer_id)

    def bind(self, salespeople: Iterable[tuple[UUID, UUID | None]]) -> None:
        """Learn who looks after a dealer: pairs of dealer and salesperson."""
        self._salespeople.update(salespeople)

    def _catch_up(self, client: Client, last_event_id: str) -> None:
        newer: list[LiveEvent] = []
        for event in reversed(self._last):
            if event.event_id == last_event_id:
                break
            newer.append(event)
        else:
            client.push(RESET)
            return
        for event in reversed(newer[:PENDING_MAX]):
            if event.audience & client.keys:
                client.tell(event)
