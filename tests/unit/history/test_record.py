"""The file of a history survives whoever writes it."""

import os
import signal
import subprocess
import sys

from tests.history.record import History, Outcome, read

KILLED = """
import os, signal, sys
from tests.history.record import History
history = History(sys.argv[1])
answered = history.invoke("ann", "submit", key="1")
history.ok(answered, order_id="o1")
history.invoke("ann", "submit", key="2")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_request_is_known_by_how_it_ended(tmp_path):
    history = History(tmp_path / "history.jsonl")

    history.ok(history.invoke("ann", "submit", key="1"), order_id="o1")
    history.fail(history.invoke("ann", "submit", key="2"), status=422)
    history.unknown(history.invoke("bob", "submit", key="3"), status=503)

    first, second, third = read(history.path)
    assert (first.client, first.asked, first.answered) == ("ann", {"key": "1"}, {"order_id": "o1"})
    assert [one.outcome for one in (first, second, third)] == ["ok", "fail", "unknown"]
    assert first.began <= first.ended <= second.began


def test_a_killed_client_leaves_an_unknown_outcome(tmp_path):
    file = tmp_path / "history.jsonl"

    done = subprocess.run([sys.executable, "-c", KILLED, str(file)], check=False)

    assert done.returncode == -signal.SIGKILL
    first, second = read(file)
    assert first.outcome is Outcome.OK
    assert (second.outcome, second.ended) == (Outcome.UNKNOWN, None)


def test_a_line_that_was_cut_off_is_not_read(tmp_path):
    history = History(tmp_path / "history.jsonl")
    history.invoke("ann", "submit", key="1")
    os.truncate(history.path, history.path.stat().st_size - 5)

    assert read(history.path) == []
