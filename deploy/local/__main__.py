"""The suite on this machine: `python -m deploy.local up | down | status | logs | clean | run`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial

from chassis import log
from deploy.local import control, state
from deploy.local.refilling import NotRefilled, refill
from deploy.local.suite import APPLICATIONS, GATEWAY, Suite, here
from deploy.local.supervisor import HOPELESS, Supervisor

COMMANDS = {
    "up": "start the servers, the services and the gateway; does nothing when they run",
    "down": "stop them in order; the data stays",
    "status": "what runs, since when, and whether it is ready",
    "logs": "follow the logs, or the one of a process that is named",
    "clean": "stop the suite and remove its data",
    "refill": "fill Kafka from the event logs after it lost its data; the suite must be down",
    "run": "run a word of an application with its settings, e.g. run gateway create-admin",
}


def main() -> None:
    asked = _arguments()
    suite = here()
    match asked.command:
        case "logs":
            control.logs(suite, asked.name)
        case "run":
            control.run(suite, asked.name, asked.words)
        case plain:
            PLAIN[plain](suite)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text)
        if name == "logs":
            command.add_argument("name", nargs="?", help=", ".join(APPLICATIONS))
        if name == "run":
            command.add_argument("name", choices=APPLICATIONS)
            command.add_argument("words", nargs=argparse.REMAINDER)
    commands.add_parser("supervise")
    return parser.parse_args()


def _up(suite: Suite) -> None:
    began = time.monotonic()
    try:
        control.up(suite)
    except control.NotUp as reason:
        sys.exit(f"the suite is not up: {reason}")
    print(f"up in {time.monotonic() - began:.1f} s: {suite.url(GATEWAY)}")


def _refill(suite: Suite) -> None:
    try:
        refill(suite)
    except (NotRefilled, *HOPELESS) as reason:
        sys.exit(f"Kafka is not filled: {reason}")


def _supervise(suite: Suite) -> None:
    """The background process; at most one for a suite."""
    with state.supervising(suite.run) as alone:
        if not alone:
            return
        log.configure("suite", level="warning", form="console")
        try:
            asyncio.run(_until_signalled(suite))
        except HOPELESS as reason:
            sys.exit(f"stopped: {reason}")


async def _until_signalled(suite: Suite) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await Supervisor(suite, partial(_say, time.monotonic())).run(stop)


def _say(began: float, text: str) -> None:
    print(f"[{time.monotonic() - began:5.1f} s] {text}", flush=True)


PLAIN: Mapping[str, Callable[[Suite], None]] = {
    "up": _up,
    "down": control.down,
    "status": control.status,
    "clean": control.clean,
    "refill": _refill,
    "supervise": _supervise,
}
"""Commands that need no more than the suite."""

main()
