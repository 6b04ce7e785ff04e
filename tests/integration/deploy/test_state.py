import os
import subprocess
import sys

from deploy.local import state
from deploy.local.state import Process, State


def test_what_is_written_is_read_again(tmp_path):
    written = State("ready", 7, [Process("orders", 8103, pid=9, started_at=1.5, restarts=2)])

    state.write(tmp_path, written)

    assert state.read(tmp_path) == written
    assert (tmp_path / "orders.pid").read_text() == "9\n"


def test_a_process_that_ended_has_no_pid_file(tmp_path):
    state.write(tmp_path, State("ready", 7, [Process("orders", 8103, pid=9)]))

    state.write(tmp_path, State("ready", 7, [Process("orders", 8103)]))

    assert not (tmp_path / "orders.pid").exists()


def test_only_one_supervises_a_suite(tmp_path):
    with state.supervising(tmp_path) as first, state.supervising(tmp_path) as second:
        assert (first, second) == (True, False)
        assert state.supervised(tmp_path)

    assert not state.supervised(tmp_path)


def test_a_supervisor_that_was_killed_does_not_count_as_alive(tmp_path):
    held = "import sys, time; from pathlib import Path; from deploy.local import state"
    script = (
        f"{held}\nwith state.supervising(Path({str(tmp_path)!r})):\n print(flush=True)\n input()"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as supervisor:
        supervisor.stdout.readline()
        lived = state.supervised(tmp_path)

        supervisor.kill()
        supervisor.wait()

    assert lived
    assert not state.supervised(tmp_path)


def test_a_process_id_used_again_is_not_taken_for_the_process():
    started_at = state.start_time(os.getpid())

    assert state.still_runs(Process("this", 0, pid=os.getpid(), started_at=started_at))
    assert not state.still_runs(Process("this", 0, pid=os.getpid(), started_at=started_at - 60))


def test_what_a_process_is_asked_to_do_once_is_forgotten_when_it_was_taken(tmp_path):
    state.ask_once(tmp_path, "orders", {"QUDAO_CRASH_POINT": "relay.mid_page"})

    assert state.take_once(tmp_path, "billing") == {}
    assert state.take_once(tmp_path, "orders") == {"QUDAO_CRASH_POINT": "relay.mid_page"}
    assert state.take_once(tmp_path, "orders") == {}
