"""What leads a process to a crash point that the load alone does not lead it to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from tests.chaos.faults.members import guest
from tests.chaos.faults.planted import poisoned
from tests.chaos.ground import Ground

Provocation = Callable[[Ground, str], Coroutine[Any, Any, None]]
"""Goes on until it is cancelled."""


def towards(point: str) -> Provocation:
    """Of a crash point."""
    match point:
        case "parking.before_free" | "parking.after_drain":
            return poison_and_heal
        case "relay.before_rebase" | "relay.after_rebase":
            return restored_elsewhere
        case "consumer.before_revocation":
            return guests
    return BY_PART.get(point.partition(".")[0], nothing)


async def nothing(ground: Ground, service: str) -> None:
    """The load is enough."""


async def poison(ground: Ground, service: str) -> None:
    """Keys are parked, and fail whenever they are tried again."""
    async with poisoned(ground, service):
        await asyncio.Event().wait()


async def poison_and_heal(ground: Ground, service: str) -> None:
    """Keys are parked, and their cause goes; again and again, since the process comes up late."""

    async def parked() -> bool:
        async with ground.database(service) as database:
            return bool(await database.fetchval("SELECT EXISTS (SELECT FROM parked_keys)"))

    while True:
        async with poisoned(ground, service):
            await ground.until_so(parked, f"a key of {service} is parked")
        await asyncio.sleep(2)


async def restored_elsewhere(ground: Ground, service: str) -> None:
    """The cursor stands as if the database had come from another server."""
    async with ground.database(service) as database:
        await database.execute("UPDATE outbox_cursor SET system = 0")


async def guests(ground: Ground, service: str) -> None:
    """Members come and go."""
    while True:
        async with guest(ground, service):
            await asyncio.sleep(2)


async def hurry_timers(ground: Ground, service: str) -> None:
    """All deadlines are over, all the time."""
    async with ground.database(service) as database:
        while True:
            await database.execute(
                """
                UPDATE orders SET wake_at = now(), deadline = now() - interval '1 second'
                WHERE deadline IS NOT NULL AND phase IN ('FORWARD', 'BACKWARD')
                """
            )
            await asyncio.sleep(0.3)


async def old_keys(ground: Ground, service: str) -> None:
    """Idempotency-Keys that nobody repeats any more."""
    async with ground.database(service) as database:
        await database.execute(
            """
            INSERT INTO idempotency (scope, key, request_hash, status, answer, created_at)
            SELECT 'chaos', gen_random_uuid()::text, '', 200, '', now() - interval '40 days'
            FROM generate_series(1, 1500)
            """
        )


BY_PART: dict[str, Provocation] = {"parking": poison, "timer": hurry_timers, "job": old_keys}
