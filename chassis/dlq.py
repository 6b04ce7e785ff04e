"""What an operator does with messages that cannot be handled: `python -m services.X dlq …`."""

from __future__ import annotations

import sys
from uuid import UUID

from chassis import parking
from chassis.consumer import Dispatch
from chassis.crash import crash_point
from chassis.db import Database, transaction
from chassis.envelope import subject_of
from chassis.log import log

SHOWN_MAX = 200
SKIPPED = "skipped by an operator"
ABANDONED = "abandoned by an operator"


class KeyNotParked(Exception):
    """No such key is parked, or somebody else is just working on it."""


def key_of(text: str) -> bytes:
    """A key as `dlq list` shows it: an id, or what else identifies an aggregate."""
    try:
        return UUID(text).bytes
    except ValueError:
        return text.encode()


async def show_keys(db: Database) -> None:
    """`list`: the blocked keys, the longest blocked first."""
    rows = await db.fetch(
        """
        SELECT key, attempts, parked_at, next_try, error,
               (SELECT count(*) FROM parked WHERE parked.key = parked_keys.key) AS messages
        FROM parked_keys ORDER BY parked_at LIMIT $1
        """,
        SHOWN_MAX,
    )
    for row in rows:
        turn = f"next try {row['next_try']:%F %T}" if row["next_try"] else "waits for you"
        _say(
            f"{subject_of(row['key'])}  {row['messages']} messages  {row['attempts']} attempts"
            f"  since {row['parked_at']:%F %T}  {turn}  {parking.last_line(row['error'])}"
        )
    _say(f"{len(rows)} keys are parked")


async def show_key(db: Database, key: bytes) -> None:
    """`show`: the messages of one key in their order, and why the first one failed."""
    async with transaction(db) as tx:
        parked = await parking.lock_key(tx, key)
        if parked is None:
            raise KeyNotParked(subject_of(key))
        for position, delivery in await parking.waiting(tx, key, SHOWN_MAX):
            envelope = delivery.envelope
            _say(
                f"#{position} {delivery.type} {envelope.message_id} {envelope.time:%F %T}"
                f" from {delivery.topic} {delivery.partition} @{delivery.offset}"
                f" trace {envelope.traceparent or '-'}"
            )
            _say(delivery.body.decode(errors="replace"))
        _say(parked.error)


async def retry(db: Database, dispatch: Dispatch, key: bytes) -> bool:
    """`retry`: handle what waits, in order; whether nothing is left."""
    await dispatch.retry(key)
    return await _report(db, key)


async def skip(db: Database, dispatch: Dispatch, key: bytes) -> bool:
    """`skip`: give up the oldest message only, then handle what waits behind it."""
    await _give_up(db, dispatch, key, limit=1, reason=SKIPPED)
    crash_point("dlq.after_skip")
    await dispatch.retry(key)
    return await _report(db, key)


async def abandon(db: Database, dispatch: Dispatch, key: bytes) -> bool:
    """`abandon`: give up all that waits; what comes from now on is handled."""
    await _give_up(db, dispatch, key, limit=None, reason=ABANDONED)
    return await _report(db, key)


async def _give_up(
    db: Database, dispatch: Dispatch, key: bytes, *, limit: int | None, reason: str
) -> None:
    """Nothing vanishes: what is given up goes to the dead letter topic."""
    async with transaction(db) as tx:
        parked = await parking.lock_key(tx, key)
        if parked is None:
            raise KeyNotParked(subject_of(key))
        dead = await parking.waiting(tx, key, limit)
        await parking.bury(tx, dispatch.service, [(one, reason) for _, one in dead])
        await parking.forget(tx, key, dead[-1][0])
        if not await parking.free(tx, key):
            await parking.put_off(tx, parking.ParkedKey(key, reason, attempts=1))
    log.warning("messages_given_up", key=subject_of(key), messages=len(dead), reason=reason)


async def _report(db: Database, key: bytes) -> bool:
    left = await db.fetchrow(
        """
        SELECT error, (SELECT count(*) FROM parked WHERE parked.key = parked_keys.key) AS messages
        FROM parked_keys WHERE key = $1
        """,
        key,
    )
    if left is None:
        _say(f"{subject_of(key)} is free")
    else:
        why = parking.last_line(left["error"])
        _say(f"{subject_of(key)}: {left['messages']} messages wait  {why}")
    return left is None


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
