"""R6: what services announced and what a subscriber has handled are the same set of messages.

The sets are compared by digests of 256 parts first, so that only a part that differs is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

if TYPE_CHECKING:
    from asyncpg import Connection, Record

    Databases: TypeAlias = Mapping[str, Connection[Record]]
else:
    Databases = Mapping

GATEWAY = "gateway"

Digests: TypeAlias = "dict[int, tuple[int, int]]"
"""Of each part, by its number: how many messages, and their hashes combined by XOR."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Whether one service has handled all that others announced to it."""

    service: str

    @property
    def sentence(self) -> str:
        return f"Every message announced to {self.service} was handled by it, and no other."

    async def missing(self, databases: Databases) -> tuple[int, dict[str, str]]:
        """How many messages it should have handled, and which of them are amiss, and how."""
        types = subscribed(self.service)
        oldest = await _oldest(databases[self.service])
        announced = await self._announced(databases, types, oldest)
        handled = _digests(await databases[self.service].fetch(HANDLED_DIGESTS))
        faults: dict[str, str] = {}
        for part in announced.keys() | handled.keys():
            if announced.get(part) != handled.get(part):
                faults |= await self._compare(databases, types, oldest, part)
        return sum(count for count, _ in announced.values()), faults

    async def _announced(self, databases: Databases, types: list[str], oldest: UUID) -> Digests:
        total: Digests = {}
        for database in databases.values():
            for part, (count, digest) in _digests(
                await database.fetch(ANNOUNCED_DIGESTS, types, oldest)
            ).items():
                known_count, known = total.get(part, (0, 0))
                total[part] = known_count + count, known ^ digest
        return total

    async def _compare(
        self, databases: Databases, types: list[str], oldest: UUID, part: int
    ) -> dict[str, str]:
        announced = {
            row["message_id"]: f"{row['type']} of {producer} was not handled"
            for producer, database in databases.items()
            for row in await database.fetch(ANNOUNCED_PART, types, oldest, part)
        }
        handled = {
            row["message_id"] for row in await databases[self.service].fetch(HANDLED_PART, part)
        }
        lost = {str(id_): fault for id_, fault in announced.items() if id_ not in handled}
        unknown = {
            str(id_): "was handled, and nobody announced it" for id_ in handled - announced.keys()
        }
        return lost | unknown


def subscribed(service: str) -> list[str]:
    """Types of the messages that a service subscribes to, as it says itself."""
    name = f"{GATEWAY}.app" if service == GATEWAY else f"services.{service}.app"
    return sorted(
        message.type
        for subscription in import_module(name).SERVICE.subscriptions
        for message in subscription.messages
    )


async def _oldest(database: Connection[Record]) -> UUID:
    """The inbox does not reach back further; what is older was compared before."""
    value: UUID = await database.fetchval("SELECT oldest FROM inbox_reach")
    return value


def _digests(rows: list[Record]) -> Digests:
    return {row["part"]: (row["messages"], row["digest"]) for row in rows}


ANNOUNCED_DIGESTS = """
    SELECT get_byte(uuid_send(message_id), 15) AS part, count(*) AS messages,
           bit_xor(uuid_hash_extended(message_id, 0)) AS digest
    FROM event_log
    WHERE type = ANY($1::text[]) AND message_id >= $2
    GROUP BY part
"""
HANDLED_DIGESTS = """
    SELECT get_byte(uuid_send(message_id), 15) AS part, count(*) AS messages,
           bit_xor(uuid_hash_extended(message_id, 0)) AS digest
    FROM inbox
    GROUP BY part
"""
ANNOUNCED_PART = """
    SELECT message_id, type
    FROM event_log
    WHERE type = ANY($1::text[]) AND message_id >= $2
      AND get_byte(uuid_send(message_id), 15) = $3
"""
HANDLED_PART = """
    SELECT message_id
    FROM inbox
    WHERE get_byte(uuid_send(message_id), 15) = $1
"""
