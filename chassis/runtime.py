"""What the parts of one running service share; made once at its start, then passed along."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from chassis.auth import Access, Actor
from chassis.db import Database

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from chassis.intake import GroupCommit, Intake

Ask = TypeVar("Ask")
Done = TypeVar("Done")
Check = Callable[[], Awaitable[str | None]]
"""Says what is wrong, or None."""


@dataclass(slots=True)
class Runtime:
    """One per process; `request.app.state.runtime` in a route (`chassis.http.RuntimeDep`)."""

    service: str
    settings: Any
    """The service's own subclass of ServiceSettings."""
    db: Database
    access: Access
    authenticate: Callable[[HTTPConnection], Awaitable[Actor]]
    committed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after each commit of this process, so that the relay need not wait for its tick."""
    intakes: Mapping[GroupCommit[Any, Any], Intake[Any, Any]] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    """What must be well before this process takes work, by name; `/readyz` asks them all."""
    stopping: bool = False
    exits: AsyncExitStack = field(default_factory=AsyncExitStack)
    """What must be closed when the process ends."""
    state: dict[str, Any] = field(default_factory=dict)
    """What a service's own parts keep here between its start and its end, by name."""

    def intake(self, committing: GroupCommit[Ask, Done]) -> Intake[Ask, Done]:
        """The queue of a group commit that the service lists in `intakes`."""
        return cast("Intake[Ask, Done]", self.intakes[committing])
