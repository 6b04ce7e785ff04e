"""What must stand before the first service starts: databases, roles, schemas, topics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import asyncpg

from chassis.migrate import MigrationChanged, migrate
from deploy.kafka import topics
from deploy.local.suite import APPLICATIONS, CELL, Suite
from deploy.postgres import roles


class MigrationFailed(Exception):
    """The schema of a service could not be brought up to date."""


async def prepare_databases(suite: Suite, say: Callable[[str], None]) -> None:
    """Databases and roles, then the schemas. Raises MigrationFailed."""
    say("databases and roles")
    for name in APPLICATIONS:
        await roles.provide(suite.superuser_dsn, name, suite.keys.passwords(name))
    say("migrations")
    await asyncio.gather(*(_migrate(suite, name) for name in APPLICATIONS))


async def prepare_topics(suite: Suite, say: Callable[[str], None]) -> None:
    say("topics")
    await topics.apply(suite.bootstrap_servers, CELL)


async def _migrate(suite: Suite, name: str) -> None:
    """The same as `python -m services.<name> migrate`, without a process for each."""
    try:
        await migrate(suite.dsn(name, role=f"{name}_owner"), name)
    except MigrationChanged as change:
        raise MigrationFailed(
            f"{change} was applied as another text than it has now. Put the old one back and "
            "write a new migration; or, where the data may go, begin anew: make clean"
        ) from change
    except asyncpg.PostgresError as fault:
        raise MigrationFailed(f"{name}: {fault}") from fault
