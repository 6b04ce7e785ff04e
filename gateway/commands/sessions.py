"""Begin and end sessions, and give machines their tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.db import Tx
from gateway.audit import Entry
from gateway.identity import hash_of, new_secret
from gateway.store import audit, users
from gateway.store import sessions as store

SESSIONS_PER_USER_MAX = 20
"""Devices; the oldest session ends when one more begins."""


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who proved who he is."""

    user_id: UUID
    expires_at: datetime
    fresher_hash: str | None
    """Of his password, where the stored one is out of date."""


async def open_session(tx: Tx, login: Login) -> str:
    """Begin a session; returns the token for the cookie, which is nowhere stored."""
    token = new_secret("qs_")
    await store.insert_session(
        tx, hash_of(token), user_id=login.user_id, expires_at=login.expires_at
    )
    await store.delete_sessions_of(tx, [login.user_id], newest=SESSIONS_PER_USER_MAX)
    if login.fresher_hash is not None:
        await users.set_password_hashes(tx, {login.user_id: login.fresher_hash})
    entry = Entry(f"user:{login.user_id}", "session.open", login.user_id, {})
    await audit.record(tx, [entry])
    return token


async def close_session(tx: Tx, token: str, *, user_id: UUID) -> None:
    """End a session."""
    await store.delete_session(tx, hash_of(token))
    await audit.record(tx, [Entry(f"user:{user_id}", "session.close", user_id, {})])


async def grant_token(tx: Tx, *, client_id: UUID, expires_at: datetime) -> str:
    """Give a machine that proved its secret an access token."""
    token = new_secret("qt_")
    await store.insert_access_token(tx, hash_of(token), client_id=client_id, expires_at=expires_at)
    return token
