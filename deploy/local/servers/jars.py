"""The jars of the Kafka broker: fetched once per machine, kept in a cache, checked by hash."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
SPEC = HERE / "jars.toml"
HASHES = HERE / "jars.sha256"


class JarsUnavailable(Exception):
    """The broker's jars cannot be had here."""


def cache() -> Path:
    """The one folder outside of the tree: what was downloaded serves every clone."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "qudao"


def ensure(say: Callable[[str], None]) -> tuple[Path, ...]:
    """The jars in the order of the class path; fetches them first where any is absent or altered.

    Raises JarsUnavailable.
    """
    home = cache() / f"kafka-{_digest(HASHES)[:12]}"
    with _alone(home.with_suffix(".lock")):
        if not _intact(home):
            say("fetching Kafka: 45 jars, 44 MB (once per machine)")
            _fetch(home)
    return tuple(home / name for name in _hashes())


def _fetch(home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        work = Path(scratch)
        _resolve(work)
        found = {
            jar.name: jar for part in ("modules", "jars") for jar in (work / part).glob("*.jar")
        }
        gathered = work / "gathered"
        gathered.mkdir()
        for name in _hashes().keys() & found.keys():
            found[name].rename(gathered / name)
        if wrong := _altered(gathered):
            raise JarsUnavailable(f"absent or not what {HASHES.name} says: {', '.join(wrong)}")
        gathered.rename(home)


def _resolve(work: Path) -> None:
    """Let jgo fetch into `work`; its own caches would be found nowhere else."""
    shutil.copy(SPEC, work / "jgo.toml")
    run = subprocess.run(
        [
            str(Path(sys.executable).with_name("jgo")),
            *("--resolver", "python", "--system-java", "--links", "copy"),
            *("--cache-dir", str(work), "--repo-cache", str(work / "m2"), "sync"),
        ],
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise JarsUnavailable("\n".join((run.stdout + run.stderr).splitlines()[-5:]))


def _intact(home: Path) -> bool:
    return home.is_dir() and not _altered(home)


def _altered(folder: Path) -> list[str]:
    """The files that are absent or differ from the hash written down."""
    return [
        name
        for name, expected in _hashes().items()
        if not (folder / name).is_file() or _digest(folder / name) != expected
    ]


def _hashes() -> dict[str, str]:
    """File name → SHA-256, in the form of sha256sum."""
    lines = (line.split() for line in HASHES.read_text().splitlines())
    return {name: digest for digest, name in lines}


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@contextmanager
def _alone(lock: Path) -> Generator[None]:
    """One process at a time; two clones may start at once."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
