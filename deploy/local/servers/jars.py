"""The jars of the Kafka broker: fetched once per machine, kept in a cache, checked by hash."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Mapping
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


def ensure(
    say: Callable[[str], None],
    *,
    fetch: Callable[[Path], None] | None = None,
    hashes: Path = HASHES,
) -> tuple[Path, ...]:
    """The jars of the class path; fetches them first where any is absent or altered.

    Raises JarsUnavailable.
    """
    expected = _hashes(hashes)
    home = cache() / f"kafka-{_digest(hashes)[:12]}"
    with _alone(home.with_suffix(".lock")):
        if _altered(home, expected):
            say(f"fetching Kafka: {len(expected)} jars, 44 MB (once per machine)")
            _replace(home, expected, fetch or fetch_by_jgo)
    return tuple(home / name for name in expected)


def _replace(home: Path, expected: Mapping[str, str], fetch: Callable[[Path], None]) -> None:
    """The folder gets its name when all of it is there and right."""
    shutil.rmtree(home, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        work = Path(scratch)
        fetch(work)
        found = {
            jar.name: jar for part in ("modules", "jars") for jar in work.glob(f"{part}/*.jar")
        }
        gathered = work / "gathered"
        gathered.mkdir()
        for name in expected.keys() & found.keys():
            found[name].rename(gathered / name)
        if wrong := _altered(gathered, expected):
            raise JarsUnavailable(f"absent, or with another hash: {', '.join(wrong)}")
        gathered.rename(home)


def fetch_by_jgo(work: Path) -> None:
    """Into `work`, from Maven Central or the mirror in Maven's own settings."""
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


def _altered(folder: Path, expected: Mapping[str, str]) -> list[str]:
    """The files that are absent or have another hash than expected."""
    return [
        name
        for name, digest in expected.items()
        if not (folder / name).is_file() or _digest(folder / name) != digest
    ]


def _hashes(listed: Path) -> dict[str, str]:
    """File name → SHA-256, from the form of sha256sum."""
    lines = (line.split() for line in listed.read_text().splitlines())
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
