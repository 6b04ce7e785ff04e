import os
import re
import subprocess
import sys
from pathlib import Path

from chassis.crash import EXIT_CODE, POINTS

PASS = """
from chassis.crash import crash_point
for n in range(5):
    crash_point('relay.mid_page')
    print(n, flush=True)
"""


def run(plan):
    return subprocess.run(
        [sys.executable, "-c", PASS],
        env=os.environ | {"QUDAO_CRASH_POINT": plan},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_process_ends_when_it_passes_the_point_for_the_nth_time():
    done = run("relay.mid_page@3")

    assert (done.returncode, len(done.stdout.split())) == (EXIT_CODE, 2)


def test_other_points_and_no_plan_let_it_pass():
    assert [run(plan).returncode for plan in ("", "relay.after_publish")] == [0, 0]


def test_a_point_that_does_not_exist_is_told():
    done = run("relay.mid_pages")

    assert done.returncode == 1
    assert "relay.mid_page" in done.stderr


def test_the_list_says_in_a_sentence_what_stands_between_which_steps():
    listed = subprocess.run(
        [sys.executable, "-m", "chassis.crash"], capture_output=True, text=True, check=True
    )

    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(POINTS)
    assert all(len(line.split()) > 4 for line in listed.stdout.splitlines())


def test_every_point_that_is_listed_is_passed_somewhere_and_no_other():
    passed = {
        name
        for folder in ("chassis", "services", "gateway")
        for file in Path(folder).rglob("*.py")
        for name in re.findall(r'crash_point\("([^"]+)"\)', file.read_text())
    }

    assert passed == set(POINTS)
