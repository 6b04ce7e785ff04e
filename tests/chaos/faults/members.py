"""More members in the consumer group of a service, so that partitions change hands."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from chassis.process import topics_of
from deploy.local import servers
from deploy.local.suite import CELL, application
from tests.chaos.ground import Ground

START_SECONDS_MAX, STOP_SECONDS_MAX = 20.0, 15.0
SESSION_SECONDS = 6
"""The shortest that a broker takes by default."""


@asynccontextmanager
async def short_session(ground: Ground, service: str) -> AsyncGenerator[None]:
    """Start the service again, once, as a member that soon counts as dead when it is silent."""
    setting = {f"{service.upper()}_KAFKA_SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS)}
    ground.ask_once(service, setting)
    await ground.renewed(service, await ground.send(service, signal.SIGTERM))
    await ground.until_ready(service)
    yield


@asynccontextmanager
async def heir(ground: Ground, service: str) -> AsyncGenerator[int]:
    """A second worker of the service, which takes part of its work; its process id."""
    program = application(ground.suite, service)
    prefix, port = service.upper(), servers.free_port()
    own = {
        f"{prefix}_INSTANCE": "chaos",
        f"{prefix}_PORT": str(port),
        f"{prefix}_KAFKA_SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS),
    }
    with (ground.suite.log / f"{service}.heir.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *program.argv, "worker", env={**program.environment, **own}, stdout=log, stderr=log
        )
    try:
        await ground.until(lambda: servers.listening(port), f"a second {service} runs")
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), timeout=40)
        except TimeoutError:
            os.kill(process.pid, signal.SIGKILL)


@asynccontextmanager
async def guest(ground: Ground, service: str) -> AsyncGenerator[None]:
    """A member that takes partitions, does nothing with them, and leaves again."""
    client = AIOKafkaConsumer(
        *(f"{CELL}.{topic}" for topic in topics_of(service)),
        bootstrap_servers=ground.suite.bootstrap_servers,
        group_id=f"{CELL}.{service}",
        enable_auto_commit=False,
        session_timeout_ms=SESSION_SECONDS * 1_000,
        heartbeat_interval_ms=1_000,
        rebalance_timeout_ms=60_000,
    )
    try:
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(START_SECONDS_MAX):
                await client.start()
        yield
    finally:
        # However it ended: one that is forgotten would keep its partitions.
        with suppress(KafkaError, TimeoutError):
            await asyncio.wait_for(asyncio.shield(client.stop()), STOP_SECONDS_MAX)
