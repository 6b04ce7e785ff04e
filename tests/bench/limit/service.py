"""One process of the bare pipeline: takes messages, keeps rows, sends the next messages on.

Inbox, outbox, relay, publisher and consumption are the chassis' own, so all is batched as in the
suite. What a message says is not looked at: no rules, no models, no saga, no telemetry.
"""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import orjson
import uvicorn
import uvloop

from chassis import inbox
from chassis.consumer import Dispatch
from chassis.db import Database, Tx, connect, transaction
from chassis.envelope import Delivery
from chassis.ids import uuid7
from chassis.kafka import Consumption, KafkaPublisher
from chassis.log import configure
from chassis.outbox import COLUMNS
from chassis.process import PATIENT, RELAY_SESSION
from chassis.pulse import Pulse
from chassis.relay import Signals, relay
from chassis.rotation import keep_tables
from chassis.service.serving import GC_THRESHOLDS
from contracts.topics import partition_of
from tests.bench.figures import COMPLETED
from tests.bench.limit.shape import INTAKE, Shape, Work

BATCH_MAX, WRITERS = 256, 2
"""As chassis.intake."""
ROWS = ("order_id", "place", "padding")
PADDING = bytes(range(256)) * 64


@dataclass(frozen=True, slots=True)
class Plan:
    """What a process of the bare pipeline is told."""

    service: str
    cell: str
    dsn: str
    bootstrap_servers: str
    port: int
    """Of the intake; 0: none."""
    shape: Shape


Taken = tuple[Work, UUID, UUID | None]
"""What is to be done, for which order, and the message that asks for it."""


@dataclass(slots=True)
class Bare:
    """A service that only moves things."""

    plan: Plan
    db: Database
    first_places: dict[str, int] = field(default_factory=dict)
    """By type, the place of the first row that it inserts among the order's rows."""

    def __post_init__(self) -> None:
        place = 0
        for taken, work in self.works.items():
            self.first_places[taken] = place
            place += len(work.rows)

    @property
    def works(self) -> dict[str, Work]:
        return dict(self.plan.shape.works[self.plan.service])

    async def deliver(self, deliveries: Sequence[Delivery]) -> None:
        """Handle a batch exactly once in effect."""
        works = self.works
        known = [one for one in deliveries if one.type in works]
        if not known:
            return
        async with transaction(self.db) as tx:
            seen = await inbox.record(tx, [one.message_id for one in known])
            fresh = [one for one in known if seen.is_new(one.message_id)]
            await self.handle(
                tx, [(one.type, UUID(bytes=one.key), one.message_id) for one in fresh]
            )

    async def handle(self, tx: Tx, asks: Sequence[tuple[str, UUID, UUID | None]]) -> None:
        """Rows in, rows again, messages out: a constant number of statements."""
        works = self.works
        rows = [
            (order_id, self.first_places[type_] + place, PADDING[:size])
            for type_, order_id, _ in asks
            for place, size in enumerate(works[type_].rows)
        ]
        if rows:
            await tx.copy_records_to_table("bare_rows", records=rows, columns=ROWS)
        again: Counter[UUID] = Counter()
        for type_, order_id, _ in asks:
            again[order_id] += works[type_].updates
        if again := +again:
            await tx.execute(AGAIN, list(again), list(again.values()))
        completed = [
            order_id
            for type_, order_id, _ in asks
            if any(sent.type == COMPLETED for sent in works[type_].sends)
        ]
        if completed:
            await tx.execute(DONE, completed)
        messages = [
            self._message(sent, order_id, cause)
            for type_, order_id, cause in asks
            for sent in works[type_].sends
        ]
        if messages:
            await tx.copy_records_to_table("outbox", records=messages, columns=COLUMNS)

    def _message(self, sent: Any, order_id: UUID, cause: UUID | None) -> tuple[Any, ...]:
        key = order_id.bytes
        return (
            *(uuid7(), sent.type, sent.topic, partition_of(key), key, sent.sequence),
            *(cause, order_id, self.plan.shape.actor, self.plan.shape.traceparent, sent.body),
        )


AGAIN = """
    UPDATE bare_rows AS r
    SET step = r.step + 1
    FROM unnest($1::uuid[], $2::int[]) AS again(order_id, places)
    WHERE r.order_id = again.order_id AND r.place < again.places
"""
DONE = "UPDATE bare_rows SET done = true WHERE order_id = ANY($1::uuid[]) AND place = 0"


@dataclass(slots=True)
class Intake:
    """Group commit of orders that arrive together, behind a bare ASGI route."""

    bare: Bare
    committed: asyncio.Event
    queue: asyncio.Queue[tuple[UUID, asyncio.Future[None]]] = field(default_factory=asyncio.Queue)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            more = (await receive()).get("more_body", False)
        order_id = uuid7()
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.queue.put_nowait((order_id, stored))
        await stored
        body = orjson.dumps({"order_id": str(order_id)})
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def write(self) -> None:
        while True:
            batch = [await self.queue.get()]
            while len(batch) < BATCH_MAX and not self.queue.empty():
                batch.append(self.queue.get_nowait())
            async with transaction(self.bare.db) as tx:
                await self.bare.handle(tx, [(INTAKE, order_id, None) for order_id, _ in batch])
            self.committed.set()
            for _, stored in batch:
                stored.set_result(None)


async def main(plan: Plan) -> None:
    configure(plan.service, level="warning", form="json")
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(await connect(plan.dsn))
        relay_db = await stack.enter_async_context(
            await connect(plan.dsn, size_max=2, settings=RELAY_SESSION)
        )
        publisher = KafkaPublisher(plan.bootstrap_servers, cell=plan.cell, service=plan.service)
        bare, committed = Bare(plan, db), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            signals = Signals(committed)
            tasks.create_task(relay(relay_db, publisher, signals, Pulse(10), holder="0"))
            tasks.create_task(keep_tables(db))
            topics = plan.shape.topics[plan.service]
            if topics:
                tasks.create_task(_consumption(plan, bare, committed).run(topics))
            if plan.port:
                intake = Intake(bare, committed)
                for _ in range(WRITERS):
                    tasks.create_task(intake.write())
                tasks.create_task(_server(intake, plan.port).serve())
            tasks.create_task(_until_orphaned(os.getppid()))
            gc.collect()
            gc.freeze()
            gc.set_threshold(*GC_THRESHOLDS)


async def _until_orphaned(parent: int) -> None:
    """However the benchmark ends, nothing of it goes on."""
    while os.getppid() == parent:
        await asyncio.sleep(1)
    raise SystemExit


def _consumption(plan: Plan, bare: Bare, committed: asyncio.Event) -> Consumption:
    client = {
        "bootstrap_servers": plan.bootstrap_servers,
        "group_id": f"{plan.cell}.{plan.service}",
        "group_instance_id": f"{plan.cell}.{plan.service}.0",
        **(PATIENT if plan.service in plan.shape.patient else {}),
    }
    dispatch = cast("Dispatch", bare)  # it delivers; that is all that is asked of it
    return Consumption(dispatch, client, committed, Pulse(30), cell=plan.cell)


def _server(intake: Intake, port: int) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            cast("Any", intake),
            port=port,
            http="httptools",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
        )
    )


if __name__ == "__main__":
    uvloop.run(main(pickle.load(sys.stdin.buffer)))
