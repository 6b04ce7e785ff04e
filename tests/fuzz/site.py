"""A suite of this run's own, with the demo company and its four stories in it; gone at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.local.suite import Suite, free_ports, here


class NotReady(Exception):
    """The suite did not come up, or the company is not in it."""


@contextmanager
def own_suite(*, kept: bool = False) -> Iterator[Suite]:
    """Started for this block, unless QUDAO_VAR names one. Raises NotReady."""
    if os.environ.get("QUDAO_VAR"):
        _run("deploy.demo", os.environ)
        yield here()
        return
    var = Path(tempfile.mkdtemp(prefix="qudao-fuzz-"))
    own = {"QUDAO_VAR": str(var), "QUDAO_PORT_BASE": str(free_ports())}
    environment = {**os.environ, **own}
    try:
        _run("deploy.demo", environment)
        yield here(environment)
    finally:
        if not kept:
            _run("deploy.local", environment, "down")
            shutil.rmtree(var, ignore_errors=True)


def _run(module: str, environment: Mapping[str, str], *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotReady(done.stdout + done.stderr)
