"""SQL of sessions and access tokens: what proves who somebody is, by its hash."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record

from chassis.auth import Actor, Role
from chassis.db import Database, Reader, Tx
from gateway.identity import Identity


async def insert_session(tx: Tx, token_hash: bytes, *, user_id: UUID, expires_at: datetime) -> None:
    """Begin a session."""
    await tx.execute(
        "INSERT INTO sessions (token_hash, user_id, expires_at) VALUES ($1, $2, $3)",
        token_hash,
        user_id,
        expires_at,
    )


async def delete_session(tx: Tx, token_hash: bytes) -> None:
    """End a session."""
    await tx.execute("DELETE FROM sessions WHERE token_hash = $1", token_hash)


async def delete_sessions_of(
    tx: Tx, user_ids: Collection[UUID], *, but: bytes = b"", newest: int = 0
) -> None:
    """End sessions of users: all but one, and but the newest few."""
    await tx.execute(
        """
        DELETE FROM sessions
        USING (
            SELECT token_hash,
                   row_number() OVER (PARTITION BY user_id ORDER BY created_at DESC) AS age
            FROM sessions
            WHERE user_id = ANY($1::uuid[])
        ) AS own
        WHERE sessions.token_hash = own.token_hash AND own.token_hash <> $2 AND own.age > $3
        """,
        list(user_ids),
        but,
        newest,
    )


async def delete_ended(db: Database, *, idle: timedelta, limit: int) -> int:
    """Forget what has ended; returns how much that was."""
    return await db.fetchval(  # type: ignore[no-any-return]
        """
        WITH old_sessions AS (
            DELETE FROM sessions WHERE token_hash IN (
                SELECT token_hash FROM sessions
                WHERE expires_at < now() OR seen_at < now() - $1::interval
                ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            RETURNING 1
        ), old_tokens AS (
            DELETE FROM access_tokens WHERE token_hash IN (
                SELECT token_hash FROM access_tokens
                WHERE expires_at < now()
                ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM old_sessions) + (SELECT count(*) FROM old_tokens)
        """,
        idle,
        limit,
    )


async def sessions(
    reader: Reader, token_hashes: Collection[bytes], *, idle: timedelta
) -> dict[bytes, Identity]:
    """Who is behind these cookies now; those that ended, or whose user is disabled, are absent."""
    rows = await reader.fetch(
        """
        WITH asked AS (
            UPDATE sessions
            SET seen_at = now()
            WHERE token_hash = ANY($1::bytea[]) AND seen_at < now() - interval '1 minute'
              AND seen_at >= now() - $2::interval AND expires_at > now()
        )
        SELECT sessions.token_hash, users.user_id AS id, users.name, users.roles,
               users.dealer_id, users.warehouse_ids, users.territories, users.version,
               dealers.name AS dealer_name
        FROM sessions
        JOIN users USING (user_id)
        LEFT JOIN dealers USING (dealer_id)
        WHERE sessions.token_hash = ANY($1::bytea[])
          AND sessions.seen_at >= now() - $2::interval AND sessions.expires_at > now()
          AND users.active
        """,
        list(token_hashes),
        idle,
    )
    return {row["token_hash"]: _identity(row) for row in rows}


async def insert_access_token(
    tx: Tx, token_hash: bytes, *, client_id: UUID, expires_at: datetime
) -> None:
    """Give a machine a token."""
    await tx.execute(
        "INSERT INTO access_tokens (token_hash, client_id, expires_at) VALUES ($1, $2, $3)",
        token_hash,
        client_id,
        expires_at,
    )


async def access_tokens(reader: Reader, token_hashes: Collection[bytes]) -> dict[bytes, Identity]:
    """Which machines are behind these tokens now."""
    rows = await reader.fetch(
        """
        SELECT access_tokens.token_hash, api_clients.client_id AS id, api_clients.name,
               api_clients.roles, api_clients.dealer_id, api_clients.warehouse_ids,
               api_clients.territories,
               api_clients.version, dealers.name AS dealer_name
        FROM access_tokens
        JOIN api_clients USING (client_id)
        LEFT JOIN dealers USING (dealer_id)
        WHERE access_tokens.token_hash = ANY($1::bytea[])
          AND access_tokens.expires_at > now() AND api_clients.active
        """,
        list(token_hashes),
    )
    return {row["token_hash"]: _identity(row) for row in rows}


def _identity(row: Record) -> Identity:
    warehouses, territories = row["warehouse_ids"], row["territories"]
    actor = Actor(
        user_id=row["id"],
        name=row["name"],
        roles=frozenset(map(Role, row["roles"])),
        dealer_id=row["dealer_id"],
        warehouse_ids=None if warehouses is None else frozenset(warehouses),
        territories=None if territories is None else frozenset(territories),
    )
    return Identity(actor, row["version"], row["dealer_name"])
