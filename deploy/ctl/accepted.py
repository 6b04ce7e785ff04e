"""R1 as the clients saw it: an order that was answered with 201 is never lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias
from uuid import UUID

if TYPE_CHECKING:
    from asyncpg import Connection, Record

    Databases: TypeAlias = Mapping[str, Connection[Record]]
else:
    Databases = Mapping


@dataclass(frozen=True, slots=True)
class Accepted:
    """Whether every order is stored that a client, who noted it outside, saw accepted."""

    id: ClassVar[str] = "R1"
    sentence: ClassVar[str] = "Every order that a client saw accepted is stored."

    order_ids: frozenset[UUID]

    async def missing(self, databases: Databases) -> tuple[int, dict[str, str]]:
        """How many there should be, and which of them are not."""
        rows = await databases["orders"].fetch(
            """
            SELECT asked.order_id
            FROM unnest($1::uuid[]) AS asked(order_id)
            LEFT JOIN orders o USING (order_id)
            WHERE o.order_id IS NULL
            """,
            list(self.order_ids),
        )
        lost = {str(row["order_id"]): "a client saw it accepted; it is lost" for row in rows}
        return len(self.order_ids), lost
