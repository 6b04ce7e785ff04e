"""Where a service spends its time while a block runs, as a flame graph (py-spy)."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.local import state
from deploy.local.suite import Suite
from tests.bench.site import say


@asynccontextmanager
async def profiled(suite: Suite, service: str | None) -> AsyncGenerator[None]:
    """Of the block, if a service is named."""
    if service is None:
        yield
        return
    known = state.read(suite.run)
    pid = next(one.pid for one in known.processes if one.name == service) if known else None
    picture = suite.var / f"profile-{service}.svg"
    command = ("record", "--rate", "200", "--output", str(picture), "--pid", str(pid))
    spy = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("py-spy")), *command, stdout=sys.stderr
    )
    try:
        yield
    finally:
        spy.send_signal(signal.SIGINT)
        await spy.wait()
        say(f"flame graph: {picture}")
