"""`make mutants`: plant each bug in a copy of the tree, run its tests; a table of who caught it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.planted import PLANTED, Mutant

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("chassis", "contracts", "deploy", "gateway", "services", "tests")


class NotPlanted(Exception):
    """The line that was to be changed is not there any more: change the list of bugs."""


def main() -> int:
    _row("", "the planted bug", "", "the first check that saw it")
    missed = [mutant.name for mutant in PLANTED if not caught(mutant)]
    outcome = "FAILED" if missed else "OK"
    sys.stdout.write(f"MUTANTS {outcome} planted={len(PLANTED)} missed={len(missed)}\n")
    return 1 if missed else 0


def caught(mutant: Mutant) -> bool:
    """Whether any of its tests fails. Raises NotPlanted."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="qudao-mutant-") as folder:
        tree = Path(folder)
        _copy(tree)
        _plant(mutant, tree / mutant.path)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *mutant.tests],
            cwd=tree,
            env=os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    by = next((line for line in done.stdout.splitlines() if line.startswith("FAILED")), "")
    verdict = "caught" if done.returncode == 1 and by else "MISSED"
    seconds = f"{time.monotonic() - began:.0f} s"
    _row(verdict, mutant.name, seconds, by.removeprefix("FAILED ").partition(" - ")[0])
    return verdict == "caught"


def _row(verdict: str, name: str, seconds: str, by: str) -> None:
    """One row of the table."""
    width = max(len(mutant.name) for mutant in PLANTED)
    sys.stdout.write(f"{verdict:<7}  {name:<{width}}  {seconds:>5}  {by}\n")
    sys.stdout.flush()


def _copy(tree: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__", "node_modules", "*.pyc")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tree / name, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tree)


def _plant(mutant: Mutant, path: Path) -> None:
    text = path.read_text("utf-8")
    if text.count(mutant.old) != 1:
        raise NotPlanted(f"{mutant.path}: {mutant.old!r}")
    path.write_text(text.replace(mutant.old, mutant.new), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
