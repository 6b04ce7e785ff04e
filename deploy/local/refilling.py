"""After Kafka lost its data: fill it again from the event logs, before anybody publishes anew."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

from deploy.kafka import topics
from deploy.local import servers, state
from deploy.local.servers import Server, kafka, postgres
from deploy.local.suite import APPLICATIONS, CELL, Suite, application

PAST = timedelta(days=13)
"""The inboxes reach back 14 days: nobody may be told again what he cannot know any more."""


class NotRefilled(Exception):
    """Kafka is not what it was; what was published meanwhile does no harm, do it again."""


def refill(suite: Suite) -> None:
    """Servers only, all topics, all of the past in the order of each key. Raises NotRefilled."""
    if state.supervised(suite.run):
        raise NotRefilled("the suite runs: stop it first, so that nothing new overtakes the past")
    since = (datetime.now(UTC) - PAST).isoformat(timespec="seconds")
    with ExitStack() as running:
        for server in _servers(suite):
            running.enter_context(_running(server))
        asyncio.run(topics.apply(suite.bootstrap_servers, CELL))
        for name in APPLICATIONS:
            print(name, flush=True)
            program = application(suite, name)
            argv = (*program.argv, "republish", "--since", since)
            if subprocess.run(argv, env=program.environment, check=False).returncode:
                raise NotRefilled(f"what {name} once said could not be sent again")


def _servers(suite: Suite) -> Generator[Server]:
    """Those that belong to the suite."""
    if not suite.postgres_dsn:
        port, log = suite.ports["postgres"], suite.log / "postgres.log"
        yield postgres.server(suite.var / "postgres", port, log)
    if not suite.kafka_bootstrap:
        ports = suite.ports["kafka"], suite.ports["kafka_controller"]
        yield kafka.server(suite.var / "kafka", *ports, suite.log / "kafka.log", print)


@contextmanager
def _running(server: Server) -> Generator[None]:
    pid = servers.start(server)
    try:
        yield
    finally:
        servers.stop(pid, server.stop_signal)
