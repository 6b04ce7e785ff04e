"""R6: what services announced and what a subscriber holds of it are the same set of messages.

The sets are compared by digests of 256 parts first, so that only a part that differs is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeAlias
from uuid import UUID

from chassis.envelope import decoded, place_mark
from chassis.process import listened
from deploy.ctl.invariants.messages import SERVICES
from gateway.audit import by_a_person
from services.reports.domain import TOLD

if TYPE_CHECKING:
    from asyncpg import Connection, Record

    from chassis.consumer import Subscription
    from chassis.consumer.subscriptions import Condition

    Databases: TypeAlias = Mapping[str, Connection[Record]]
else:
    Databases = Mapping

GATEWAY = "gateway"
PLACE = ("dlq_topic", "dlq_partition", "dlq_offset")

Digests: TypeAlias = "dict[int, tuple[int, int]]"
"""Of each part, by its number: how many messages, and their hashes combined by XOR."""


class Holding(NamedTuple):
    """Where a subscriber keeps ids of messages, in words and as statements."""

    sentence: str
    digests: str
    part: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """Whether one service holds all that others announced to it."""

    id: ClassVar[str] = "R6"

    service: str
    types: tuple[str, ...]
    holding: Holding
    of_people: tuple[str, ...] = ()
    """Types of which it takes only what somebody did himself."""

    @property
    def sentence(self) -> str:
        return self.holding.sentence.format(service=self.service)

    async def missing(self, databases: Databases) -> tuple[int, dict[str, str]]:
        """How many messages it should hold, and which of them are amiss, and how."""
        oldest = await _oldest(databases[self.service])
        announced = await self._announced(databases, oldest)
        held = _digests(await databases[self.service].fetch(self.holding.digests, oldest))
        faults: dict[str, str] = {}
        for part in announced.keys() | held.keys():
            if announced.get(part) != held.get(part):
                faults |= await self._compare(databases, oldest, part)
        return sum(count for count, _ in announced.values()), faults

    async def _announced(self, databases: Databases, oldest: UUID) -> Digests:
        total: Digests = {}
        for database in databases.values():
            for part, (count, digest) in _digests(
                await database.fetch(ANNOUNCED_DIGESTS, self.types, self.of_people, oldest)
            ).items():
                known_count, known = total.get(part, (0, 0))
                total[part] = known_count + count, known ^ digest
        return total

    async def _compare(self, databases: Databases, oldest: UUID, part: int) -> dict[str, str]:
        announced = {
            row["message_id"]: f"{row['type']} of {producer} did not arrive"
            for producer, database in databases.items()
            for row in await database.fetch(
                ANNOUNCED_PART, self.types, self.of_people, oldest, part
            )
        }
        rows = await databases[self.service].fetch(self.holding.part, oldest, part)
        buried = await _buried(databases[self.service], self.service)
        held = {row["message_id"] for row in rows if row["message_id"].bytes[6:] not in buried}
        lost = {str(id_): fault for id_, fault in announced.items() if id_ not in held}
        unknown = {str(id_): "is held, and nobody announced it" for id_ in held - announced.keys()}
        return lost | unknown


def every_delivery() -> tuple[Delivered, ...]:
    """Every subscriber's inbox, and the stories that reports tells of orders."""
    inboxes = (
        Delivered(service, subscribed(service), INBOX, subscribed(service, when=by_a_person))
        for service in SERVICES
    )
    told = tuple(event.type for event in TOLD)
    return (*inboxes, Delivered("reports", told, STORIES))


def subscribed(service: str, *, when: Condition | None = None) -> tuple[str, ...]:
    """Types of the messages that a service takes on this condition, as it says itself."""
    taken = (one for one in _subscriptions(service) if one.when is when)
    return tuple(sorted({message.type for one in taken for message in one.messages}))


def listening(service: str) -> frozenset[str]:
    """Topics that its consumer group reads, without the cell."""
    return frozenset(listened(service, _subscriptions(service)))


def _subscriptions(service: str) -> tuple[Subscription, ...]:
    name = f"{GATEWAY}.app" if service == GATEWAY else f"services.{service}.app"
    subscriptions: tuple[Subscription, ...] = import_module(name).SERVICE.subscriptions
    return subscriptions


async def _buried(database: Connection[Record], service: str) -> set[bytes]:
    """How the inbox remembers what nobody could read, which lies among the dead letters."""
    rows = await database.fetch(
        "SELECT headers FROM event_log WHERE topic = $1 AND headers IS NOT NULL", f"{service}.dlq"
    )
    letters = (dict(decoded(row["headers"])) for row in rows)
    return {place_mark(*(one[name] for name in PLACE)) for one in letters if "dlq_offset" in one}


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
    WHERE (type = ANY($1::text[])
           OR type = ANY($2::text[]) AND actor IS NOT NULL AND cause IS NULL)
      AND message_id >= $3 AND headers IS NULL  -- no dead letter
    GROUP BY part
"""
ANNOUNCED_PART = """
    SELECT message_id, type
    FROM event_log
    WHERE (type = ANY($1::text[])
           OR type = ANY($2::text[]) AND actor IS NOT NULL AND cause IS NULL)
      AND message_id >= $3 AND headers IS NULL
      AND get_byte(uuid_send(message_id), 15) = $4
"""
INBOX = Holding(
    "Every message announced to {service} was handled by it, and no other.",
    digests="""
        SELECT get_byte(uuid_send(message_id), 15) AS part, count(*) AS messages,
               bit_xor(uuid_hash_extended(message_id, 0)) AS digest
        FROM inbox
        WHERE message_id >= $1
        GROUP BY part
    """,
    part="""
        SELECT message_id
        FROM inbox
        WHERE message_id >= $1 AND get_byte(uuid_send(message_id), 15) = $2
    """,
)
STORIES = Holding(
    "The stories that {service} tells have every event about an order, and no other.",
    digests="""
        SELECT get_byte(uuid_send(message_id), 15) AS part, count(*) AS messages,
               bit_xor(uuid_hash_extended(message_id, 0)) AS digest
        FROM order_events
        WHERE message_id >= $1
        GROUP BY part
    """,
    part="""
        SELECT message_id
        FROM order_events
        WHERE message_id >= $1 AND get_byte(uuid_send(message_id), 15) = $2
    """,
)
