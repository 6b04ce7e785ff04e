"""The suite as its operator sees it: it stays up, comes back, and says what is in its way."""

import os
import signal
import subprocess
import sys
import time

import httpx

from deploy.local import state
from deploy.local.suite import GATEWAY

PATIENCE_SECONDS = 60


def test_up_once_more_changes_nothing(suite):
    before = _pids(suite)

    done = _local(suite, "up")

    assert done.returncode == 0
    assert _pids(suite) == before


def test_a_service_that_dies_is_started_again(suite):
    before = _process(suite, "notify")

    os.kill(before.pid, signal.SIGKILL)

    _eventually(lambda: _process(suite, "notify").restarts > before.restarts)
    _eventually(lambda: _is_ready(suite, "notify"))
    assert _process(suite, "notify").pid != before.pid


def test_status_tells_of_every_process_whether_it_is_ready(suite):
    def rows():
        told = _local(suite, "status").stdout
        return {line.split()[0]: line.split() for line in told.splitlines()[2:]}

    _eventually(lambda: {row[-2] for row in rows().values()} == {"yes"})

    assert set(rows()) == set(suite.ports) - {"kafka_controller"}


def test_a_port_that_is_taken_is_named_with_the_way_out(suite, tmp_path):
    told = _local(suite, "up", QUDAO_VAR=str(tmp_path))

    assert told.returncode != 0
    assert f"port {suite.ports[GATEWAY]}" in told.stderr
    assert "QUDAO_PORT_BASE" in told.stderr


def test_every_service_logs_one_json_object_a_line(suite):
    for name in (GATEWAY, "orders"):
        lines = (suite.log / f"{name}.log").read_text().splitlines()
        assert lines
        assert all(line.startswith("{") for line in lines)


def _local(suite, word, **environment):
    own = {"QUDAO_VAR": str(suite.var), "QUDAO_PORT_BASE": str(suite.ports[GATEWAY])}
    return subprocess.run(
        [sys.executable, "-m", "deploy.local", word],
        env=os.environ | own | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _process(suite, name):
    return next(process for process in state.read(suite.run).processes if process.name == name)


def _pids(suite):
    return {process.name: process.pid for process in state.read(suite.run).processes}


def _is_ready(suite, name):
    try:
        return httpx.get(f"{suite.url(name)}/readyz", timeout=2).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _eventually(holds):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came to pass"
        time.sleep(0.1)
