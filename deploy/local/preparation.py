"""What must stand before the first service starts: databases, roles, schemas, topics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from deploy.kafka import topics
from deploy.local.suite import APPLICATIONS, CELL, Program, Suite, migration
from deploy.postgres import roles

AT_ONCE = 2
"""Each migration is a Python process, and it is the processor that they wait for."""


class MigrationFailed(Exception):
    """A service could not bring its schema up to date."""


async def prepare_databases(suite: Suite, say: Callable[[str], None]) -> None:
    """Databases and roles, then the schemas. Raises MigrationFailed."""
    say("databases and roles")
    for name in APPLICATIONS:
        await roles.provide(suite.superuser_dsn, name, suite.keys.passwords(name))
    say("migrations")
    turn = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(_migrate(migration(suite, name), turn) for name in APPLICATIONS))


async def prepare_topics(suite: Suite, say: Callable[[str], None]) -> None:
    say("topics")
    await topics.apply(suite.bootstrap_servers, CELL)


async def _migrate(program: Program, turn: asyncio.Semaphore) -> None:
    async with turn:
        process = await asyncio.create_subprocess_exec(
            *program.argv,
            env=program.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    if process.returncode != 0:
        raise MigrationFailed(
            f"{program.name} ended with code {process.returncode}:\n{_tail(output)}"
        )


def _tail(output: bytes, lines: int = 20) -> str:
    return "\n".join(output.decode(errors="replace").splitlines()[-lines:])
