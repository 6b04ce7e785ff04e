"""Who takes what the relay hands over; `chassis.kafka.publisher` is the one that runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from asyncpg import Record


class BrokerDown(Exception):
    """The broker does not take messages now."""


class Publisher(Protocol):
    async def publish(self, rows: Sequence[Record]) -> None:
        """Hand over outbox rows in their order; return when the broker has all of them.

        Raises BrokerDown; then any part of the rows may have arrived.
        """
        ...
