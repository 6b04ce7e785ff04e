"""A database of its own and three roles for each service, so that no service can reach another's.

| role | may |
|---|---|
| `<service>_owner` | log in and change the schema: migrations, nothing else |
| `<service>` | log in, read and write rows; what commands, consumers and the relay run as |
| `<service>_reader` | be switched to by `<service>`, and read what row-level security shows |

None of them is a superuser or bypasses row-level security. All may be applied again and again.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from asyncpg import Connection, Record

PLAIN = ("NOSUPERUSER", "NOCREATEDB", "NOCREATEROLE", "NOREPLICATION", "NOBYPASSRLS")

LOCK = 7_149


@dataclass(frozen=True, slots=True)
class Passwords:
    """Of the two roles of a service that log in."""

    owner: str
    service: str


async def provide(
    superuser_dsn: str, service: str, passwords: Passwords, *, database: str | None = None
) -> None:
    """Make the roles and the database (`qudao_<service>`) of one service what they should be."""
    database = database or database_of(service)
    async with _connected(superuser_dsn) as admin:
        # Roles belong to the whole server: whoever else makes them has to wait.
        await admin.execute(f"SELECT pg_advisory_lock({LOCK})")
        await _provide_roles(admin, service, passwords)
        await _provide_database(admin, service, database)
        async with _connected(dsn_of(superuser_dsn, database)) as inside:
            await _grant(inside, service)


def database_of(service: str) -> str:
    return f"qudao_{service}"


def dsn_of(
    superuser_dsn: str, database: str, *, role: str | None = None, password: str = ""
) -> str:
    """The address of a database on the same server, for a role other than the superuser."""
    parts = urlsplit(superuser_dsn)
    place = parts.netloc.rpartition("@")[2]
    login = f"{role}:{password}" if role else parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@{place}", path=f"/{database}"))


async def _provide_roles(admin: Connection[Record], service: str, passwords: Passwords) -> None:
    logins = {f"{service}_owner": passwords.owner, service: passwords.service}
    known = await _existing(admin, "SELECT rolname FROM pg_roles")
    for role in (*logins, f"{service}_reader"):
        if role not in known:
            await admin.execute(f"CREATE ROLE {role}")
        await admin.execute(f"ALTER ROLE {role} {' '.join(PLAIN)}")
    for role, password in logins.items():
        await admin.execute(f"ALTER ROLE {role} LOGIN PASSWORD {_quoted(password)}")
    # Without inheritance the policies of the reader do not apply to the writer.
    await admin.execute(f"ALTER ROLE {service} NOINHERIT")
    await admin.execute(f"GRANT {service}_reader TO {service}")


async def _provide_database(admin: Connection[Record], service: str, database: str) -> None:
    if database not in await _existing(admin, "SELECT datname FROM pg_database"):
        await admin.execute(f"CREATE DATABASE {database} OWNER {service}_owner")
    await admin.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    await admin.execute(f"GRANT CONNECT ON DATABASE {database} TO {service}, {service}_owner")


async def _grant(admin: Connection[Record], service: str) -> None:
    """In the service's own database: now, and for all that its owner will make."""
    both, own = f"{service}, {service}_reader", f"FOR ROLE {service}_owner"
    for statement in (
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT ALL ON SCHEMA public TO {service}_owner",
        f"GRANT USAGE ON SCHEMA public TO {both}",
        f"ALTER DEFAULT PRIVILEGES {own} GRANT USAGE ON SCHEMAS TO {both}",
        f"ALTER DEFAULT PRIVILEGES {own} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES"
        f" TO {service}",
        f"ALTER DEFAULT PRIVILEGES {own} GRANT SELECT ON TABLES TO {service}_reader",
        f"ALTER DEFAULT PRIVILEGES {own} GRANT USAGE, SELECT ON SEQUENCES TO {service}",
    ):
        await admin.execute(statement)


async def _existing(admin: Connection[Record], names: str) -> set[str]:
    return {row[0] for row in await admin.fetch(names)}


def _quoted(text: str) -> str:
    """As a literal: DDL takes no parameters."""
    return "'" + text.replace("'", "''") + "'"


@asynccontextmanager
async def _connected(dsn: str) -> AsyncGenerator[Connection[Record]]:
    """One connection for the length of the block."""
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()
