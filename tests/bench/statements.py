"""Statements per order, counted by PostgreSQL's own log.

Its log of statements costs time, so it is on for a short block of its own, never for the figures
beside it. Counted is every statement of every database of the suite while the block runs, that of
an idle poll, too; BEGIN and COMMIT are not: transactions are counted apart.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg

from deploy.local.suite import Suite
from tests.bench import running
from tests.bench.running import Block
from tests.bench.site import Site

SETTINGS = {"log_statement": "all", "log_parameter_max_length": "0"}
LOGGED = re.compile(rb"LOG: +(?:execute [^:]*|statement): *\s*(\w+)")
TRANSACTION = {b"BEGIN", b"COMMIT", b"ROLLBACK", b"START"}


async def per_order(site: Site, block: Block) -> float | None:
    """None where the server's log cannot be read here."""
    log = site.suite.log / "postgres.log"
    if site.suite.postgres_dsn or not log.exists():
        return None
    async with _logging(site.suite):
        before = log.stat().st_size
        await running.run(site, block)
        with log.open("rb") as logged:
            logged.seek(before)
            words = LOGGED.findall(logged.read())
    return round(sum(word.upper() not in TRANSACTION for word in words) / block.orders, 2)


@asynccontextmanager
async def _logging(suite: Suite) -> AsyncGenerator[None]:
    """Sessions that are open take the setting, too, once the server has read it again."""
    connection = await asyncpg.connect(suite.superuser_dsn)
    try:
        for name, value in SETTINGS.items():
            await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        await connection.execute("SELECT pg_reload_conf()")
        yield
    finally:
        for name in SETTINGS:
            await connection.execute(f"ALTER SYSTEM RESET {name}")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()
