"""What a superuser plants in a service's database, so that its own statements fail for a while."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg

from tests.chaos.ground import Connection, Ground

ATTEMPTS_MAX = 20

POISON = """
    CREATE OR REPLACE FUNCTION chaos_poison() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.cause IS NOT NULL AND get_byte(NEW.key, length(NEW.key) - 1) % 16 = {part} THEN
            RAISE EXCEPTION 'poisoned by chaos';
        END IF;
        RETURN NEW;
    END $$;
    CREATE OR REPLACE TRIGGER chaos BEFORE INSERT ON outbox
        FOR EACH ROW EXECUTE FUNCTION chaos_poison();
"""
"""One key in sixteen cannot answer: its messages are parked. Requests are let through."""

UNSERIALIZABLE = """
    CREATE OR REPLACE FUNCTION chaos_fail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF random() < 0.3 THEN
            RAISE EXCEPTION 'made by chaos' USING ERRCODE = '{state}';
        END IF;
        RETURN NULL;
    END $$;
    CREATE OR REPLACE TRIGGER chaos BEFORE INSERT ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION chaos_fail();
"""


@asynccontextmanager
async def poisoned(ground: Ground, service: str) -> AsyncGenerator[None]:
    """Handlers fail for some keys; afterwards those are tried again, as by an operator."""
    async with _planted(ground, service, "outbox", POISON.format(part=ground.chance.randrange(16))):
        yield
    async with ground.database(service) as database:
        await database.execute("UPDATE parked_keys SET next_try = now()")


@asynccontextmanager
async def unserializable(
    ground: Ground, service: str, table: str, state: str
) -> AsyncGenerator[None]:
    """Three of ten statements that insert into `table` fail with this SQLSTATE."""
    async with _planted(ground, service, table, UNSERIALIZABLE.format(state=state, table=table)):
        yield


@asynccontextmanager
async def _planted(
    ground: Ground, service: str, table: str, statements: str
) -> AsyncGenerator[None]:
    async with ground.database(service) as database:
        await patiently(database, statements)
    try:
        yield
    finally:
        async with ground.database(service) as database:
            await patiently(database, f"DROP TRIGGER IF EXISTS chaos ON {table}")


async def patiently(database: Connection, statements: str) -> None:
    """Changes of a table that is in use: asked for again and again, for a short time each."""
    await database.execute("SET lock_timeout = '500ms'")
    for attempt in range(ATTEMPTS_MAX):
        try:
            await database.execute(statements)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            if attempt == ATTEMPTS_MAX - 1:
                raise
        else:
            return
