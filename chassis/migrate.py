"""Bring a service's database up to date: plain SQL files, each in one transaction, in order.

A file that begins with `-- no transaction` runs outside of one and has one statement, which may run
again where somebody was killed before he noted its name: CREATE INDEX CONCURRENTLY IF NOT EXISTS.
What was applied must not change any more: its checksum is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

import asyncpg
from asyncpg import Connection, Record

from chassis.crash import crash_point
from chassis.log import log

ROOT = Path(__file__).parent.parent
LOCK = 7_148
NO_TRANSACTION = "-- no transaction"
HALF_MADE_INDEXES_GO = """
DO $$
DECLARE
    half text;
BEGIN
    FOR half IN SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid LOOP
        EXECUTE 'DROP INDEX ' || half;
    END LOOP;
END $$
"""
"""Whoever is killed inside of CREATE INDEX CONCURRENTLY leaves one, which nobody would use."""


class MigrationChanged(Exception):
    """A migration that was applied before is not the same any more; write a new one instead."""


def files_of(service: str, root: Path = ROOT) -> list[Path]:
    """The migrations of a service, the chassis' own first; `root` is the folder of the suite."""
    own = Path(service) if service == "gateway" else Path("services", service)
    folders = (root / "chassis", root / own)
    return [file for folder in folders for file in sorted(folder.glob("migrations/*.sql"))]


async def migrate(dsn: str, service: str, root: Path = ROOT) -> list[str]:
    """Apply what is missing, as the owner of the tables; return the names of those files."""
    connection = await asyncpg.connect(dsn, timeout=10, command_timeout=None)
    try:
        # Processes that start together: the first one does it, the others wait and find it done.
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        return await _apply(connection, files_of(service, root))
    finally:
        await connection.close()


async def _apply(connection: Connection[Record], files: Iterable[Path]) -> list[str]:
    await connection.execute(
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            name       text        PRIMARY KEY,
            checksum   bytea       NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    rows = await connection.fetch("SELECT name, checksum FROM schema_migrations")
    applied: Mapping[str, bytes] = {row["name"]: row["checksum"] for row in rows}
    new = []
    for file in files:
        name = f"{file.parent.parent.name}/{file.name}"
        text = file.read_text()
        checksum = sha256(text.encode()).digest()
        if name not in applied:
            await _apply_one(connection, name, text, checksum)
            log.info("migration_applied", migration=name)
            new.append(name)
        elif applied[name] != checksum:
            raise MigrationChanged(name)
    return new


async def _apply_one(connection: Connection[Record], name: str, text: str, checksum: bytes) -> None:
    record = "INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)"
    if text.startswith(NO_TRANSACTION):
        await connection.execute(HALF_MADE_INDEXES_GO)
        await connection.execute(text)
        crash_point("migrate.before_name")
        await connection.execute(record, name, checksum)
        return
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '5s'")
        await connection.execute(text)
        await connection.execute(record, name, checksum)
        crash_point("migrate.before_commit")
    crash_point("migrate.after_commit")
