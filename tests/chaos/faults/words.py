"""Crash points that a word of a service's command line comes to: `dlq`, `republish`, `migrate`."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import uuid4

import asyncpg

from chassis.crash import EXIT_CODE
from deploy.postgres import roles
from tests.chaos.ground import Ground, NotReached

PAST = timedelta(minutes=5)


class Inject(Protocol):
    def __call__(self, ground: Ground, *, point: str, service: str) -> Awaitable[None]: ...


async def migrate(ground: Ground, *, point: str, service: str) -> None:
    """A database of its own is brought up to date, by one who is killed and one who is not."""
    suite, name = ground.suite, f"chaos_{uuid4().hex}"
    passwords = suite.keys.passwords(service)
    await roles.provide(suite.superuser_dsn, service, passwords, database=name)
    owner = f"{service}_owner"
    dsn = roles.dsn_of(suite.superuser_dsn, name, role=owner, password=passwords.owner)
    try:
        setting = {f"{service.upper()}_POSTGRES_DSN": dsn}
        passing = ground.chance.randint(1, 3)
        await _killed_then_not(ground, service, ("migrate",), f"{point}@{passing}", setting)
    finally:
        admin = await asyncpg.connect(suite.superuser_dsn)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


async def republish(ground: Ground, *, point: str, service: str) -> None:
    """Kafka is filled from the log while all runs, by one who is killed and one who is not."""
    since = (datetime.now(UTC) - PAST).isoformat(timespec="seconds")
    await _killed_then_not(ground, service, ("republish", "--since", since), point)


async def dlq(ground: Ground, *, point: str, service: str) -> None:
    """An operator gives up a message and is killed; what waits behind it is handled."""
    key = uuid4()
    async with ground.database(service) as database:
        await database.execute(
            """
            WITH blocked AS (
                INSERT INTO parked_keys (key, error, next_try) VALUES ($1, 'by chaos', NULL)
                RETURNING key
            )
            INSERT INTO parked (key, message_id, type, topic, partition, "offset", headers, body)
            SELECT key, gen_random_uuid(), 'chaos.nobody-takes.v1', 'chaos', 0, n, '[]', '{}'
            FROM blocked, generate_series(1, 2) AS n
            """,
            key.bytes,
        )
    code = await ground.word(
        service, "dlq", "skip", str(key), environment={"QUDAO_CRASH_POINT": point}
    )
    if code != EXIT_CODE:
        raise NotReached(f"`dlq skip` ended with {code}, not at {point}")
    async with ground.database(service) as database:

        async def free() -> bool:
            left = "SELECT NOT EXISTS (SELECT FROM parked_keys WHERE key = $1)"
            return bool(await database.fetchval(left, key.bytes))

        await ground.until_so(free, f"{service} frees the key by itself")


async def _killed_then_not(
    ground: Ground,
    service: str,
    words: tuple[str, ...],
    plan: str,
    setting: Mapping[str, str] | None = None,
) -> None:
    killed = {**(setting or {}), "QUDAO_CRASH_POINT": plan}
    if (code := await ground.word(service, *words, environment=killed)) != EXIT_CODE:
        raise NotReached(f"`{words[0]}` ended with {code}, not at {plan}")
    if code := await ground.word(service, *words, environment=setting):
        raise NotReached(f"`{words[0]}` does its work the second time, but ends with {code}")


WORDS: Mapping[str, Inject] = {"dlq": dlq, "republish": republish, "migrate": migrate}
