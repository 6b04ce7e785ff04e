"""Transactions in a caller's name: what he does is marked with him, what he reads is his."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from chassis import telemetry
from chassis.auth import Actor
from chassis.crash import crash_point
from chassis.db import Tx, transaction
from chassis.outbox import Cause, caused_by
from chassis.runtime import Runtime


@asynccontextmanager
async def acting(runtime: Runtime, actor: Actor) -> AsyncGenerator[Tx]:
    """One transaction; its messages carry the actor and the trace. Wakes the relay afterwards."""
    cause = Cause(actor=actor.reference, traceparent=telemetry.traceparent())
    with caused_by({b"": cause}):
        async with transaction(runtime.db) as tx:
            yield tx
            crash_point("command.before_commit")
    crash_point("command.after_commit")
    runtime.committed.set()


@asynccontextmanager
async def reading(runtime: Runtime, actor: Actor) -> AsyncGenerator[Tx]:
    """One read-only transaction that sees what row-level security shows to the actor, all of it
    as of one moment: a policy looks at other rows than the query, and they must fit together.
    """
    async with (
        runtime.db.acquire() as connection,
        connection.transaction(readonly=True, isolation="repeatable_read"),
    ):
        await connection.execute(
            """
            SELECT set_config('qudao.sees_all', $1, true),
                   set_config('qudao.dealer_id', $2, true),
                   set_config('qudao.user_id', $3, true),
                   set_config('qudao.warehouse_ids', $4, true),
                   set_config('qudao.territories', $5, true),
                   set_config('role', $6, true)
            """,
            "on" if actor.sees_all else "off",
            str(actor.dealer_id or ""),
            str(actor.user_id),
            "" if actor.warehouse_ids is None else f"{{{','.join(map(str, actor.warehouse_ids))}}}",
            "\n".join(actor.territories or ()),
            f"{runtime.service}_reader",
        )
        yield Tx(connection)
