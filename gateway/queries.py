"""What the gateway can be asked to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from asyncpg import Record

from chassis.auth import Role
from chassis.db import Reader
from chassis.pages import Page, PageRequest
from gateway.audit import Entry, Head, Link
from gateway.audit.words import said
from gateway.schemas import AuditEntry, ClientResponse, UserResponse


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is needed to prove who somebody is."""

    user_id: UUID
    login: str
    password_hash: str | None
    active: bool


async def credentials(reader: Reader, login: str) -> Credentials | None:
    """By login."""
    row = await reader.fetchrow(
        "SELECT user_id, login, password_hash, active FROM users WHERE login = $1", login
    )
    return None if row is None else Credentials(*row)


async def credentials_of(reader: Reader, user_id: UUID) -> Credentials | None:
    """By id."""
    row = await reader.fetchrow(
        "SELECT user_id, login, password_hash, active FROM users WHERE user_id = $1", user_id
    )
    return None if row is None else Credentials(*row)


async def users(
    reader: Reader,
    page: PageRequest,
    *,
    role: Role | None = None,
    dealer_id: UUID | None = None,
    search: str | None = None,
) -> Page[UserResponse]:
    """People by login; `search` is the beginning of a login or a part of a name."""
    (after,) = page.key(str)
    rows = await reader.fetch(
        """
        SELECT user_id, login, name, roles, dealer_id, warehouse_ids, territories, waiver, active,
               version, email, language
        FROM users
        WHERE ($1::text IS NULL OR login > $1)
          AND ($3::text IS NULL OR $3 = ANY (roles))
          AND ($4::uuid IS NULL OR dealer_id = $4)
          AND ($5::text IS NULL OR starts_with(login, $5) OR position($5 IN name) > 0)
        ORDER BY login
        LIMIT $2
        """,
        after,
        page.fetch,
        role,
        dealer_id,
        search,
    )
    return Page.of([_user(row) for row in rows], page, key=lambda user: (user.login,))


async def user(reader: Reader, user_id: UUID) -> UserResponse | None:
    """One person."""
    row = await reader.fetchrow(
        """
        SELECT user_id, login, name, roles, dealer_id, warehouse_ids, territories, waiver, active,
               version, email, language
        FROM users
        WHERE user_id = $1
        """,
        user_id,
    )
    return None if row is None else _user(row)


async def clients(reader: Reader, page: PageRequest) -> Page[ClientResponse]:
    """Machines by name."""
    (after,) = page.key(str)
    rows = await reader.fetch(
        """
        SELECT client_id, name, roles, dealer_id, warehouse_ids, territories, active, version
        FROM api_clients
        WHERE $1::text IS NULL OR name > $1
        ORDER BY name
        LIMIT $2
        """,
        after,
        page.fetch,
    )
    return Page.of([_client(row) for row in rows], page, key=lambda client: (client.name,))


async def client(reader: Reader, client_id: UUID) -> ClientResponse | None:
    """One machine."""
    row = await reader.fetchrow(
        """
        SELECT client_id, name, roles, dealer_id, warehouse_ids, territories, active, version
        FROM api_clients
        WHERE client_id = $1
        """,
        client_id,
    )
    return None if row is None else _client(row)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries; None: whatever. `since` is included, `until` is not."""

    actor: str | None = None
    action: str | None = None
    subject_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    dealer_id: UUID | None = None
    document: str | None = None


async def audit_log(reader: Reader, page: PageRequest, asked: AuditFilter) -> Page[AuditEntry]:
    """What was changed, newest first, with the names that people and dealers have now."""
    (before,) = page.key(UUID)
    rows = await reader.fetch(
        """
        WITH found AS MATERIALIZED (
            SELECT entry_id, at, actor, action, subject_id, facts, dealer_id, documents
            FROM audit_log
            WHERE ($1::uuid IS NULL OR entry_id < $1)
              AND ($3::text IS NULL OR actor = $3)
              AND ($4::text IS NULL OR action = $4)
              AND ($5::uuid IS NULL OR subject_id = $5)
              AND ($6::timestamptz IS NULL OR at >= $6)
              AND ($7::timestamptz IS NULL OR at < $7)
              AND ($8::uuid IS NULL OR dealer_id = $8)
              AND ($9::text IS NULL OR documents @> ARRAY[$9])
            ORDER BY entry_id DESC
            LIMIT $2
        )
        SELECT found.*, coalesce(users.name, api_clients.name) AS actor_name, dealers.name AS dealer
        FROM found
        LEFT JOIN users ON found.actor = 'user:' || users.user_id
        LEFT JOIN api_clients ON found.actor = 'user:' || api_clients.client_id
        LEFT JOIN dealers ON dealers.dealer_id = found.dealer_id
        ORDER BY entry_id DESC
        """,
        before,
        page.fetch,
        asked.actor,
        asked.action,
        asked.subject_id,
        asked.since,
        asked.until,
        asked.dealer_id,
        asked.document,
    )
    entries = [_entry(row) for row in rows]
    return Page.of(entries, page, key=lambda entry: (entry.entry_id,))


async def audit_chain(reader: Reader, *, after: int = 0, limit: int = 10_000) -> list[Link]:
    """The audit log in its order, from behind a position; without what is older than the chain."""
    rows = await reader.fetch(
        """
        SELECT position, entry_id, at, actor, action, subject_id, facts, digest
        FROM audit_log
        WHERE position > $1
        ORDER BY position
        LIMIT $2
        """,
        after,
        limit,
    )
    return [
        Link(
            row["position"],
            row["entry_id"],
            row["at"],
            Entry(row["actor"], row["action"], row["subject_id"], orjson.loads(row["facts"])),
            row["digest"],
        )
        for row in rows
    ]


async def audit_base(reader: Reader) -> Head:
    """The link before the oldest one that is kept."""
    [row] = await reader.fetch("SELECT position, digest FROM audit_base")
    return Head(row["position"], row["digest"])


async def audit_head(reader: Reader) -> Head:
    """The newest link, as whoever added it left it."""
    [row] = await reader.fetch("SELECT position, digest FROM audit_head")
    return Head(row["position"], row["digest"])


async def salespeople(reader: Reader) -> list[tuple[UUID, UUID | None]]:
    """Who looks after each dealer: pairs of dealer and salesperson."""
    rows = await reader.fetch("SELECT dealer_id, salesperson_id FROM dealers")
    return [(row["dealer_id"], row["salesperson_id"]) for row in rows]


def _entry(row: Record) -> AuditEntry:
    facts = orjson.loads(row["facts"])
    before = facts.pop("before", {})
    text, link = said(row["action"], row["subject_id"], facts)
    return AuditEntry(
        entry_id=row["entry_id"],
        at=row["at"],
        actor=row["actor"],
        actor_name=row["actor_name"],
        on_behalf_of=row["dealer_id"] if facts.get("on_behalf") else None,
        action=row["action"],
        title_zh=text.zh,
        title_en=text.en,
        subject_id=row["subject_id"],
        link=link,
        dealer_id=row["dealer_id"],
        dealer=row["dealer"],
        documents=row["documents"],
        before=before,
        facts=facts,
    )


def _user(row: Record) -> UserResponse:
    return UserResponse(
        **row, allowed_actions=["change", "set-password", "disable" if row["active"] else "enable"]
    )


def _client(row: Record) -> ClientResponse:
    return ClientResponse(
        **row, allowed_actions=["rotate-secret", "revoke"] if row["active"] else []
    )
