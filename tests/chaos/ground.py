"""What faults stand on: the running suite, its processes and databases, and a source of chance."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import asyncpg
import httpx

from deploy.local import state
from deploy.local.suite import GATEWAY, Suite, application
from deploy.postgres import roles

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

POLL_SECONDS = 0.1
PATIENCE_SECONDS = 60.0


class NotReached(Exception):
    """Something did not happen in time: the fault was not what it should be."""


@dataclass(slots=True)
class Ground:
    """One run of the harness."""

    suite: Suite
    chance: random.Random
    notes: list[str] = field(default_factory=list)
    """What a fault has to tell of itself, for the line that is printed of it."""

    def process(self, name: str) -> state.Process:
        """As the supervisor sees it now."""
        known = state.read(self.suite.run)
        assert known is not None, "the suite runs"
        return next(one for one in known.processes if one.name == name)

    async def living(self, name: str) -> int:
        """Its process id, once it has one."""
        await self.until(lambda: self.process(name).pid is not None, f"{name} runs")
        pid = self.process(name).pid
        assert pid is not None
        return pid

    async def send(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to a process of the suite; its id."""
        pid = await self.living(name)
        os.kill(pid, number)
        return pid

    def ask_once(self, name: str, environment: Mapping[str, str]) -> None:
        """What the next start of a process, and no other, is to find in its environment."""
        state.ask_once(self.suite.run, name, environment)

    async def renewed(self, name: str, former: int) -> None:
        """Until the supervisor has started it again."""
        await self.until(
            lambda: self.process(name).pid not in {None, former}, f"{name} was started again"
        )

    async def ready(self, name: str) -> bool:
        """Whether a service takes work."""
        path = "/livez" if name == GATEWAY else "/readyz"
        try:
            async with httpx.AsyncClient(timeout=2.0) as http:
                return (await http.get(self.suite.url(name) + path)).status_code == 200
        except httpx.HTTPError:
            return False

    async def until_ready(self, name: str, seconds: float = PATIENCE_SECONDS) -> None:
        await self.until_so(lambda: self.ready(name), f"{name} is ready", seconds)

    async def until(
        self, reached: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Raises NotReached."""

        async def so() -> bool:
            return reached()

        await self.until_so(so, what, seconds)

    async def until_so(
        self, reached: Callable[[], Awaitable[bool]], what: str, seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Raises NotReached."""
        deadline = time.monotonic() + seconds
        while not await reached():
            if time.monotonic() > deadline:
                raise NotReached(f"after {seconds:.0f} s it is not so that {what}")
            await asyncio.sleep(POLL_SECONDS)

    @asynccontextmanager
    async def beside(self, work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
        """Let something happen while the block runs."""
        task = asyncio.create_task(work)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})
            if not task.cancelled() and (fault := task.exception()):
                raise fault

    @asynccontextmanager
    async def database(self, service: str) -> AsyncGenerator[Connection]:
        """A superuser's session in the database of a service."""
        dsn = roles.dsn_of(self.suite.superuser_dsn, roles.database_of(service))
        connection = await asyncpg.connect(dsn, timeout=10)
        try:
            yield connection
        finally:
            await connection.close()

    async def word(
        self, service: str, *words: str, environment: Mapping[str, str] | None = None
    ) -> int:
        """Run a word of a service's command line (`migrate`, `republish` …); its exit code."""
        program = application(self.suite, service)
        settings = {**program.environment, **(environment or {})}
        return await self.command((*program.argv, *words), settings)

    async def operate(self, *words: str) -> None:
        """What a person does with the suite: `up`, `down`. Raises NotReached."""
        if await self.command((sys.executable, "-m", "deploy.local", *words), self.environment):
            raise NotReached(f"`deploy.local {' '.join(words)}` did its work")

    async def command(self, argv: Sequence[str], environment: Mapping[str, str]) -> int:
        """Its words go to a file beside the logs of the suite."""
        self.suite.log.mkdir(parents=True, exist_ok=True)
        with (self.suite.log / "chaos.log").open("ab") as log:
            done = await asyncio.create_subprocess_exec(
                *argv, env=dict(environment), stdout=log, stderr=log
            )
            return await done.wait()

    @property
    def environment(self) -> dict[str, str]:
        """Of commands that are to find this suite."""
        own = {"QUDAO_VAR": str(self.suite.var)}
        base = os.environ.get("QUDAO_PORT_BASE")
        return {**os.environ, **own, **({"QUDAO_PORT_BASE": base} if base else {})}
