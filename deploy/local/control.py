"""What a person does with the suite: up, down, status, logs, run, clean."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx

from deploy.local import keys, portal, servers, state
from deploy.local.suite import APPLICATIONS, ROOT, Suite, application

FOLDERS = ("log", "run", "keys", "postgres", "kafka", "files", "spans")
"""What the suite makes in its data folder."""


class NotUp(Exception):
    """The suite did not come up."""


def up(suite: Suite) -> None:
    """Start the suite, unless it runs, and wait until every service is ready. Raises NotUp.

    The portal is built meanwhile, when it is missing or older than its sources.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:
        building = beside.submit(portal.ensure)
        _up(suite)
        try:
            if seconds := building.result():
                print(f"portal built in {seconds:.0f} s")
        except portal.NotBuilt as reason:
            raise NotUp(str(reason)) from reason


def _up(suite: Suite) -> None:
    for folder in (suite.log, suite.run):
        folder.mkdir(parents=True, exist_ok=True)
    keys.ensure(suite.keys.folder)
    told = _size(_log(suite))
    _await_end_of_stopping(suite)
    if not state.supervised(suite.run):
        _start_supervisor(suite)
    _tell_until(_settled, suite, told)
    seen = state.read(suite.run)
    if seen is None or seen.phase != "ready":
        raise NotUp(seen.reason if seen and seen.reason else servers.tail(_log(suite)))


def down(suite: Suite) -> None:
    """Stop it, in order; the data stays."""
    seen = state.read(suite.run)
    if not seen or not state.supervised(suite.run):
        print("not running")
        return
    told = _size(_log(suite))
    os.kill(seen.supervisor, signal.SIGTERM)
    _tell_until(lambda suite: not state.supervised(suite.run), suite, told)


def status(suite: Suite) -> None:
    """One line for each process."""
    seen = state.read(suite.run)
    running = state.supervised(suite.run)
    print(f"suite  {seen.phase if seen and running else 'down'}   {suite.var}")
    if not seen or not running:
        return
    print(f"{'process':<12}{'pid':>8}  {'up since':<20}{'port':>6}  {'ready':<6}{'restarts':>8}")
    for process in seen.processes:
        since = datetime.fromtimestamp(process.started_at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        print(
            f"{process.name:<12}{process.pid or '-':>8}  {since if process.pid else '-':<20}"
            f"{process.port:>6}  {'yes' if _ready(suite, process) else 'no':<6}"
            f"{process.restarts:>8}"
        )


def logs(suite: Suite, name: str | None) -> None:
    """Follow one log, or all of them, until interrupted."""
    found = [suite.log / f"{name}.log"] if name else sorted(suite.log.glob("*.log"))
    subprocess.run(["tail", "-n", "20", "-F", *map(str, found)], check=False)


def run(suite: Suite, name: str, words: Sequence[str]) -> None:
    """Become the application's command line, with the settings that it has in this suite."""
    program = application(suite, name)
    os.execve(program.argv[0], (*program.argv, *words), dict(program.environment))


def clean(suite: Suite) -> None:
    """Stop it and remove all it has stored, its keys included."""
    if state.supervised(suite.run):
        down(suite)
    for name in FOLDERS:
        shutil.rmtree(suite.var / name, ignore_errors=True)
    for logins in suite.var.glob("demo-logins*.json"):
        logins.unlink()
    print(f"removed the data in {suite.var}")


def _start_supervisor(suite: Suite) -> None:
    """In the background, in a session of its own, so that it survives the terminal."""
    with _log(suite).open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "supervise"],
            cwd=ROOT,
            env=os.environ | {"QUDAO_VAR": str(suite.var)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    while process.poll() is None:
        seen = state.read(suite.run)
        if seen and seen.supervisor == process.pid:
            break
        time.sleep(0.02)


def _settled(suite: Suite) -> bool:
    seen = state.read(suite.run)
    return (seen is not None and seen.phase in ("ready", "failed")) or not state.supervised(
        suite.run
    )


def _await_end_of_stopping(suite: Suite) -> None:
    while (
        state.supervised(suite.run)
        and (seen := state.read(suite.run)) is not None
        and seen.phase == "stopping"
    ):
        time.sleep(0.1)


def _tell_until(done: Callable[[Suite], bool], suite: Suite, told: int) -> None:
    """Repeat here what the supervisor says, from byte `told` of its log on."""
    finished = False
    with _log(suite).open() as log:
        log.seek(told)
        while not finished:
            finished = done(suite)
            print(log.read(), end="", flush=True)
            time.sleep(0.05)


def _ready(suite: Suite, process: state.Process) -> bool:
    if process.name not in APPLICATIONS:
        return servers.listening(process.port)
    try:
        answer = httpx.get(f"{suite.url(process.name)}/readyz", timeout=2.0)
    except httpx.TransportError:
        return False
    return answer.status_code == httpx.codes.OK


def _log(suite: Suite) -> Path:
    return suite.log / "suite.log"


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
