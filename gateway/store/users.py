"""SQL of people, their invitations, and the dealers they belong to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from chassis.auth import Role
from chassis.db import Reader, Tx
from contracts.dealers import DealerState
from gateway.domain import Assignment, User


async def logins_taken(reader: Reader, logins: Collection[str]) -> set[str]:
    """Which of these somebody has."""
    rows = await reader.fetch("SELECT login FROM users WHERE login = ANY($1::text[])", list(logins))
    return {row["login"] for row in rows}


async def users_by_login(reader: Reader, logins: Collection[str]) -> dict[str, User]:
    """Users by login, to compare an import with what is there."""
    rows = await reader.fetch(
        """
        SELECT user_id, login, name, password_hash, roles, dealer_id, warehouse_ids, territories,
               waiver, active, version, email, language
        FROM users
        WHERE login = ANY($1::text[])
        """,
        list(logins),
    )
    return {row["login"]: _user(row) for row in rows}


async def lock_users(tx: Tx, user_ids: Collection[UUID]) -> dict[UUID, User]:
    """Users by id; nobody else changes them until the transaction ends."""
    rows = await tx.fetch(
        """
        SELECT user_id, login, name, password_hash, roles, dealer_id, warehouse_ids, territories,
               waiver, active, version, email, language
        FROM users
        WHERE user_id = ANY($1::uuid[])
        ORDER BY user_id
        FOR NO KEY UPDATE
        """,
        list(user_ids),
    )
    return {row["user_id"]: _user(row) for row in rows}


async def lock_users_of_dealers(tx: Tx, dealer_ids: Collection[UUID]) -> dict[UUID, User]:
    """The active users of these dealers; nobody else changes them until the transaction ends."""
    rows = await tx.fetch(
        """
        SELECT user_id, login, name, password_hash, roles, dealer_id, warehouse_ids, territories,
               waiver, active, version, email, language
        FROM users
        WHERE dealer_id = ANY($1::uuid[]) AND active
        ORDER BY user_id
        FOR NO KEY UPDATE
        """,
        list(dealer_ids),
    )
    return {row["user_id"]: _user(row) for row in rows}


async def lock_users_and_administrators(tx: Tx, user_ids: Collection[UUID]) -> dict[UUID, User]:
    """Users by id and all who administer now: two who dismiss each other must not both succeed."""
    rows = await tx.fetch(
        """
        SELECT user_id, login, name, password_hash, roles, dealer_id, warehouse_ids, territories,
               waiver, active, version, email, language
        FROM users
        WHERE user_id = ANY($1::uuid[]) OR (active AND 'ADM' = ANY (roles))
        ORDER BY user_id
        FOR NO KEY UPDATE
        """,
        list(user_ids),
    )
    return {row["user_id"]: _user(row) for row in rows}


async def insert_users(tx: Tx, users: Sequence[User]) -> set[UUID]:
    """Store new users; returns the ids of those whose login nobody took at the same moment."""
    rows = await tx.fetch(
        """
        INSERT INTO users (user_id, login, name, password_hash, roles, dealer_id, warehouse_ids,
                           territories, waiver, active, version, email, language)
        SELECT new.user_id, new.login, new.name, new.password_hash,
               string_to_array(new.roles, ','), new.dealer_id,
               string_to_array(new.warehouse_ids, ',')::uuid[],
               string_to_array(new.territories, E'\\n'), new.waiver, true, 1,
               new.email, new.language
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[],
                    $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
             AS new(user_id, login, name, password_hash, roles, dealer_id, warehouse_ids,
                    territories, waiver, email, language)
        ORDER BY new.login
        ON CONFLICT (login) DO NOTHING
        RETURNING user_id
        """,
        [user.user_id for user in users],
        [user.login for user in users],
        [user.name for user in users],
        [user.password_hash for user in users],
        *_assignments([user.assignment for user in users]),
        [user.email for user in users],
        [user.language for user in users],
    )
    return {row["user_id"] for row in rows}


async def update_users(tx: Tx, users: Sequence[User]) -> None:
    """Save changed users; their rows are locked by lock_users."""
    await tx.execute(
        """
        UPDATE users
        SET name = new.name, roles = string_to_array(new.roles, ','), dealer_id = new.dealer_id,
            warehouse_ids = string_to_array(new.warehouse_ids, ',')::uuid[],
            territories = string_to_array(new.territories, E'\\n'), waiver = new.waiver,
            active = new.active, version = new.version, email = new.email,
            language = new.language
        FROM unnest($1::uuid[], $2::text[], $3::boolean[], $4::int[], $5::text[], $6::uuid[],
                    $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
             AS new(user_id, name, active, version, roles, dealer_id, warehouse_ids, territories,
                    waiver, email, language)
        WHERE users.user_id = new.user_id
        """,
        [user.user_id for user in users],
        [user.name for user in users],
        [user.active for user in users],
        [user.version for user in users],
        *_assignments([user.assignment for user in users]),
        [user.email for user in users],
        [user.language for user in users],
    )


async def set_password_hashes(tx: Tx, hashes: Mapping[UUID, str]) -> None:
    """Store new password hashes, by user."""
    await tx.execute(
        """
        UPDATE users
        SET password_hash = new.password_hash
        FROM unnest($1::uuid[], $2::text[]) AS new(user_id, password_hash)
        WHERE users.user_id = new.user_id
        """,
        list(hashes),
        list(hashes.values()),
    )


async def insert_invitation(
    tx: Tx, code_hash: bytes, *, invited_by: UUID, expires_at: datetime
) -> None:
    """Store an invitation for one registration."""
    await tx.execute(
        "INSERT INTO invitations (code_hash, invited_by, expires_at) VALUES ($1, $2, $3)",
        code_hash,
        invited_by,
        expires_at,
    )


async def use_invitation(tx: Tx, code_hash: bytes, *, user_id: UUID) -> bool:
    """Spend an invitation; False when there is none that is still good."""
    spent = await tx.fetchval(
        """
        UPDATE invitations
        SET used_by = $2
        WHERE code_hash = $1 AND used_by IS NULL AND expires_at > now()
        RETURNING true
        """,
        code_hash,
        user_id,
    )
    return spent is True


async def upsert_dealers(tx: Tx, states: Sequence[DealerState]) -> None:
    """Keep the newest state of each dealer."""
    await tx.execute(
        """
        INSERT INTO dealers (dealer_id, name, salesperson_id, version)
        SELECT new.dealer_id, new.name, new.salesperson_id, new.version
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[])
             AS new(dealer_id, name, salesperson_id, version)
        ORDER BY new.dealer_id
        ON CONFLICT (dealer_id) DO UPDATE
        SET name = excluded.name, salesperson_id = excluded.salesperson_id,
            version = excluded.version
        WHERE excluded.version > dealers.version
        """,
        [state.dealer_id for state in states],
        [state.name for state in states],
        [state.salesperson_id for state in states],
        [state.version for state in states],
    )


def _assignments(
    assignments: Sequence[Assignment],
) -> tuple[list[str], list[UUID | None], list[str | None], list[str | None], list[str | None]]:
    """Columns for `unnest`, which flattens arrays of arrays: sets travel as texts."""
    return (
        [",".join(sorted(one.roles)) for one in assignments],
        [one.dealer_id for one in assignments],
        [
            None if one.warehouse_ids is None else ",".join(map(str, sorted(one.warehouse_ids)))
            for one in assignments
        ],
        [
            None if one.territories is None else "\n".join(sorted(one.territories))
            for one in assignments
        ],
        [one.waiver for one in assignments],
    )


def assignment_of(row: Record) -> Assignment:
    """From the columns that users and API clients have in common."""
    warehouses, territories = row["warehouse_ids"], row["territories"]
    return Assignment(
        roles=frozenset(map(Role, row["roles"])),
        dealer_id=row["dealer_id"],
        warehouse_ids=None if warehouses is None else frozenset(warehouses),
        territories=None if territories is None else frozenset(territories),
        waiver=row["waiver"],
    )


def _user(row: Record) -> User:
    return User(
        row["user_id"],
        row["login"],
        row["name"],
        assignment_of(row),
        active=row["active"],
        version=row["version"],
        password_hash=row["password_hash"],
        email=row["email"],
        language=row["language"],
    )
