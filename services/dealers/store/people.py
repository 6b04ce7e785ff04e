"""Users, as the gateway announces them, and the territories of the salespeople."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.auth import Role
from chassis.db import Reader, Tx
from contracts.gateway import UserState
from services.dealers.domain.applications import Territories


@dataclass(frozen=True, slots=True)
class Territory:
    """Who screens, and looks after, what comes from a place; the empty city: the whole province."""

    province: str
    city: str
    salesperson_id: UUID


async def keep_users(tx: Tx, states: Sequence[UserState]) -> None:
    """Keep the newest state of each user."""
    await tx.execute(
        """
        INSERT INTO users AS u (user_id, version, name, roles, active)
        SELECT user_id, version, name, string_to_array(roles, ' '), active
        FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::boolean[])
             AS new(user_id, version, name, roles, active)
        ON CONFLICT (user_id) DO UPDATE
        SET version = excluded.version, name = excluded.name, roles = excluded.roles,
            active = excluded.active
        WHERE excluded.version > u.version
        """,
        [state.user_id for state in states],
        [state.version for state in states],
        [state.name for state in states],
        [" ".join(state.roles) for state in states],
        [state.active for state in states],
    )


async def salespeople(reader: Reader, ids: Collection[UUID]) -> set[UUID]:
    """Which of these users are active salespeople."""
    rows = await reader.fetch(
        """
        SELECT user_id FROM users
        WHERE user_id = ANY($1::uuid[]) AND active AND $2 = ANY(roles)
        """,
        list(ids),
        Role.SAL,
    )
    return {row["user_id"] for row in rows}


async def known_users(reader: Reader, ids: Collection[UUID]) -> set[UUID]:
    rows = await reader.fetch(
        "SELECT user_id FROM users WHERE user_id = ANY($1::uuid[])", list(ids)
    )
    return {row["user_id"] for row in rows}


async def territories(tx: Tx, provinces: Collection[str]) -> Territories:
    """Salesperson by province and city, for these provinces."""
    rows = await tx.fetch(
        """
        SELECT province, city, salesperson_id FROM territories
        WHERE province = ANY($1::text[])
        """,
        list(provinces),
    )
    return {(row["province"], row["city"]): row["salesperson_id"] for row in rows}


async def save_territories(tx: Tx, saved: Sequence[Territory]) -> int:
    """Give territories to salespeople; the number that changed hands."""
    rows = await tx.fetch(
        """
        INSERT INTO territories AS t (province, city, salesperson_id, version)
        SELECT province, city, salesperson_id, 1
        FROM unnest($1::text[], $2::text[], $3::uuid[]) AS new(province, city, salesperson_id)
        ORDER BY province, city
        ON CONFLICT (province, city) DO UPDATE
        SET salesperson_id = excluded.salesperson_id, version = t.version + 1
        WHERE t.salesperson_id <> excluded.salesperson_id
        RETURNING province
        """,
        [one.province for one in saved],
        [one.city for one in saved],
        [one.salesperson_id for one in saved],
    )
    return len(rows)
