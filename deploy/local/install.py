"""Makes `.venv` from `requirements.lock`: `python3 deploy/local/install.py`. Needs Python alone.

Wheels are fetched once per machine into the cache folder and checked by hash; the next clone
installs without the network. A second call finds its stamp and does nothing.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VERSION_LEAST = (3, 11)


def main() -> None:
    if sys.version_info < VERSION_LEAST:
        sys.exit(
            f"Qudao needs Python {VERSION_LEAST[0]}.{VERSION_LEAST[1]} or later, and "
            f"{sys.executable} is {sys.version.split()[0]}. "
            "Name another one: make PYTHON=/path/to/python3.12 …"
        )
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    stamp = VENV / f".installed-{digest[:16]}"
    if stamp.exists():
        return
    began = time.monotonic()
    wheels = _cache() / f"wheels-{sys.implementation.cache_tag}"
    _make_venv()
    _fetch(wheels, digest)
    _say(f"installing {_packages()} packages into .venv")
    _pip("install", "--no-index", "--find-links", str(wheels), "--no-compile", "--no-deps")
    stamp.touch()
    _say(f"set up in {time.monotonic() - began:.0f} s")


def _make_venv() -> None:
    if not PYTHON.exists():
        _say("making .venv")
        _run([sys.executable, "-m", "venv", str(VENV)])


def _fetch(wheels: Path, digest: str) -> None:
    """Those that are not there yet; one clone at a time, because they share the folder."""
    wheels.mkdir(parents=True, exist_ok=True)
    complete = wheels / f"complete-{digest[:16]}"
    with (wheels / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            _say(f"fetching {_packages()} packages, 250 MB (once per machine)")
            places = ("--find-links", str(wheels), "--dest", str(wheels))
            _pip("download", "--only-binary", ":all:", "--no-deps", *places)
            complete.touch()


def _pip(command: str, *options: str) -> None:
    _run(
        [
            *(str(PYTHON), "-m", "pip", command, "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "-r", str(LOCK), *options),
        ]
    )


def _run(argv: "list[str]") -> None:
    done = subprocess.run(argv, check=False)
    if done.returncode != 0:
        sys.exit(f"failed with code {done.returncode}: {' '.join(argv)}")


def _packages() -> int:
    return sum("==" in line for line in LOCK.read_text().splitlines())


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "qudao"


def _say(text: str) -> None:
    print(f"[setup] {text}", flush=True)


if __name__ == "__main__":
    main()
