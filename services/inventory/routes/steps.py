"""One step of a document: how all of them are taken and answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response
from pydantic import BaseModel

from chassis.auth import Actor
from chassis.db import Tx
from chassis.http import IfMatch, RuntimeDep
from chassis.idempotency import IdempotencyKey, Key, once
from chassis.runtime import Runtime
from chassis.scope import acting
from services.inventory.commands.documents import Ask
from services.inventory.domain.documents import Document, Kind

Command = Callable[[Tx, Ask], Awaitable[None]]
Show = Callable[[Tx, Actor, UUID], Awaitable[BaseModel]]


@dataclass(frozen=True, slots=True)
class Step:
    """What a request to take a document further says, whatever it asks for."""

    document_id: UUID
    runtime: Runtime
    key: Key
    if_match: int | None

    async def take(self, kind: Kind, actor: Actor, command: Command, show: Show) -> Response:
        """Do it once, and answer with the document as it is then."""
        ask = Ask(kind, self.document_id, actor, self.if_match)

        async def produce() -> BaseModel:
            await command(tx, ask)
            return await show(tx, actor, self.document_id)

        async with acting(self.runtime, actor) as tx:
            return await once(tx, self.key, 200, produce)


async def _step(
    document_id: UUID, runtime: RuntimeDep, key: IdempotencyKey, if_match: IfMatch
) -> Step:
    return Step(document_id, runtime, key, if_match)


StepDep = Annotated[Step, Depends(_step)]


async def drafted(
    runtime: Runtime, actor: Actor, key: Key, draft: Callable[[Tx], Awaitable[Document]], show: Show
) -> Response:
    """Write a document once, and answer with it."""

    async def produce() -> BaseModel:
        document = await draft(tx)
        return await show(tx, actor, document.document_id)

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 201, produce)
